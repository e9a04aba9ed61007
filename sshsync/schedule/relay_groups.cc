// The board's jobs that several children of one parent bring at the same time.
#include "sshsync/schedule/task_queue.h"

namespace sshsync {

bool WorkBoard::Over() const {
  if (!fatal_.ok() || around_.closing.stopped() || unsettled_ == 0) return true;
  // What is held back for good, for not every file arrived, needs nothing more.
  return work_.together() && !publishing_ && !work_.MayPublish() && !work_.AnyOpen();
}

Job WorkBoard::TryTake(int64_t most_bytes) {
  const std::lock_guard lock(mu_);
  if (Over()) return {};
  Job job;
  return TakeAny(most_bytes, &job) ? job : Job{.kind = Job::Kind::kIdle};
}

void WorkBoard::AwaitChange() { bell_.WaitPast(bell_.rings(), kTick); }

RelayBlock WorkBoard::BlockOf(const Job& job) const {
  const std::lock_guard lock(mu_);
  RelayBlock block{
      .folder = job.folder, .paths = {}, .digests = {}, .is_range = job.kind == Job::Kind::kRange, .range = job.range};
  for (const size_t index : job.indices) {
    block.paths.push_back(work_.at(index).wanted.path);
    block.digests.push_back(work_.at(index).wanted.digest);
  }
  return block;
}

const WorkItem* WorkBoard::WantedAs(const RelayBlock& block, size_t i, size_t* index) const {
  if (by_path_.empty()) {
    for (size_t at = 0; at < settled_.size(); ++at) by_path_[work_.at(at).wanted.path] = at;
  }
  const auto at = by_path_.find(block.paths[i]);
  if (at == by_path_.end()) return nullptr;
  *index = at->second;
  const WorkItem& item = work_.at(*index);
  const bool now = item.state == WorkItem::State::kOpen && item.wanted.digest == block.digests[i] && !item.look_again &&
                   item.not_before <= around_.monotonic();
  return now ? &item : nullptr;
}

bool WorkBoard::Wants(const RelayBlock& block) const {
  const std::lock_guard lock(mu_);
  for (size_t i = 0; i < block.paths.size(); ++i) {
    size_t index = 0;
    const WorkItem* const item = WantedAs(block, i, &index);
    if (item == nullptr || (block.is_range ? item->created && item->big && !item->big->IsOpen(block.range)
                                           : IsBig(*item) || !open_.contains(index)))
      return false;
  }
  return true;
}

bool WorkBoard::TakeThis(const RelayBlock& block, Job* job) {
  if (!Wants(block)) return false;
  const std::lock_guard lock(mu_);
  if (Over()) return false;
  std::vector<size_t> indices(block.paths.size());
  for (size_t i = 0; i < indices.size(); ++i) {
    if (WantedAs(block, i, &indices[i]) == nullptr) return false;
    Holding holding;
    const Ready ready = Look(indices[i], &holding);
    if (ready != Ready::kYes || holding.folder != block.folder || WantedAs(block, i, &indices[i]) == nullptr)
      return false;
    if (!block.is_range && !open_.contains(indices[i])) return false;
  }
  if (block.is_range) {
    WorkItem& item = work_.at(indices[0]);
    if (!item.created || !item.big || !item.big->TakeThis(block.range)) return false;
    ++item.writers;
    *job = {.kind = Job::Kind::kRange,
            .indices = indices,
            .folder = block.folder,
            .attempt = item.attempt(indices[0]),
            .range = block.range,
            .big = item.big};
    return true;
  }
  for (const size_t index : indices) TakeOff(index);
  *job = {.kind = Job::Kind::kFiles, .indices = indices, .folder = block.folder};
  return true;
}

}  // namespace sshsync
