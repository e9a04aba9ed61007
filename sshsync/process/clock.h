#ifndef SSHSYNC_PROCESS_CLOCK_H_
#define SSHSYNC_PROCESS_CLOCK_H_

#include <concepts>

#include "absl/time/time.h"

namespace sshsync {

/// A clock, as the class it expects:
///
///     absl::Time Now();          // wall clock, for records
///     absl::Time Monotonic();    // never goes back, for deadlines; only differences mean something
///
/// Threads: callable from any. Waiting is not the clock's business: what waits polls a StopToken with a deadline of
/// this clock.
template <class C>
concept Clock = requires(C& clock) {
  { clock.Now() } -> std::same_as<absl::Time>;
  { clock.Monotonic() } -> std::same_as<absl::Time>;
};

/// The machine's clock.
class RealClock {
 public:
  absl::Time Now();
  absl::Time Monotonic();
};
static_assert(Clock<RealClock>);

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_CLOCK_H_
