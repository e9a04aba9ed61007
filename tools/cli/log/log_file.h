#ifndef SSHSYNC_TOOLS_CLI_LOG_LOG_FILE_H_
#define SSHSYNC_TOOLS_CLI_LOG_LOG_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/config/logging/logging_handler.h"
#include "tools/cli/log/log_target.h"

namespace sshsync {

/// A log file of any handler: plain, watched, rotating by size or by time. Files and the names of rotated ones are
/// those of Python's logging.handlers (`x.log.1`, `x.log.2026-01-01`), so that a host's logrotate and grep habits go on
/// working.
///
/// A file that was moved or removed is opened anew under its name before the next line, by whatever rule it is rotated.
/// It is created with mode 0640 minus umask, opened without waiting (a FIFO is refused at once), and symbolic links are
/// followed only if root or the account itself owns them. Rotation goes by the times of the records, not by a clock.
/// spdlog's file sinks were rejected: they open by fopen, which follows any link and waits on a FIFO, and go on writing
/// into a file that was moved.
///
/// Threads: one at a time.
///
///     auto file = LogFile::Open(handler, absl::LocalTimeZone());
///     (*file)->Write("done", LogLevel::kInfo, absl::Now());
class LogFile : public LogTarget {
 public:
  /// kConfig with path and remedy where the file cannot be written to.
  static absl::StatusOr<std::unique_ptr<LogFile>> Open(const LoggingHandler& handler, absl::TimeZone zone);
  ~LogFile() override;

  absl::Status Write(absl::string_view line, LogLevel level, absl::Time time) override;

 private:
  LogFile(const LoggingHandler& handler, absl::TimeZone zone) : handler_(handler), zone_(zone) {}

  absl::Status Reopen();
  bool IsStillThere() const;
  void RotateBySize(size_t line_size);
  void RotateByTime(absl::Time time);
  absl::Time NextRotation(absl::Time time) const;
  void RemoveOldest(const std::string& suffix) const;

  // Constant after construction.
  const LoggingHandler handler_;
  const absl::TimeZone zone_;

  int fd_ = -1;
  bool opened_before_ = false;
  absl::Time rotate_at_ = absl::InfinitePast();  ///< not known yet
};

/// Opens a file for appending lines, by the rules above; `truncate` empties it.
absl::StatusOr<int> OpenForLog(const std::string& path, bool truncate);

/// All of `line` and a newline, in one write where the system allows it.
absl::Status WriteLine(int fd, absl::string_view line);

}  // namespace sshsync

#endif  // SSHSYNC_TOOLS_CLI_LOG_LOG_FILE_H_
