// The board's end at which what was verified is published.
#include <algorithm>
#include <iterator>
#include <utility>

#include "sshsync/base/status.h"
#include "sshsync/schedule/task_queue.h"

namespace sshsync {

std::vector<Publication> WorkBoard::TakeVerified(size_t most) {
  std::unique_lock lock(mu_);
  if (std::exchange(publishing_, false) && work_.together()) bell_.Ring();  // there may be nothing more to do
  while (!ended_) {
    const int64_t heard = bell_.rings();
    const Turn turn = around_.turn && !verified_.empty() ? around_.turn() : Turn::kYes;
    if (turn == Turn::kNever && fatal_.ok()) {
      fatal_ = MakeError(Failure::kStopped, "not published: an earlier repository failed (--fail-fast)");
      bell_.Ring();
    }
    std::vector<Publication> taken, kept;
    size_t looks = 0;
    if (turn == Turn::kYes && fatal_.ok() && work_.MayPublish()) {
      for (Publication& file : verified_) {
        if (!work_.together() && (taken.size() >= most || ++looks > kLooks)) {
          kept.push_back(std::move(file));
          continue;
        }
        WorkItem& item = work_.at(file.index);
        Holding holding = around_.supply.Of(file.file);
        const bool other = holding.now != nullptr && holding.now->digest != item.wanted.digest;
        if (holding.state == Holding::State::kFailed || holding.state == Holding::State::kGone || other) {
          item.state = WorkItem::State::kOpen;  // it is looked at again, and then comes to its end or begins anew
          Look(file.index, &holding);
          if (!IsSettled(item)) Refresh(file.index);
        } else if (holding.state == Holding::State::kPublished) {
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
      if (work_.together() && !verified_.empty()) {
        // Not before the parent has published all of them, and none of them turned out to be another by now.
        std::move(taken.begin(), taken.end(), std::back_inserter(verified_));
        taken.clear();
      }
    }
    if (around_.flow != nullptr) around_.flow->SetHeld(!verified_.empty());
    starved_ = taken.empty();
    publishing_ = !taken.empty();
    published_.notify_all();
    if (!taken.empty()) return taken;
    lock.unlock();
    bell_.WaitPast(heard, looks > kLooks ? kTick : absl::InfiniteDuration());
    lock.lock();
  }
  return {};
}

void WorkBoard::SourceChanged(size_t index) {
  const std::lock_guard lock(mu_);
  work_.SourceChanged(index);
  WorkItem& item = work_.at(index);
  item.big = nullptr;
  item.created = false;
  if (item.state == WorkItem::State::kFailed) Tell(EventKind::kFileFailed, item, 0, item.message());
  Refresh(index);
}

void WorkBoard::Published(size_t index, const FileStat& stat) {
  const std::lock_guard lock(mu_);
  work_.Published(index);
  WorkItem& item = work_.at(index);
  item.published = stat;
  item.big = nullptr;
  if (around_.flow != nullptr) around_.flow->Published(item.wanted.path, stat);
  Tell(EventKind::kFilePublished, item, item.wanted.stat.size);
  Refresh(index);
}

void WorkBoard::AwaitPublished() {
  std::unique_lock lock(mu_);
  published_.wait(
      lock, [this] { return !publishing_ && (verified_.empty() || starved_ || !fatal_.ok() || !work_.MayPublish()); });
}

void WorkBoard::PutBack(std::vector<Publication> files) {
  const std::lock_guard lock(mu_);
  verified_.insert(verified_.end(), files.begin(), files.end());
}

void WorkBoard::End() {
  const std::lock_guard lock(mu_);
  ended_ = true;
  over_.notify_all();
  bell_.Ring();
}

bool WorkBoard::WaitForEnd(absl::Duration duration) {
  std::unique_lock lock(mu_);
  return over_.wait_for(lock, absl::ToChronoMilliseconds(duration), [this] { return ended_; });
}

}  // namespace sshsync
