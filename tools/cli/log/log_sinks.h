#ifndef SSHSYNC_TOOLS_CLI_LOG_LOG_SINKS_H_
#define SSHSYNC_TOOLS_CLI_LOG_LOG_SINKS_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sshsync/base/log.h"
#include "sshsync/config/logging/logging_conf.h"

namespace sshsync {

/// The sink that a logging.conf describes: each record goes to every handler whose level it reaches, formatted as the
/// handler says, as one physical line (whatever a message holds, control characters are escaped here at the latest). A
/// handler that cannot write any more (disk full, folder gone) says so once on stderr; the run goes on, and so do the
/// other handlers. Threads: any; lines never mix. kConfig, with the line of `file` that names the handler, if a log
/// cannot be opened.
///
///     auto sink = OpenLogSink(conf, "logging.conf");
///     (*sink)->Write({.time = absl::Now(), .level = LogLevel::kInfo, .message = "started"});
absl::StatusOr<std::unique_ptr<LogSink>> OpenLogSink(const LoggingConf& conf, const std::string& file);

/// Records from `level` on stderr, as `sshsync: ERROR: message`.
std::unique_ptr<LogSink> StderrLogSink(LogLevel level);

/// Records from `level` appended to a file (`--log-file`) as `2026-01-01 00:00:00,123 4711 ERROR message`, with all the
/// care of a WatchedFileHandler.
absl::StatusOr<std::unique_ptr<LogSink>> OpenLogFile(const std::string& path, LogLevel level);

}  // namespace sshsync

#endif  // SSHSYNC_TOOLS_CLI_LOG_LOG_SINKS_H_
