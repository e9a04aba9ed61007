#include "sshsync/schedule/task_queue.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/plan/shares.h"

namespace sshsync {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(1);
constexpr size_t kFilesByCommand = 100, kFiles = 2000;  // in a task
constexpr int64_t kJobBytes = int64_t{16} << 20,
                  kEndGame = 4;  // at the end ranges shrink to a fourth, that streams end at about the same time

// On a file system of 4 KiB blocks, as nearly all are.
int64_t SpaceOf(const FileState& item) { return (std::max<int64_t>(item.wanted.stat.size, 0) + 4095) / 4096 * 4096; }

}  // namespace

TaskQueue::TaskQueue(FileStates& states, EventSink& events, HopNames names, TaskRules rules, Dependencies dependencies)
    : states_(states),
      events_(events),
      names_(std::move(names)),
      rules_(std::move(rules)),
      dependencies_(std::move(dependencies)),
      settled_(states.items().size(), false) {
  for (size_t i = 0; i < states_.items().size(); ++i) {
    const FileState& item = states_.at(i);
    settled_[i] = IsSettled(item);
    if (settled_[i] && dependencies_.received != nullptr && item.state == FileState::State::kFailed)
      dependencies_.received->Failed(item.wanted.path, item.failure(), std::string(item.message()));
    if (settled_[i]) continue;
    ++unsettled_;
    open_.insert(i);
  }
}

absl::Status TaskQueue::fatal() const {
  const std::lock_guard lock(mu_);
  return fatal_;
}

void TaskQueue::SetFatal(const absl::Status& status) {
  const std::lock_guard lock(mu_);
  if (fatal_.ok()) fatal_ = status;
  published_.notify_all();
  changes_.Notify();
}

FileState TaskQueue::item(size_t index) const {
  const std::lock_guard lock(mu_);
  return states_.at(index);
}

bool TaskQueue::IsBig(const FileState& item) const {
  return rules_.chunk > 0 && item.wanted.stat.size > rules_.chunk && item.wanted_chunks() != nullptr;
}

int TaskQueue::Streams(int most) const {
  const std::lock_guard lock(mu_);
  const auto files = static_cast<int64_t>(open_.size());
  if (rules_.by_command) return static_cast<int>(std::clamp<int64_t>(files, 1, most));
  int64_t bytes = 0;
  for (const size_t index : open_) bytes += states_.at(index).bytes_to_bring();
  return UsefulStreams(bytes, files, most);
}

// Puts a file where its state says it belongs.
void TaskQueue::Refresh(size_t index) {
  const FileState& item = states_.at(index);
  const bool was_open = open_.erase(index) > 0;
  growing_.erase(index);
  doubtful_.erase(index);
  if (IsSettled(item)) {
    if (!settled_[index]) {
      --unsettled_;
      if (item.state == FileState::State::kDone && item.child != nullptr && !rules_.keeps_old)
        spent_ -= item.child->stat.size;
    }
    settled_[index] = true;
    // One that is in its place is no news before it is the last, unless there is room again.
    if (item.state != FileState::State::kDone || unsettled_ == 0 || std::exchange(cramped_, false)) changes_.Notify();
    if (dependencies_.received == nullptr) return;
    if (item.state == FileState::State::kFailed)
      dependencies_.received->Failed(item.wanted.path, item.failure(), std::string(item.message()));
    if (item.state == FileState::State::kGone) dependencies_.received->Gone(item.wanted.path);
    if (item.state == FileState::State::kKept) dependencies_.received->Kept(*item.child);
  } else if (item.state == FileState::State::kOpen) {
    if (item.big && item.created) {
      growing_.insert(index);
    } else if (!item.in_flight && !item.recheck_source) {
      open_.insert(index);
      if (!was_open) spent_ -= SpaceOf(item);
    }
    if (item.recheck_source && !item.in_flight) doubtful_.insert(index);
    changes_.Notify();
  }
}

// Whether the parent has the file, or can be seen not to get it.
TaskQueue::Ready TaskQueue::Look(size_t index, SourceState* holding) {
  FileState& item = states_.at(index);
  *holding = dependencies_.source_files.Of(item.wanted.path);
  if (holding->state == SourceState::State::kFailed) {
    FailLocked(index, MakeError(Failure::kWaiting, holding->why), "", "", 0);
    return Ready::kOver;
  }
  if (holding->state == SourceState::State::kGone) {
    item.state = FileState::State::kGone;
    Refresh(index);
    return Ready::kOver;
  }
  if (holding->now != nullptr) {
    if (holding->now->digest != item.wanted.digest) {
      const FileEntry now = *holding->now;
      states_.Supplied(index, now);
      if (dependencies_.received != nullptr) dependencies_.received->Expect(now);
      item.created = false;
      Refresh(index);
      if (IsSettled(item)) return Ready::kOver;
    } else if (holding->state == SourceState::State::kPublished) {
      item.wanted.stat = holding->now->stat;
    }
  }
  if (holding->state == SourceState::State::kPublished) return Ready::kYes;
  if (rules_.by_command) return Ready::kNo;
  if (holding->state == SourceState::State::kVerified) return Ready::kYes;
  return IsBig(item) && !holding->folder.empty() ? Ready::kYes : Ready::kNo;
}

Task TaskQueue::Take(int64_t most_bytes, bool impatient) {
  const absl::Time patient_until = impatient ? dependencies_.monotonic() + kPatience : absl::InfiniteFuture();
  for (;;) {
    const int64_t seen = changes_.count();
    absl::Duration most;
    {
      const std::lock_guard lock(mu_);
      if (Over()) return {};
      Task task;
      if (TakeAny(most_bytes, &task)) return task;
      const absl::Time now = dependencies_.monotonic();
      if (now >= patient_until) return {.kind = Task::Kind::kIdle};
      most = std::min(next_due_, patient_until) - now;
    }
    changes_.Wait(seen, most);
  }
}

bool TaskQueue::TakeAny(int64_t most_bytes, Task* task) {
  next_due_ = absl::InfiniteFuture();
  if (!TakeDoubtful(task) && !TakeRange(most_bytes, task) && !TakeFiles(most_bytes, task)) return false;
  AddItems(task);
  return true;
}

void TaskQueue::AddItems(Task* task) const {
  for (const size_t index : task->indices) task->items.emplace_hint(task->items.end(), index, states_.at(index));
}

bool TaskQueue::IsDue(const FileState& item, absl::Time now) {
  if (item.not_before > now) next_due_ = std::min(next_due_, item.not_before);
  return item.not_before <= now;
}

// Whether there is room for a file beside what was begun. If not, it waits until something is in its place, which gives
// back the room of what it replaces. Where nothing will be, the disk itself may say that it is full.
bool TaskQueue::Fits(const FileState& item) {
  const bool alone = open_.size() == unsettled_;
  const bool fits = rules_.room < 0 || spent_ + SpaceOf(item) <= rules_.room || alone || states_.together();
  cramped_ = cramped_ || !fits;
  return fits;
}

// A stream begins with it.
void TaskQueue::TakeOff(size_t index) {
  FileState& item = states_.at(index);
  item.in_flight = true;
  open_.erase(index);
  spent_ += SpaceOf(item);
}

bool TaskQueue::TakeDoubtful(Task* task) {
  const absl::Time now = dependencies_.monotonic();
  for (const size_t index : doubtful_) {
    if (IsDue(states_.at(index), now)) task->indices.push_back(index);
  }
  for (const size_t index : task->indices) {
    states_.at(index).in_flight = true;
    doubtful_.erase(index);
  }
  task->kind = Task::Kind::kRecheckSource;
  return !task->indices.empty();
}

bool TaskQueue::TakeRange(int64_t most_bytes, Task* task) {
  const absl::Time now = dependencies_.monotonic();
  const std::vector<size_t> growing(growing_.begin(), growing_.end());
  for (const size_t index : growing) {
    FileState& item = states_.at(index);
    if (item.recheck_source || !item.big->AnyOpen() || !IsDue(item, now)) continue;
    SourceState holding;
    if (Look(index, &holding) == Ready::kOver || !item.big || !item.created) continue;
    const bool whole = holding.state != SourceState::State::kAwaited;
    // A file that keeps failing goes chunk by chunk: then it is seen which one it is.
    const int64_t chunk = item.big->wanted().chunk, share = item.big->open_bytes() / rules_.streams;
    const BigFile::Most most{
        .local = item.tries > 0 ? 1 : share / chunk,
        .parent = item.tries > 0 ? 1 : std::clamp(share, most_bytes / kEndGame, most_bytes) / chunk};
    const auto range = item.big->Take(most, [&](int64_t chunk) {
      return !holding.folder.empty() && (whole || dependencies_.source_files.HasChunk(item.wanted.path, chunk));
    });
    if (!range) continue;
    ++item.writers;
    *task = {.kind = Task::Kind::kRange,
             .indices = {index},
             .folder = holding.folder,
             .attempt = item.attempt(index),
             .range = *range,
             .big = item.big};
    return true;
  }
  return false;
}

bool TaskQueue::TakeFiles(int64_t most_bytes, Task* task) {
  const absl::Time now = dependencies_.monotonic();
  const size_t most = rules_.by_command ? kFilesByCommand : kFiles;
  int64_t bytes = 0;
  size_t looks = 0;
  for (auto at = open_.begin(); at != open_.end() && looks < kLooks && task->indices.size() < most;) {
    const size_t index = *at++;
    FileState& item = states_.at(index);
    if (!IsDue(item, now)) continue;
    if (IsBig(item) && !task->indices.empty()) break;
    ++looks;
    SourceState holding;
    if (Look(index, &holding) != Ready::kYes || !Fits(item)) continue;
    if (IsBig(item)) {
      // Its size may have been found to be another than it was listed with. What is good is good in one attempt: a new
      // one begins with nothing.
      if (!item.big || item.big->size() != item.wanted.stat.size || item.big->good_bytes() > 0)
        item.big = std::make_shared<BigFile>(item.wanted.stat.size, *item.wanted_chunks(), rules_.algorithm);
      if (item.held_chunks() != nullptr)
        item.big->Offer(absl::StrCat(rules_.child_root, "/", item.wanted.path), *item.held_chunks());
      item.folder = NewAttempt(rules_.stage_folder, index, item.wanted.path, item.wanted.digest).folder;
      item.writers = 0;  // those of an earlier attempt are of no account
      TakeOff(index);
      *task = {.kind = Task::Kind::kCreate,
               .indices = {index},
               .folder = holding.folder,
               .attempt = item.attempt(index),
               .big = item.big};
      return true;
    }
    if (task->indices.empty()) task->folder = holding.folder;
    if (holding.folder != task->folder) continue;
    const int64_t size = std::max<int64_t>(item.wanted.stat.size, 0);
    if (!task->indices.empty() && bytes + size > std::min(kJobBytes, most_bytes)) break;
    bytes += size;
    TakeOff(index);
    task->indices.push_back(index);
  }
  if (looks == kLooks) next_due_ = std::min(next_due_, now + kTick);
  task->kind = Task::Kind::kFiles;
  return !task->indices.empty();
}

bool TaskQueue::MovedAtParent(const Task& task) const {
  const std::lock_guard lock(mu_);
  return dependencies_.source_files.Of(states_.at(task.indices[0]).wanted.path).folder != task.folder;
}

bool TaskQueue::IsPublishedAtParent(size_t index) const {
  const std::lock_guard lock(mu_);
  return dependencies_.source_files.Of(states_.at(index).wanted.path).state == SourceState::State::kPublished;
}

void TaskQueue::Return(const Task& task) {
  const std::lock_guard lock(mu_);
  for (const size_t index : task.indices) {
    FileState& item = states_.at(index);
    if (task.kind == Task::Kind::kRange) {
      if (!IsOf(task)) continue;
      --item.writers;
      task.big->BrokeOff(task.range, {}, 0);
    } else {
      item.in_flight = false;
    }
    Refresh(index);
  }
}

void TaskQueue::Begin(const Attempt& attempt) {
  const std::lock_guard lock(mu_);
  under_way_[attempt.index] = attempt;
  Emit(EventKind::kFileStarted, states_.at(attempt.index), 0);
}

void TaskQueue::Leave(size_t index) {
  const std::lock_guard lock(mu_);
  under_way_.erase(index);
  states_.at(index).in_flight = false;
  Refresh(index);
}

std::map<size_t, Attempt> TaskQueue::UnderWay() const {
  const std::lock_guard lock(mu_);
  return under_way_;
}

void TaskQueue::Progress(size_t index, int64_t bytes) {
  const std::lock_guard lock(mu_);
  if (under_way_.contains(index)) Emit(EventKind::kFileProgress, states_.at(index), bytes);
}

void TaskQueue::Fail(size_t index, const absl::Status& why, absl::string_view command, absl::string_view output,
                     int exit_status) {
  const std::lock_guard lock(mu_);
  FailLocked(index, why, command, output, exit_status);
}

void TaskQueue::FailLocked(size_t index, const absl::Status& why, absl::string_view command, absl::string_view output,
                           int exit_status) {
  const std::string message = WithoutSecrets(why.message(), names_.secrets);
  states_.Failed(index, MakeError(FailureOf(why), message), command, WithoutSecrets(output, names_.secrets),
                 exit_status);
  FileState& item = states_.at(index);
  if (item.state == FileState::State::kFailed) {
    Emit(EventKind::kFileFailed, item, 0, item.message());
  } else {
    item.not_before = dependencies_.monotonic() + dependencies_.pause(item.tries - 1);
    Emit(LogLevel::kInfo, absl::StrCat("try ", item.tries, " failed: ", message), item.wanted.path, names_.child);
  }
  Refresh(index);
}

void TaskQueue::PartsDiffer(const Task& task) {
  const std::lock_guard lock(mu_);
  if (!IsOf(task)) return;
  states_.PartsDiffer(task.indices[0]);
  if (dependencies_.received != nullptr) dependencies_.received->Expect(states_.at(task.indices[0]).wanted);
  Refresh(task.indices[0]);
}

void TaskQueue::Mismatch(size_t index) {
  const std::lock_guard lock(mu_);
  FileState& item = states_.at(index);
  item.recheck_source = item.mismatched = true;
  Refresh(index);
}

void TaskQueue::SourceRechecked(size_t index, const absl::Status& error, const FileEntry* now) {
  const std::lock_guard lock(mu_);
  FileState& item = states_.at(index);
  item.in_flight = false;
  const Digest before = item.wanted.digest;
  states_.SourceRechecked(index, error, now);
  if (!item.big) item.created = false;
  if (dependencies_.received != nullptr && item.state == FileState::State::kOpen && item.wanted.digest != before)
    dependencies_.received->Expect(item.wanted);
  if (item.tries > 0)
    item.not_before = std::max(item.not_before, dependencies_.monotonic() + dependencies_.pause(item.tries - 1));
  if (item.state == FileState::State::kFailed) Emit(EventKind::kFileFailed, item, 0, item.message());
  if (item.state == FileState::State::kGone) {
    Emit(LogLevel::kWarning, "the file went away while it was copied; it is left as it is on the child",
         item.wanted.path, names_.parent);
  }
  Refresh(index);
}

void TaskQueue::Verified(const Attempt& attempt, const FileStat& stat) {
  const std::lock_guard lock(mu_);
  FileState& item = states_.at(attempt.index);
  item.state = FileState::State::kVerified;
  under_way_.erase(attempt.index);
  starved_ = false;
  verified_.push_back({.index = attempt.index,
                       .file = item.wanted.path,
                       .staged = attempt.staged(),
                       .verified = stat,
                       .parent = item.wanted.stat});
  if (dependencies_.received != nullptr) dependencies_.received->Verified(item.wanted.path, attempt.folder);
  Emit(EventKind::kFileVerified, item, item.wanted.stat.size);
  Refresh(attempt.index);
  changes_.Notify();
}

void TaskQueue::EmitBlock(const Task& task, int stream, absl::string_view route, absl::Time began, int64_t files,
                          int64_t bytes) {
  const std::lock_guard lock(mu_);
  const std::string path = task.indices.empty() ? "" : states_.at(task.indices[0]).wanted.path;
  events_.On({.kind = EventKind::kBlockMoved,
              .run = names_.run,
              .repository = names_.child,
              .parent = names_.parent,
              .path = path,
              .action = std::string(route),
              .files = files,
              .bytes = bytes,
              .offset = task.kind == Task::Kind::kRange ? task.range.first * task.big->wanted().chunk : 0,
              .stream = stream,
              .began = began,
              .level = LogLevel::kDebug});
}

void TaskQueue::Emit(EventKind kind, const FileState& item, int64_t bytes, absl::string_view message) {
  const LastError none, &last_error = item.last_error ? *item.last_error : none;
  events_.On({.kind = kind,
              .run = names_.run,
              .repository = names_.child,
              .parent = names_.parent,
              .path = item.wanted.path,
              .action = std::string(ActionName(item.action)),
              .bytes = bytes,
              .total = item.wanted.stat.size,
              .failure = last_error.failure,
              .message = std::string(message),
              .command = last_error.command,
              .output = last_error.output,
              .exit_status = last_error.exit_status});
}

void TaskQueue::Emit(LogLevel level, std::string message, const std::string& path, const std::string& repository) {
  events_.On({.kind = EventKind::kMessage,
              .run = names_.run,
              .repository = repository,
              .path = path,
              .level = level,
              .message = std::move(message)});
}

}  // namespace sshsync
