#ifndef SSHSYNC_TOOLS_CLI_LOG_LOG_SYSLOG_H_
#define SSHSYNC_TOOLS_CLI_LOG_LOG_SYSLOG_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/config/logging/logging_handler.h"
#include "tools/cli/log/log_target.h"

namespace sshsync {

/// A syslog daemon, behind its local socket or over UDP or TCP, addressed as Python's SysLogHandler does it:
/// `<PRIORITY>line` and a NUL. syslog(3) was rejected: it knows one socket and one facility for the whole process. A
/// daemon that is not there costs at most a second, and is not asked again for ten seconds (of the records' time).
/// Threads: one at a time.
///
///     LogSyslog syslog(handler);
///     syslog.Write("sshsync: done", LogLevel::kInfo, absl::Now());
class LogSyslog : public LogTarget {
 public:
  explicit LogSyslog(const LoggingHandler& handler) : handler_(handler) {}
  ~LogSyslog() override;

  absl::Status Write(absl::string_view line, LogLevel level, absl::Time time) override;

 private:
  absl::Status Connect();
  absl::Status ConnectLocal();
  absl::Status ConnectHost();
  bool Send(absl::string_view message);

  const LoggingHandler handler_;
  int fd_ = -1;
  absl::Time quiet_until_ = absl::InfinitePast();
};

}  // namespace sshsync

#endif  // SSHSYNC_TOOLS_CLI_LOG_LOG_SYSLOG_H_
