#include "sshsync/process/backoff.h"

#include "sshsync/base/status.h"

namespace sshsync {

absl::Status RetryPolicy::Wait(const absl::Status& error, absl::Duration left) {
  if (!absl::IsUnavailable(error) || tries_ >= retries_) return error;
  if (!after_timeout_ && FailureOf(error) == Failure::kTimeout) return error;
  const absl::Duration pause = backoff_.Delay(tries_++);
  if (pause >= left) return error;
  return stop_.WaitFor(pause) ? stop_.status() : absl::OkStatus();
}

}  // namespace sshsync
