#ifndef SSHSYNC_TESTING_FAKE_CLOCK_H_
#define SSHSYNC_TESTING_FAKE_CLOCK_H_

#include <memory>
#include <mutex>

#include "absl/time/time.h"
#include "sshsync/process/clock.h"

namespace sshsync {

/// A clock that stands still until it is told to move; its copies show the same time. With a `step`, each reading of
/// `Monotonic` moves it that far, so that code which waits for a deadline comes to it without waiting. Threads: any.
///
///     FakeClock clock;
///     clock.Advance(absl::Seconds(30));
class FakeClock {
 public:
  explicit FakeClock(absl::Duration step = absl::ZeroDuration()) : state_(std::make_shared<State>()) {
    state_->step = step;
  }

  absl::Time Now() {
    const std::lock_guard lock(state_->mu);
    return state_->now;
  }
  absl::Time Monotonic() {
    const std::lock_guard lock(state_->mu);
    return state_->now += state_->step;
  }
  void Advance(absl::Duration duration) {
    const std::lock_guard lock(state_->mu);
    state_->now += duration;
  }

 private:
  struct State {
    std::mutex mu;
    absl::Time now = absl::FromUnixSeconds(1'700'000'000);
    absl::Duration step;
  };
  std::shared_ptr<State> state_;
};
static_assert(Clock<FakeClock>);

}  // namespace sshsync

#endif  // SSHSYNC_TESTING_FAKE_CLOCK_H_
