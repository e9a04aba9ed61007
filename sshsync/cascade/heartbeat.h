#ifndef SSHSYNC_CASCADE_HEARTBEAT_H_
#define SSHSYNC_CASCADE_HEARTBEAT_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/time/time.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/stage/lease.h"

namespace sshsync {

/// Keeps a lease alive from its claim to its end, however long the listing, the digests and the transfers take: a
/// quarter of the child's `timeout` passes between two beats, a minute at most, so that three may be lost before
/// anybody takes it for dead. A heart that finds the lease gone to another run stops beating and says so. Ownership:
/// refers to its arguments. Threads: its own, gone with the object.
///
///     const Heartbeat heartbeat(child, lease);
///     if (heartbeat.lost()) return MakeError(Failure::kLocked, "...");
class Heartbeat {
 public:
  Heartbeat(RemoteRepository& child, const Lease& lease)
      : child_(child),
        lease_(lease),
        every_(std::min(child.config().timeout / 4, absl::Seconds(60))),
        beating_(StartThread([this] { Beat(); })) {}
  ~Heartbeat() {
    {
      const std::lock_guard lock(mu_);
      ended_ = true;
    }
    changed_.notify_all();
  }
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// Whether another run has the lease now.
  bool lost() const { return lost_; }

 private:
  void Beat() {
    std::unique_lock lock(mu_);
    while (!lost_ && !changed_.wait_for(lock, absl::ToChronoMilliseconds(every_), [this] { return ended_; })) {
      lock.unlock();
      const auto result = child_.Ask(BeatCommand(lease_));
      lost_ = result.ok() && result->status == 71;
      lock.lock();
    }
  }

  RemoteRepository& child_;
  const Lease& lease_;
  const absl::Duration every_;
  std::atomic<bool> lost_ = false;
  std::mutex mu_;
  std::condition_variable changed_;
  bool ended_ = false;    // Protected by mu_.
  std::jthread beating_;  // Last: it ends before the rest goes.
};

}  // namespace sshsync

#endif  // SSHSYNC_CASCADE_HEARTBEAT_H_
