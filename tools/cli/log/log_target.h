#ifndef SSHSYNC_TOOLS_CLI_LOG_LOG_TARGET_H_
#define SSHSYNC_TOOLS_CLI_LOG_LOG_TARGET_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/base/log.h"

namespace sshsync {

/// Where the lines of one handler end. Not for several threads at once: the sink that owns it sees to that.
class LogTarget {
 public:
  virtual ~LogTarget() = default;
  /// Writes one line, without its newline. An error is for this line only: the next one is tried again.
  virtual absl::Status Write(absl::string_view line, LogLevel level, absl::Time time) = 0;
};

}  // namespace sshsync

#endif  // SSHSYNC_TOOLS_CLI_LOG_LOG_TARGET_H_
