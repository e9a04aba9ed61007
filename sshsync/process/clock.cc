#include "sshsync/process/clock.h"

#include <chrono>

#include "absl/time/clock.h"

namespace sshsync {

absl::Time RealClock::Now() { return absl::Now(); }

absl::Time RealClock::Monotonic() {
  return absl::UnixEpoch() + absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace sshsync
