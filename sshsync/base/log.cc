#include "sshsync/base/log.h"

#include "absl/strings/ascii.h"

namespace sshsync {

absl::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "DEBUG";
    case LogLevel::kInfo:
      return "INFO";
    case LogLevel::kWarning:
      return "WARNING";
    case LogLevel::kError:
      return "ERROR";
    case LogLevel::kCritical:
      return "CRITICAL";
  }
  return "ERROR";
}

absl::optional<LogLevel> ParseLogLevel(absl::string_view name) {
  const std::string upper = absl::AsciiStrToUpper(name);
  if (upper == "WARN") return LogLevel::kWarning;
  if (upper == "FATAL") return LogLevel::kCritical;
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError, LogLevel::kCritical}) {
    if (upper == LogLevelName(level)) return level;
  }
  return absl::nullopt;
}

}  // namespace sshsync
