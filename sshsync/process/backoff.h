#ifndef SSHSYNC_PROCESS_BACKOFF_H_
#define SSHSYNC_PROCESS_BACKOFF_H_

#include <algorithm>
#include <limits>
#include <mutex>
#include <random>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "sshsync/process/stop.h"

namespace sshsync {

/// How long to wait before another try: twice as long each time, up to `cap`, and anything between half of that and all
/// of it at random, so that many who failed together do not come back together (the "equal jitter" of Marc Brooker's
/// article on exponential backoff). Threads: any.
///
///     Backoff backoff(42);
///     backoff.Delay(0) <= absl::Milliseconds(250);
class Backoff {
 public:
  explicit Backoff(unsigned seed, absl::Duration base = absl::Milliseconds(250), absl::Duration cap = absl::Seconds(30))
      : random_(seed), base_(base), cap_(cap) {}

  /// Before try number `tries` + 1; `tries` counts from 0.
  absl::Duration Delay(int tries) {
    absl::Duration delay = base_;
    for (int i = 0; i < tries && delay < cap_; ++i) delay *= 2;
    delay = std::min(delay, cap_);
    const std::lock_guard lock(mu_);
    return delay * std::uniform_real_distribution<double>(0.5, 1.0)(random_);
  }

 private:
  std::mutex mu_;
  std::minstd_rand random_;  // Protected by mu_.
  const absl::Duration base_, cap_;
};

/// Whether and when a call that failed is made again: only where its failure may pass (Unavailable), at most `retries`
/// times, each time after a longer pause. One object for one call and all its tries. Ownership: refers to the backoff.
/// Threads: one.
///
///     for (RetryPolicy again(backoff, stop, 5);;) {
///       absl::Status status = Ask();
///       if (status.ok() || !(status = again.Wait(status)).ok()) return status;
///     }
class RetryPolicy {
 public:
  static constexpr int kNoLimit = std::numeric_limits<int>::max();

  /// `after_timeout`: whether a command that stayed silent for its whole timeout is given another one.
  RetryPolicy(Backoff& backoff, StopToken stop, int retries = kNoLimit, bool after_timeout = true)
      : backoff_(backoff), stop_(std::move(stop)), retries_(retries), after_timeout_(after_timeout) {}

  /// Waits for the next try. Errors: there is none; `error`, or that of the stop. `left`: how long the caller has; a
  /// try that could only begin later is not made.
  absl::Status Wait(const absl::Status& error, absl::Duration left = absl::InfiniteDuration());

  /// The last try got something done: the next failure counts as the first.
  void Restart() { tries_ = 0; }

 private:
  Backoff& backoff_;
  const StopToken stop_;
  const int retries_;
  const bool after_timeout_;
  int tries_ = 0;
};

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_BACKOFF_H_
