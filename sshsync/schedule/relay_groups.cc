// The queue's tasks that several children of one parent bring at the same time.
#include "sshsync/schedule/task_queue.h"

namespace sshsync {

bool TaskQueue::Over() const {
  if (!fatal_.ok() || dependencies_.drain.stopped() || unsettled_ == 0) return true;
  // What is held back for good, for not every file arrived, needs nothing more.
  return states_.together() && !publishing_ && !states_.MayPublish() && !states_.AnyOpen();
}

Task TaskQueue::TryTake(int64_t most_bytes) {
  const std::lock_guard lock(mu_);
  if (Over()) return {};
  Task task;
  return TakeAny(most_bytes, &task) ? task : Task{.kind = Task::Kind::kIdle};
}

void TaskQueue::AwaitChange() { changes_.Wait(changes_.count(), kTick); }

RelayBlock TaskQueue::BlockOf(const Task& task) const {
  const std::lock_guard lock(mu_);
  RelayBlock block{.folder = task.folder,
                   .paths = {},
                   .digests = {},
                   .is_range = task.kind == Task::Kind::kRange,
                   .range = task.range};
  for (const size_t index : task.indices) {
    block.paths.push_back(states_.at(index).wanted.path);
    block.digests.push_back(states_.at(index).wanted.digest);
  }
  return block;
}

const FileState* TaskQueue::WantedAs(const RelayBlock& block, size_t i, size_t* index) const {
  if (by_path_.empty()) {
    for (size_t at = 0; at < settled_.size(); ++at) by_path_[states_.at(at).wanted.path] = at;
  }
  const auto at = by_path_.find(block.paths[i]);
  if (at == by_path_.end()) return nullptr;
  *index = at->second;
  const FileState& item = states_.at(*index);
  const bool now = item.state == FileState::State::kOpen && item.wanted.digest == block.digests[i] &&
                   !item.recheck_source && item.not_before <= dependencies_.monotonic();
  return now ? &item : nullptr;
}

bool TaskQueue::Wants(const RelayBlock& block) const {
  const std::lock_guard lock(mu_);
  for (size_t i = 0; i < block.paths.size(); ++i) {
    size_t index = 0;
    const FileState* const item = WantedAs(block, i, &index);
    if (item == nullptr || (block.is_range ? item->created && item->big && !item->big->IsOpen(block.range)
                                           : IsBig(*item) || !open_.contains(index)))
      return false;
  }
  return true;
}

bool TaskQueue::TakeThis(const RelayBlock& block, Task* task) {
  if (!Wants(block)) return false;
  const std::lock_guard lock(mu_);
  if (Over()) return false;
  std::vector<size_t> indices(block.paths.size());
  for (size_t i = 0; i < indices.size(); ++i) {
    if (WantedAs(block, i, &indices[i]) == nullptr) return false;
    SourceState holding;
    const Ready ready = Look(indices[i], &holding);
    if (ready != Ready::kYes || holding.folder != block.folder || WantedAs(block, i, &indices[i]) == nullptr)
      return false;
    if (!block.is_range && !open_.contains(indices[i])) return false;
  }
  if (block.is_range) {
    FileState& item = states_.at(indices[0]);
    if (!item.created || !item.big || !item.big->TakeThis(block.range)) return false;
    ++item.writers;
    *task = {.kind = Task::Kind::kRange,
             .indices = indices,
             .folder = block.folder,
             .attempt = item.attempt(indices[0]),
             .range = block.range,
             .big = item.big};
    AddItems(task);
    return true;
  }
  for (const size_t index : indices) TakeOff(index);
  *task = {.kind = Task::Kind::kFiles, .indices = indices, .folder = block.folder};
  AddItems(task);
  return true;
}

}  // namespace sshsync
