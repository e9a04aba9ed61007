// The queue's tasks of big files: created, filled range by range, given up.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/schedule/task_queue.h"

namespace sshsync {

std::vector<std::string> TaskQueue::Created(const Task& task,
                                            const std::vector<std::pair<std::string, ChunkList>>& partial_files) {
  const std::lock_guard lock(mu_);
  std::vector<std::string> useless;
  FileState& item = states_.at(task.indices[0]);
  item.in_flight = false;
  if (item.big == task.big) {
    for (const auto& [path, chunks] : partial_files) {
      // One that could not be read whole may be of use to the next attempt.
      const bool whole = chunks.digests.size() == task.big->wanted().digests.size();
      if (!item.big->Offer(path, chunks) && whole && MayGo(path)) useless.push_back(path);
    }
    item.partial_files.clear();
    item.created = true;
    if (dependencies_.received != nullptr) dependencies_.received->StartedIn(item.wanted.path, task.attempt.folder);
    Emit(EventKind::kFileStarted, item, 0);
  }
  Refresh(task.indices[0]);
  return useless;
}

std::vector<std::string> TaskQueue::UsedUp(const Task& task) const {
  const std::lock_guard lock(mu_);
  if (task.range.source < 0 || !task.big->IsUsedUp(task.range.source)) return {};
  const std::string& path = task.big->source(task.range.source);
  return MayGo(path) ? std::vector<std::string>{path} : std::vector<std::string>();
}

// Not the child's own file; nor an attempt of this run that one of its children may be reading.
bool TaskQueue::MayGo(const std::string& path) const {
  return absl::StartsWith(path, absl::StrCat(rules_.stage_folder, "/")) &&
         (dependencies_.received == nullptr || !abandoned_.contains(path));
}

bool TaskQueue::Arrived(const Task& task, absl::Span<const Digest> digests) {
  const std::lock_guard lock(mu_);
  const size_t index = task.indices[0];
  FileState& item = states_.at(index);
  if (!IsOf(task)) return false;
  --item.writers;
  const bool damaged = !item.big->Arrived(task.range, digests).empty();
  EmitChunks(task);
  if (damaged) {
    item.recheck_source = item.mismatched = true;
  } else if (digests.empty() && task.range.source == ChunkRange::kParent) {
    FailLocked(index, MakeError(Failure::kCommandFailed, "what arrived could not be read back"), "", "", 0);
  }
  Refresh(index);
  return item.big && item.big->complete() && item.writers == 0;
}

bool TaskQueue::BrokeOff(const Task& task, const RangeResult& range, absl::string_view command) {
  const std::lock_guard lock(mu_);
  if (!IsOf(task)) return false;
  const bool moved = task.big->BrokeOff(task.range, range.digests, range.blocks);
  EmitChunks(task);
  BrokeOffLocked(task, moved, range.brought, command, range.output, range.exit_status);
  const FileState& item = states_.at(task.indices[0]);
  return item.big && item.big->complete() && item.writers == 0;
}

// Whether a task is of the attempt that is under way. What came to its end meanwhile, at another stream, stays as it
// is.
bool TaskQueue::IsOf(const Task& task) const {
  const FileState& item = states_.at(task.indices[0]);
  return item.state == FileState::State::kOpen && item.big == task.big && item.folder == task.attempt.folder;
}

void TaskQueue::EmitChunks(const Task& task) {
  FileState& item = states_.at(task.indices[0]);
  bool moved = false;
  for (int64_t chunk = task.range.first; chunk < task.range.first + task.range.count; ++chunk) {
    if (!item.big->IsGood(chunk)) continue;
    moved = true;
    if (dependencies_.received != nullptr) dependencies_.received->ChunkVerified(item.wanted.path, chunk);
  }
  // What is copied on the child is no progress: an attempt that always fails at its end would be made again for ever.
  if (moved && task.range.source == ChunkRange::kParent) item.tries = 0;
  Emit(EventKind::kFileProgress, item, item.big->good_bytes());
}

void TaskQueue::BrokeOffLocked(const Task& task, bool moved, const absl::Status& why, absl::string_view command,
                               absl::string_view output, int exit_status) {
  const size_t index = task.indices[0];
  FileState& item = states_.at(index);
  --item.writers;
  if (!moved || !absl::IsUnavailable(why)) return FailLocked(index, why, command, output, exit_status);
  item.not_before = dependencies_.monotonic() + dependencies_.pause(0);
  Emit(LogLevel::kInfo, absl::StrCat("goes on where it broke off: ", WithoutSecrets(why.message(), names_.secrets)),
       item.wanted.path, names_.child);
  Refresh(index);
}

void TaskQueue::Abandon(const Task& task, const absl::Status& why, absl::string_view command) {
  const std::lock_guard lock(mu_);
  const size_t index = task.indices[0];
  FileState& item = states_.at(index);
  item.in_flight = false;
  if (IsOf(task)) {
    abandoned_.insert(task.attempt.staged());
    states_.GaveUp(index);
    if (dependencies_.received != nullptr) dependencies_.received->Expect(item.wanted);
    return FailLocked(index, why, command, "", 0);
  }
  Refresh(index);
}

}  // namespace sshsync
