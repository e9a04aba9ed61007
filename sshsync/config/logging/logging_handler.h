#ifndef SSHSYNC_CONFIG_LOGGING_LOGGING_HANDLER_H_
#define SSHSYNC_CONFIG_LOGGING_LOGGING_HANDLER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "sshsync/config/logging/log_format.h"

namespace sshsync {

/// When a TimedRotatingFile begins a new file.
struct RotationTime {
  enum class Unit { kSecond, kMinute, kHour, kDay, kMidnight, kWeek };

  Unit unit = Unit::kHour;
  int64_t interval = 1;  ///< units
  int weekday = 0;       ///< of kWeek: 0 is Monday
  bool utc = false;      ///< midnight and file names in UTC instead of local time
};

/// One handler with its formatter: where records go and how they look. Which members mean something depends on the
/// kind.
struct LoggingHandler {
  enum class Kind { kStream, kFile, kWatchedFile, kRotatingFile, kTimedRotatingFile, kSysLog, kNull };

  std::string name;
  int line = 0;  ///< of its section, for messages
  Kind kind = Kind::kStream;
  int level = 0;  ///< records below it are dropped
  LogFormat format;

  bool to_stdout = false;  ///< kStream: else stderr
  std::string path;        ///< of files
  bool truncate = false;   ///< mode `w`
  bool delay = false;      ///< opened at the first record
  int64_t max_bytes = 0;   ///< kRotatingFile: 0 is never
  int64_t backup_count = 0;
  RotationTime rotation;

  std::string host;  ///< kSysLog over the network; empty: the local socket `path`
  int port = 514;
  bool tcp = false;  ///< kSysLog: a stream socket
  int facility = 1;  ///< kSysLog: the code of RFC 5424
};

/// The kind a `class` names, with or without `handlers.` or `logging.handlers.`; nothing for any other.
absl::optional<LoggingHandler::Kind> HandlerKindOf(absl::string_view class_name);

/// One thing to say about the arguments of a handler.
struct HandlerArgProblem {
  bool warning = false;
  bool in_kwargs = false;
  size_t offset = 0;  ///< in `args` or `kwargs`
  std::string message;
  std::string remedy;
};

/// Reads `args` and `kwargs` as the constructor of the Python class of `handler.kind` takes them, and fills in the
/// handler. Literals and the names of the handlers' constants only; `args` that is no tuple counts as the one argument
/// it is.
///
///     ReadHandlerArgs("('/var/log/sync.log', 'a', 1000000, 5)", "", rotating_file).empty();
std::vector<HandlerArgProblem> ReadHandlerArgs(absl::string_view args, absl::string_view kwargs,
                                               LoggingHandler& handler);

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_LOGGING_LOGGING_HANDLER_H_
