#ifndef SSHSYNC_PROCESS_EVENT_COUNT_H_
#define SSHSYNC_PROCESS_EVENT_COUNT_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

#include "absl/time/time.h"

namespace sshsync {

/// Wakes those who wait for what others bring about, wherever that is: a bell rings all that follow it, so that one
/// that waits for its own board, its parent and its turn waits for one bell. It says that something changed, not what:
/// who wakes looks again. A ring between the look and the wait is not missed, for what was heard before the look is
/// given to the wait. (A tick in everything that waits was rejected: hundreds of hops that look fifty times a second
/// keep a core busy, and each change is seen a tick late. A condition variable was: what changes is under many locks.)
///
/// Rung under any lock: its own is the last that is taken, but for those of its followers. Followings have no cycle.
/// Ownership: outlives its followings and those who wait. Threads: any.
///
///     for (;;) {
///       const int64_t heard = bell.rings();
///       if (Look()) break;
///       bell.Wait(heard);
///     }
class EventCount {
 public:
  /// For as long as it lives the follower rings when the other one does.
  class Subscription {
   public:
    /// `bell`: may be null, which never rings.
    Subscription(EventCount* changes, EventCount* subscriber) : changes_(changes), subscriber_(subscriber) {
      if (changes_ == nullptr) return;
      const std::lock_guard lock(changes_->mu_);
      changes_->subscribers_.push_back(subscriber_);
    }
    ~Subscription() {
      if (changes_ == nullptr) return;
      const std::lock_guard lock(changes_->mu_);
      changes_->subscribers_.erase(
          std::find(changes_->subscribers_.begin(), changes_->subscribers_.end(), subscriber_));
    }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;

   private:
    EventCount* const changes_;
    EventCount* const subscriber_;
  };

  /// What rings while it lives rings once, when it ends: for many changes that are worth one look. Nothing is waited
  /// for meanwhile.
  class NotificationBatch {
   public:
    /// `bell`: may be null.
    explicit NotificationBatch(EventCount* changes) : changes_(changes) {
      if (changes_ == nullptr) return;
      const std::lock_guard lock(changes_->mu_);
      ++changes_->batches_;
    }
    ~NotificationBatch() {
      if (changes_ == nullptr) return;
      const std::lock_guard lock(changes_->mu_);
      if (--changes_->batches_ == 0 && changes_->pending_) changes_->NotifyLocked();
    }
    NotificationBatch(const NotificationBatch&) = delete;
    NotificationBatch& operator=(const NotificationBatch&) = delete;

   private:
    EventCount* const changes_;
  };

  EventCount() = default;
  EventCount(const EventCount&) = delete;
  EventCount& operator=(const EventCount&) = delete;

  void Notify() {
    const std::lock_guard lock(mu_);
    if (batches_ > 0) {
      pending_ = true;
    } else {
      NotifyLocked();
    }
  }

  /// How often it rang by now.
  int64_t count() const { return count_.load(std::memory_order_acquire); }

  /// Waits until it has rung more often than that; `most` at most.
  void Wait(int64_t seen, absl::Duration most = absl::InfiniteDuration()) {
    std::unique_lock lock(mu_);
    const auto changed = [&] { return count() != seen; };
    if (most == absl::InfiniteDuration()) return notified_.wait(lock, changed);
    notified_.wait_for(lock, absl::ToChronoMicroseconds(std::clamp(most, absl::Milliseconds(1), absl::Hours(24))),
                       changed);
  }

 private:
  void NotifyLocked() {
    pending_ = false;
    count_.fetch_add(1, std::memory_order_release);
    notified_.notify_all();
    for (EventCount* subscriber : subscribers_) subscriber->Notify();
  }

  std::atomic<int64_t> count_ = 0;
  std::mutex mu_;
  std::condition_variable notified_;
  // Protected by mu_.
  std::vector<EventCount*> subscribers_;
  int batches_ = 0;
  bool pending_ = false;
};

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_EVENT_COUNT_H_
