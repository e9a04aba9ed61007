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
///       bell.WaitPast(heard);
///     }
class Bell {
 public:
  /// For as long as it lives the follower rings when the other one does.
  class Following {
   public:
    /// `bell`: may be null, which never rings.
    Following(Bell* bell, Bell* follower) : bell_(bell), follower_(follower) {
      if (bell_ == nullptr) return;
      const std::lock_guard lock(bell_->mu_);
      bell_->followers_.push_back(follower_);
    }
    ~Following() {
      if (bell_ == nullptr) return;
      const std::lock_guard lock(bell_->mu_);
      bell_->followers_.erase(std::find(bell_->followers_.begin(), bell_->followers_.end(), follower_));
    }
    Following(const Following&) = delete;
    Following& operator=(const Following&) = delete;

   private:
    Bell* const bell_;
    Bell* const follower_;
  };

  /// What rings while it lives rings once, when it ends: for many changes that are worth one look. Nothing is waited
  /// for meanwhile.
  class Muffled {
   public:
    /// `bell`: may be null.
    explicit Muffled(Bell* bell) : bell_(bell) {
      if (bell_ == nullptr) return;
      const std::lock_guard lock(bell_->mu_);
      ++bell_->muffled_;
    }
    ~Muffled() {
      if (bell_ == nullptr) return;
      const std::lock_guard lock(bell_->mu_);
      if (--bell_->muffled_ == 0 && bell_->owed_) bell_->RingLocked();
    }
    Muffled(const Muffled&) = delete;
    Muffled& operator=(const Muffled&) = delete;

   private:
    Bell* const bell_;
  };

  Bell() = default;
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void Ring() {
    const std::lock_guard lock(mu_);
    if (muffled_ > 0) {
      owed_ = true;
    } else {
      RingLocked();
    }
  }

  /// How often it rang by now.
  int64_t rings() const { return rings_.load(std::memory_order_acquire); }

  /// Waits until it has rung more often than that; `most` at most.
  void WaitPast(int64_t heard, absl::Duration most = absl::InfiniteDuration()) {
    std::unique_lock lock(mu_);
    const auto rang = [&] { return rings() != heard; };
    if (most == absl::InfiniteDuration()) return rung_.wait(lock, rang);
    rung_.wait_for(lock, absl::ToChronoMicroseconds(std::clamp(most, absl::Milliseconds(1), absl::Hours(24))), rang);
  }

 private:
  void RingLocked() {
    owed_ = false;
    rings_.fetch_add(1, std::memory_order_release);
    rung_.notify_all();
    for (Bell* follower : followers_) follower->Ring();
  }

  std::atomic<int64_t> rings_ = 0;
  std::mutex mu_;
  std::condition_variable rung_;
  // Protected by mu_.
  std::vector<Bell*> followers_;
  int muffled_ = 0;
  bool owed_ = false;
};

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_EVENT_COUNT_H_
