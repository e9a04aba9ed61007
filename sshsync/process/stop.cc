#include "sshsync/process/stop.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"

namespace sshsync {

StopSource::StopSource() {
  // Without a pipe a stop is still seen between two waits, only not during one.
  if (pipe2(pipe_, O_CLOEXEC | O_NONBLOCK) != 0) pipe_[0] = pipe_[1] = -1;
}

StopSource::~StopSource() {
  for (const int fd : pipe_) {
    if (fd >= 0) close(fd);
  }
}

void StopSource::Request(int reason) noexcept {
  int expected = kNotStopped;
  if (!reason_.compare_exchange_strong(expected, reason, std::memory_order_acq_rel)) return;
  const int saved = errno;
  [[maybe_unused]] const ssize_t written = write(pipe_[1], "x", 1);
  errno = saved;
}

StopToken StopSource::token() const { return StopToken(this); }

absl::Status StopToken::status() const {
  const int why = reason();
  switch (why) {
    case kNotStopped:
      return absl::OkStatus();
    case kStopByWindow:
      return MakeError(Failure::kWindowEnded, "the time window ended");
    case kStopByOutput:
      return MakeError(Failure::kStopped, "stopped because nobody reads the output");
    case kStopByCaller:
      return MakeError(Failure::kStopped, "stopped by the caller");
    default:
      return MakeError(Failure::kStopped, absl::StrCat("stopped by signal ", why, " (", strsignal(why), ")"));
  }
}

bool StopToken::WaitFor(absl::Duration duration) const {
  const absl::Duration limit = std::clamp(duration, absl::ZeroDuration(), absl::Hours(24));
  pollfd waited{fd(), POLLIN, 0};
  poll(&waited, 1, static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(limit, absl::Milliseconds(1)))));
  return stopped();
}

}  // namespace sshsync
