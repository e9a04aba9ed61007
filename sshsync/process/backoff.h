#ifndef SSHSYNC_PROCESS_BACKOFF_H_
#define SSHSYNC_PROCESS_BACKOFF_H_

#include <mutex>
#include <random>

#include "absl/time/time.h"

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

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_BACKOFF_H_
