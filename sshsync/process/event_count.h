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

/// Wakes threads that wait for something to change. It says that something changed, not what: a thread that wakes looks
/// again. A notification between the look and the wait is not missed, since the count before the look is given to the
/// wait. An event count may subscribe to others, so that a thread that waits for its own queue, its parent and its turn
/// waits for one. (Rejected: a periodic look, since hundreds of hops that look fifty times a second keep a core busy
/// and see each change late; and a condition variable, since what changes is under many locks. The name is that of
/// folly and of Reed and Kanodia, "Synchronization with Eventcounts and Sequencers", 1979.)
///
/// Notify may be called under any lock. Lock order: the caller's locks, this object's, its subscribers'. Subscriptions
/// have no cycle. Ownership: outlives its subscriptions and the threads that wait. Threads: any.
///
///     for (;;) {
///       const int64_t seen = changes.count();
///       if (Look()) break;
///       changes.Wait(seen);
///     }
class EventCount {
 public:
  /// While it lives, a notification of `changes` is one of the subscriber, too.
  class Subscription {
   public:
    /// `changes`: may be null, which never notifies.
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

  /// Notifications while it lives become one, when it ends: for many changes that are worth one look.
  class NotificationBatch {
   public:
    /// `changes`: may be null.
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

  /// How many notifications there were.
  int64_t count() const { return count_.load(std::memory_order_acquire); }

  /// Waits until the count is another than `seen`; `most` at most.
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
