// The queue's other end: what was verified is published.
#include <algorithm>
#include <iterator>
#include <utility>

#include "sshsync/base/status.h"
#include "sshsync/schedule/task_queue.h"

namespace sshsync {

std::vector<Publication> TaskQueue::TakeVerified(size_t most) {
  std::unique_lock lock(mu_);
  if (std::exchange(publishing_, false) && states_.together()) changes_.Notify();  // there may be nothing more to do
  while (!ended_) {
    const int64_t seen = changes_.count();
    const Turn turn = dependencies_.turn && !verified_.empty() ? dependencies_.turn() : Turn::kYes;
    if (turn == Turn::kNever && fatal_.ok()) {
      fatal_ = MakeError(Failure::kStopped, "not published: an earlier repository failed (--fail-fast)");
      changes_.Notify();
    }
    std::vector<Publication> taken, kept;
    size_t looks = 0;
    if (turn == Turn::kYes && fatal_.ok() && states_.MayPublish()) {
      for (Publication& file : verified_) {
        if (!states_.together() && (taken.size() >= most || ++looks > kLooks)) {
          kept.push_back(std::move(file));
          continue;
        }
        FileState& item = states_.at(file.index);
        SourceState holding = dependencies_.source_files.Of(file.file);
        const bool other = holding.now != nullptr && holding.now->digest != item.wanted.digest;
        if (holding.state == SourceState::State::kFailed || holding.state == SourceState::State::kGone || other) {
          item.state = FileState::State::kOpen;  // it is looked at again, and then comes to its end or begins anew
          Look(file.index, &holding);
          if (!IsSettled(item)) Refresh(file.index);
        } else if (holding.state == SourceState::State::kPublished) {
          if (holding.now != nullptr) file.parent = item.wanted.stat = holding.now->stat;
          taken.push_back(std::move(file));
        } else {
          kept.push_back(std::move(file));
        }
      }
      // What was looked at in vain goes behind what was not.
      if (looks > kLooks)
        std::rotate(kept.begin(), kept.begin() + static_cast<ptrdiff_t>(std::min(kLooks, kept.size())), kept.end());
      verified_ = std::move(kept);
      if (states_.together() && !verified_.empty()) {
        // Not before the parent has published all of them, and none of them turned out to be another by now.
        std::move(taken.begin(), taken.end(), std::back_inserter(verified_));
        taken.clear();
      }
    }
    if (dependencies_.received != nullptr) dependencies_.received->SetHeld(!verified_.empty());
    starved_ = taken.empty();
    publishing_ = !taken.empty();
    published_.notify_all();
    if (!taken.empty()) return taken;
    lock.unlock();
    changes_.Wait(seen, looks > kLooks ? kTick : absl::InfiniteDuration());
    lock.lock();
  }
  return {};
}

void TaskQueue::SourceChanged(size_t index) {
  const std::lock_guard lock(mu_);
  states_.SourceChanged(index);
  FileState& item = states_.at(index);
  item.big = nullptr;
  item.created = false;
  if (item.state == FileState::State::kFailed) Emit(EventKind::kFileFailed, item, 0, item.message());
  Refresh(index);
}

void TaskQueue::Published(size_t index, const FileStat& stat) {
  const std::lock_guard lock(mu_);
  states_.Published(index);
  FileState& item = states_.at(index);
  item.published = stat;
  item.big = nullptr;
  if (dependencies_.received != nullptr) dependencies_.received->Published(item.wanted.path, stat);
  Emit(EventKind::kFilePublished, item, item.wanted.stat.size);
  Refresh(index);
}

void TaskQueue::AwaitPublished() {
  std::unique_lock lock(mu_);
  published_.wait(lock, [this] {
    return !publishing_ && (verified_.empty() || starved_ || !fatal_.ok() || !states_.MayPublish());
  });
}

void TaskQueue::PutBack(std::vector<Publication> files) {
  const std::lock_guard lock(mu_);
  verified_.insert(verified_.end(), files.begin(), files.end());
}

void TaskQueue::End() {
  const std::lock_guard lock(mu_);
  ended_ = true;
  over_.notify_all();
  changes_.Notify();
}

bool TaskQueue::WaitForEnd(absl::Duration duration) {
  std::unique_lock lock(mu_);
  return over_.wait_for(lock, absl::ToChronoMilliseconds(duration), [this] { return ended_; });
}

}  // namespace sshsync
