#ifndef SSHSYNC_BASE_LOG_H_
#define SSHSYNC_BASE_LOG_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace sshsync {

/// Severity, with the numbers of Python's logging module.
enum class LogLevel { kDebug = 10, kInfo = 20, kWarning = 30, kError = 40, kCritical = 50 };

/// `INFO` and its kin.
absl::string_view LogLevelName(LogLevel level);

/// Reads a level name in any case, `WARN` and `FATAL` included.
absl::optional<LogLevel> ParseLogLevel(absl::string_view name);

/// One log record. `message` is one line of clean text: who writes it has escaped what came from outside.
struct LogRecord {
  absl::Time time;
  LogLevel level = LogLevel::kInfo;
  std::string message;
};

/// Where log records go. Implementations may be called from any thread; a record that cannot be written is the sink's
/// affair, never the caller's.
class LogSink {
 public:
  virtual ~LogSink() = default;
  /// Whether a record of that level would be written: asked before a message is put together.
  virtual bool Enabled(LogLevel level) const = 0;
  virtual void Write(const LogRecord& record) = 0;
};

}  // namespace sshsync

#endif  // SSHSYNC_BASE_LOG_H_
