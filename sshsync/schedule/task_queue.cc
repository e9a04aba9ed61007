#include "sshsync/schedule/task_queue.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/plan/shares.h"

namespace sshsync {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(1);
constexpr size_t kFilesByCommand = 100, kFiles = 2000;  // in a job
constexpr int64_t kJobBytes = int64_t{16} << 20,
                  kEndGame = 4;  // at the end ranges shrink to a fourth, that streams end at about the same time

// On a file system of 4 KiB blocks, as nearly all are.
int64_t SpaceOf(const WorkItem& item) { return (std::max<int64_t>(item.wanted.stat.size, 0) + 4095) / 4096 * 4096; }

}  // namespace

WorkBoard::WorkBoard(Work& work, EventSink& events, HopNames names, JobRules rules, Surroundings around)
    : work_(work),
      events_(events),
      names_(std::move(names)),
      rules_(std::move(rules)),
      around_(std::move(around)),
      settled_(work.items().size(), false) {
  for (size_t i = 0; i < work_.items().size(); ++i) {
    const WorkItem& item = work_.at(i);
    settled_[i] = IsSettled(item);
    if (settled_[i] && around_.flow != nullptr && item.state == WorkItem::State::kFailed)
      around_.flow->Failed(item.wanted.path, item.failure(), std::string(item.message()));
    if (settled_[i]) continue;
    ++unsettled_;
    open_.insert(i);
    if (item.draft) spent_ += SpaceOf(item);
  }
}

absl::Status WorkBoard::fatal() const {
  const std::lock_guard lock(mu_);
  return fatal_;
}

void WorkBoard::SetFatal(const absl::Status& status) {
  const std::lock_guard lock(mu_);
  if (fatal_.ok()) fatal_ = status;
  published_.notify_all();
  bell_.Ring();
}

WorkItem WorkBoard::item(size_t index) const {
  const std::lock_guard lock(mu_);
  return work_.at(index);
}

bool WorkBoard::IsBig(const WorkItem& item) const {
  return rules_.chunk > 0 && item.wanted.stat.size > rules_.chunk && item.wanted_chunks() != nullptr;
}

int WorkBoard::Streams(int most) const {
  const std::lock_guard lock(mu_);
  const auto files = static_cast<int64_t>(open_.size());
  if (rules_.by_command) return static_cast<int>(std::clamp<int64_t>(files, 1, most));
  int64_t bytes = 0;
  for (const size_t index : open_) bytes += work_.at(index).bytes_to_bring();
  return UsefulStreams(bytes, files, most);
}

// Puts a file where its state says it belongs.
void WorkBoard::Refresh(size_t index) {
  const WorkItem& item = work_.at(index);
  const bool was_open = open_.erase(index) > 0;
  growing_.erase(index);
  doubtful_.erase(index);
  if (IsSettled(item)) {
    if (!settled_[index]) {
      --unsettled_;
      if (item.state == WorkItem::State::kDone && item.child != nullptr && !rules_.keeps_old)
        spent_ -= item.child->stat.size;
    }
    settled_[index] = true;
    // One that is in its place is no news before it is the last, unless there is room again.
    if (item.state != WorkItem::State::kDone || unsettled_ == 0 || std::exchange(cramped_, false)) bell_.Ring();
    if (around_.flow == nullptr) return;
    if (item.state == WorkItem::State::kFailed)
      around_.flow->Failed(item.wanted.path, item.failure(), std::string(item.message()));
    if (item.state == WorkItem::State::kGone) around_.flow->Gone(item.wanted.path);
    if (item.state == WorkItem::State::kKept) around_.flow->Kept(*item.child);
  } else if (item.state == WorkItem::State::kOpen) {
    if (item.big && item.created) {
      growing_.insert(index);
    } else if (!item.in_flight && !item.look_again) {
      open_.insert(index);
      if (!was_open && !item.draft) spent_ -= SpaceOf(item);
    }
    if (item.look_again && !item.in_flight) doubtful_.insert(index);
    bell_.Ring();
  }
}

// Whether the parent has the file, or can be seen not to get it.
WorkBoard::Ready WorkBoard::Look(size_t index, Holding* holding) {
  WorkItem& item = work_.at(index);
  *holding = around_.supply.Of(item.wanted.path);
  if (holding->state == Holding::State::kFailed) {
    FailLocked(index, MakeError(Failure::kWaiting, holding->why), "", "", 0);
    return Ready::kOver;
  }
  if (holding->state == Holding::State::kGone) {
    item.state = WorkItem::State::kGone;
    Refresh(index);
    return Ready::kOver;
  }
  if (holding->now != nullptr) {
    if (holding->now->digest != item.wanted.digest) {
      const FileEntry now = *holding->now;
      work_.Supplied(index, now);
      if (around_.flow != nullptr) around_.flow->Expect(now);
      item.created = false;
      Refresh(index);
      if (IsSettled(item)) return Ready::kOver;
    } else if (holding->state == Holding::State::kPublished) {
      item.wanted.stat = holding->now->stat;
    }
  }
  if (holding->state == Holding::State::kPublished) return Ready::kYes;
  if (rules_.by_command) return Ready::kNo;
  if (holding->state == Holding::State::kVerified) return Ready::kYes;
  return IsBig(item) && !holding->folder.empty() ? Ready::kYes : Ready::kNo;
}

Job WorkBoard::Take(int64_t most_bytes, bool impatient) {
  const absl::Time patient_until = impatient ? around_.monotonic() + kPatience : absl::InfiniteFuture();
  for (;;) {
    const int64_t heard = bell_.rings();
    absl::Duration most;
    {
      const std::lock_guard lock(mu_);
      if (Over()) return {};
      Job job;
      if (TakeAny(most_bytes, &job)) return job;
      const absl::Time now = around_.monotonic();
      if (now >= patient_until) return {.kind = Job::Kind::kIdle};
      most = std::min(next_due_, patient_until) - now;
    }
    bell_.WaitPast(heard, most);
  }
}

bool WorkBoard::TakeAny(int64_t most_bytes, Job* job) {
  next_due_ = absl::InfiniteFuture();
  return TakeDoubtful(job) || TakeRange(most_bytes, job) || TakeFiles(most_bytes, job);
}

bool WorkBoard::IsDue(const WorkItem& item, absl::Time now) {
  if (item.not_before > now) next_due_ = std::min(next_due_, item.not_before);
  return item.not_before <= now;
}

// Whether there is room for a file beside what was begun. If not, it waits until something is in its place, which gives
// back the room of what it replaces. Where nothing will be, the disk itself may say that it is full.
bool WorkBoard::Fits(const WorkItem& item) {
  const bool alone = open_.size() == unsettled_;
  const bool fits = rules_.room < 0 || spent_ + SpaceOf(item) <= rules_.room || alone || work_.together();
  cramped_ = cramped_ || !fits;
  return fits;
}

// A stream begins with it.
void WorkBoard::TakeOff(size_t index) {
  WorkItem& item = work_.at(index);
  item.in_flight = true;
  open_.erase(index);
  spent_ += SpaceOf(item);
}

bool WorkBoard::TakeDoubtful(Job* job) {
  const absl::Time now = around_.monotonic();
  for (const size_t index : doubtful_) {
    if (IsDue(work_.at(index), now)) job->indices.push_back(index);
  }
  for (const size_t index : job->indices) {
    work_.at(index).in_flight = true;
    doubtful_.erase(index);
  }
  job->kind = Job::Kind::kLookAgain;
  return !job->indices.empty();
}

bool WorkBoard::TakeRange(int64_t most_bytes, Job* job) {
  const absl::Time now = around_.monotonic();
  const std::vector<size_t> growing(growing_.begin(), growing_.end());
  for (const size_t index : growing) {
    WorkItem& item = work_.at(index);
    if (item.look_again || !item.big->AnyOpen() || !IsDue(item, now)) continue;
    Holding holding;
    if (Look(index, &holding) == Ready::kOver || !item.big || !item.created) continue;
    const bool whole = holding.state != Holding::State::kAwaited;
    // A file that keeps failing goes chunk by chunk: then it is seen which one it is.
    const int64_t chunk = item.big->wanted().chunk, share = item.big->open_bytes() / rules_.streams;
    const BigFile::Most most{
        .local = item.tries > 0 ? 1 : share / chunk,
        .parent = item.tries > 0 ? 1 : std::clamp(share, most_bytes / kEndGame, most_bytes) / chunk};
    const auto range = item.big->Take(most, [&](int64_t chunk) {
      return !holding.folder.empty() && (whole || around_.supply.HasChunk(item.wanted.path, chunk));
    });
    if (!range) continue;
    ++item.writers;
    *job = {.kind = Job::Kind::kRange,
            .indices = {index},
            .folder = holding.folder,
            .attempt = item.attempt(index),
            .range = *range,
            .big = item.big};
    return true;
  }
  return false;
}

bool WorkBoard::TakeFiles(int64_t most_bytes, Job* job) {
  const absl::Time now = around_.monotonic();
  const size_t most = rules_.by_command ? kFilesByCommand : kFiles;
  int64_t bytes = 0;
  size_t looks = 0;
  for (auto at = open_.begin(); at != open_.end() && looks < kLooks && job->indices.size() < most;) {
    const size_t index = *at++;
    WorkItem& item = work_.at(index);
    if (!IsDue(item, now)) continue;
    if (IsBig(item) && !job->indices.empty()) break;
    ++looks;
    Holding holding;
    if (Look(index, &holding) != Ready::kYes || !(item.draft || Fits(item))) continue;
    if (IsBig(item)) {
      // Its size may have been found to be another than it was listed with. What is good is good in one attempt: a new
      // one begins with nothing.
      if (!item.big || item.big->size() != item.wanted.stat.size || item.big->good_bytes() > 0)
        item.big = std::make_shared<BigFile>(item.wanted.stat.size, *item.wanted_chunks(), rules_.algorithm);
      const auto draft = std::exchange(item.draft, nullptr);
      const bool adopted = draft && draft->size == item.big->size() && item.big->Adopt(draft->chunks);
      if (item.held_chunks() != nullptr)
        item.big->Offer(absl::StrCat(rules_.child_root, "/", item.wanted.path), *item.held_chunks());
      item.folder = NewAttempt(rules_.stage_folder, index, item.wanted.path, item.wanted.digest).folder;
      item.writers = 0;  // those of an earlier attempt are of no account
      TakeOff(index);
      if (adopted) spent_ -= SpaceOf(item);  // it counts already
      *job = {.kind = Job::Kind::kCreate,
              .indices = {index},
              .folder = holding.folder,
              .attempt = item.attempt(index),
              .big = item.big,
              .draft = adopted ? draft : nullptr};
      return true;
    }
    if (job->indices.empty()) job->folder = holding.folder;
    if (holding.folder != job->folder) continue;
    const int64_t size = std::max<int64_t>(item.wanted.stat.size, 0);
    if (!job->indices.empty() && bytes + size > std::min(kJobBytes, most_bytes)) break;
    bytes += size;
    TakeOff(index);
    job->indices.push_back(index);
  }
  if (looks == kLooks) next_due_ = std::min(next_due_, now + kTick);
  job->kind = Job::Kind::kFiles;
  return !job->indices.empty();
}

bool WorkBoard::MovedAtParent(const Job& job) const {
  const std::lock_guard lock(mu_);
  return around_.supply.Of(work_.at(job.indices[0]).wanted.path).folder != job.folder;
}

bool WorkBoard::IsPublishedAtParent(size_t index) const {
  const std::lock_guard lock(mu_);
  return around_.supply.Of(work_.at(index).wanted.path).state == Holding::State::kPublished;
}

void WorkBoard::Return(const Job& job) {
  const std::lock_guard lock(mu_);
  for (const size_t index : job.indices) {
    WorkItem& item = work_.at(index);
    if (job.kind == Job::Kind::kRange) {
      if (!IsOf(job)) continue;
      --item.writers;
      job.big->BrokeOff(job.range, {}, 0);
    } else {
      item.in_flight = false;
      if (job.draft) item.draft = job.draft, item.big = nullptr;
    }
    Refresh(index);
  }
}

void WorkBoard::Begin(const Attempt& attempt) {
  const std::lock_guard lock(mu_);
  under_way_[attempt.index] = attempt;
  Tell(EventKind::kFileStarted, work_.at(attempt.index), 0);
}

void WorkBoard::Leave(size_t index) {
  const std::lock_guard lock(mu_);
  under_way_.erase(index);
  work_.at(index).in_flight = false;
  Refresh(index);
}

std::map<size_t, Attempt> WorkBoard::UnderWay() const {
  const std::lock_guard lock(mu_);
  return under_way_;
}

void WorkBoard::Progress(size_t index, int64_t bytes) {
  const std::lock_guard lock(mu_);
  if (under_way_.contains(index)) Tell(EventKind::kFileProgress, work_.at(index), bytes);
}

void WorkBoard::Fail(size_t index, const absl::Status& why, absl::string_view command, absl::string_view output,
                     int exit_status) {
  const std::lock_guard lock(mu_);
  FailLocked(index, why, command, output, exit_status);
}

void WorkBoard::FailLocked(size_t index, const absl::Status& why, absl::string_view command, absl::string_view output,
                           int exit_status) {
  const std::string message = WithoutSecrets(why.message(), names_.secrets);
  work_.Failed(index, MakeError(FailureOf(why), message), command, WithoutSecrets(output, names_.secrets), exit_status);
  WorkItem& item = work_.at(index);
  if (item.state == WorkItem::State::kFailed) {
    Tell(EventKind::kFileFailed, item, 0, item.message());
  } else {
    item.not_before = around_.monotonic() + around_.pause(item.tries - 1);
    Tell(LogLevel::kInfo, absl::StrCat("try ", item.tries, " failed: ", message), item.wanted.path, names_.child);
  }
  Refresh(index);
}

void WorkBoard::PartsDiffer(const Job& job) {
  const std::lock_guard lock(mu_);
  if (!IsOf(job)) return;
  work_.PartsDiffer(job.indices[0]);
  if (around_.flow != nullptr) around_.flow->Expect(work_.at(job.indices[0]).wanted);
  Refresh(job.indices[0]);
}

void WorkBoard::Mismatch(size_t index) {
  const std::lock_guard lock(mu_);
  WorkItem& item = work_.at(index);
  item.look_again = item.mismatched = true;
  Refresh(index);
}

void WorkBoard::LookedAgain(size_t index, const absl::Status& error, const FileEntry* now) {
  const std::lock_guard lock(mu_);
  WorkItem& item = work_.at(index);
  item.in_flight = false;
  const Digest before = item.wanted.digest;
  work_.LookedAgain(index, error, now);
  if (!item.big) item.created = false;
  if (around_.flow != nullptr && item.state == WorkItem::State::kOpen && item.wanted.digest != before)
    around_.flow->Expect(item.wanted);
  if (item.tries > 0) item.not_before = std::max(item.not_before, around_.monotonic() + around_.pause(item.tries - 1));
  if (item.state == WorkItem::State::kFailed) Tell(EventKind::kFileFailed, item, 0, item.message());
  if (item.state == WorkItem::State::kGone) {
    Tell(LogLevel::kWarning, "the file went away while it was copied; it is left as it is on the child",
         item.wanted.path, names_.parent);
  }
  Refresh(index);
}

void WorkBoard::Verified(const Attempt& attempt, const FileStat& stat) {
  const std::lock_guard lock(mu_);
  WorkItem& item = work_.at(attempt.index);
  item.state = WorkItem::State::kVerified;
  under_way_.erase(attempt.index);
  starved_ = false;
  verified_.push_back({.index = attempt.index,
                       .file = item.wanted.path,
                       .staged = attempt.staged(),
                       .verified = stat,
                       .parent = item.wanted.stat});
  if (around_.flow != nullptr) around_.flow->Verified(item.wanted.path, attempt.folder);
  Tell(EventKind::kFileVerified, item, item.wanted.stat.size);
  Refresh(attempt.index);
  bell_.Ring();
}

std::vector<std::string> WorkBoard::Created(const Job& job,
                                            const std::vector<std::pair<std::string, ChunkList>>& leftovers) {
  const std::lock_guard lock(mu_);
  std::vector<std::string> useless;
  WorkItem& item = work_.at(job.indices[0]);
  item.in_flight = false;
  if (item.big == job.big) {
    for (const auto& [path, chunks] : leftovers) {
      // One that could not be read whole may be of use to the next attempt.
      const bool whole = chunks.digests.size() == job.big->wanted().digests.size();
      if (!item.big->Offer(path, chunks) && whole && MayGo(path)) useless.push_back(path);
    }
    item.leftovers.clear();
    item.created = true;
    if (around_.flow != nullptr) around_.flow->GrowsIn(item.wanted.path, job.attempt.folder);
    Tell(EventKind::kFileStarted, item, 0);
    if (job.draft)
      TellChunks({.indices = job.indices, .range = {.count = static_cast<int64_t>(job.big->wanted().digests.size())}});
  }
  Refresh(job.indices[0]);
  return useless;
}

std::vector<std::string> WorkBoard::UsedUp(const Job& job) const {
  const std::lock_guard lock(mu_);
  if (job.range.source < 0 || !job.big->IsUsedUp(job.range.source)) return {};
  const std::string& path = job.big->source(job.range.source);
  return MayGo(path) ? std::vector<std::string>{path} : std::vector<std::string>();
}

// Not the child's own file; nor an attempt of this run that one of its children may be reading.
bool WorkBoard::MayGo(const std::string& path) const {
  return absl::StartsWith(path, absl::StrCat(rules_.stage_folder, "/")) &&
         (around_.flow == nullptr || !abandoned_.contains(path));
}

bool WorkBoard::Arrived(const Job& job, absl::Span<const Digest> digests) {
  const std::lock_guard lock(mu_);
  const size_t index = job.indices[0];
  WorkItem& item = work_.at(index);
  if (!IsOf(job)) return false;
  --item.writers;
  const bool damaged = !item.big->Arrived(job.range, digests).empty();
  TellChunks(job);
  if (damaged) {
    item.look_again = item.mismatched = true;
  } else if (digests.empty() && job.range.source == ChunkRange::kParent) {
    FailLocked(index, MakeError(Failure::kCommandFailed, "what arrived could not be read back"), "", "", 0);
  }
  Refresh(index);
  return item.big && item.big->complete() && item.writers == 0;
}

bool WorkBoard::BrokeOff(const Job& job, const RangeResult& range, absl::string_view command) {
  const std::lock_guard lock(mu_);
  if (!IsOf(job)) return false;
  const bool moved = job.big->BrokeOff(job.range, range.digests, range.blocks);
  TellChunks(job);
  BrokeOffLocked(job, moved, range.brought, command, range.output, range.exit_status);
  const WorkItem& item = work_.at(job.indices[0]);
  return item.big && item.big->complete() && item.writers == 0;
}

// Whether a job is of the attempt that is under way. What came to its end meanwhile, at another stream, stays as it is.
bool WorkBoard::IsOf(const Job& job) const {
  const WorkItem& item = work_.at(job.indices[0]);
  return item.state == WorkItem::State::kOpen && item.big == job.big && item.folder == job.attempt.folder;
}

void WorkBoard::TellChunks(const Job& job) {
  WorkItem& item = work_.at(job.indices[0]);
  bool moved = false;
  for (int64_t chunk = job.range.first; chunk < job.range.first + job.range.count; ++chunk) {
    if (!item.big->IsGood(chunk)) continue;
    moved = true;
    if (around_.flow != nullptr) around_.flow->ChunkVerified(item.wanted.path, chunk);
  }
  // What is copied on the child is no progress: an attempt that always fails at its end would be made again for ever.
  if (moved && job.range.source == ChunkRange::kParent) item.tries = 0;
  Tell(EventKind::kFileProgress, item, item.big->good_bytes());
}

void WorkBoard::BrokeOffLocked(const Job& job, bool moved, const absl::Status& why, absl::string_view command,
                               absl::string_view output, int exit_status) {
  const size_t index = job.indices[0];
  WorkItem& item = work_.at(index);
  --item.writers;
  if (!moved || !absl::IsUnavailable(why)) return FailLocked(index, why, command, output, exit_status);
  item.not_before = around_.monotonic() + around_.pause(0);
  Tell(LogLevel::kInfo, absl::StrCat("goes on where it broke off: ", WithoutSecrets(why.message(), names_.secrets)),
       item.wanted.path, names_.child);
  Refresh(index);
}

void WorkBoard::Abandon(const Job& job, const absl::Status& why, absl::string_view command) {
  const std::lock_guard lock(mu_);
  const size_t index = job.indices[0];
  WorkItem& item = work_.at(index);
  item.in_flight = false;
  if (IsOf(job)) {
    abandoned_.insert(job.attempt.staged());
    work_.GaveUp(index);
    if (job.draft)
      item.leftovers.push_back(
          absl::StrCat(job.draft->folder, "/", item.wanted.path));  // it may not have got its new name
    if (around_.flow != nullptr) around_.flow->Expect(item.wanted);
    return FailLocked(index, why, command, "", 0);
  }
  Refresh(index);
}

void WorkBoard::TellBlock(const Job& job, int stream, absl::string_view route, absl::Time began, int64_t files,
                          int64_t bytes) {
  const std::lock_guard lock(mu_);
  const std::string path = job.indices.empty() ? "" : work_.at(job.indices[0]).wanted.path;
  events_.On({.kind = EventKind::kBlockMoved,
              .run = names_.run,
              .repository = names_.child,
              .parent = names_.parent,
              .path = path,
              .action = std::string(route),
              .files = files,
              .bytes = bytes,
              .offset = job.kind == Job::Kind::kRange ? job.range.first * job.big->wanted().chunk : 0,
              .stream = stream,
              .began = began,
              .level = LogLevel::kDebug});
}

void WorkBoard::Tell(EventKind kind, const WorkItem& item, int64_t bytes, absl::string_view message) {
  const Trouble none, &trouble = item.trouble ? *item.trouble : none;
  events_.On({.kind = kind,
              .run = names_.run,
              .repository = names_.child,
              .parent = names_.parent,
              .path = item.wanted.path,
              .action = std::string(ActionName(item.action)),
              .bytes = bytes,
              .total = item.wanted.stat.size,
              .failure = trouble.failure,
              .message = std::string(message),
              .command = trouble.command,
              .output = trouble.output,
              .exit_status = trouble.exit_status});
}

void WorkBoard::Tell(LogLevel level, std::string message, const std::string& path, const std::string& repository) {
  events_.On({.kind = EventKind::kMessage,
              .run = names_.run,
              .repository = repository,
              .path = path,
              .level = level,
              .message = std::move(message)});
}

}  // namespace sshsync
