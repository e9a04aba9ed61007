#ifndef SSHSYNC_TOOLS_CLI_VERBS_OPEN_LOG_H_
#define SSHSYNC_TOOLS_CLI_VERBS_OPEN_LOG_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sshsync/base/log.h"
#include "sshsync/config/ini/diagnostic.h"
#include "sshsync/config/logging/logging_conf.h"
#include "tools/cli/flags/command_line.h"

namespace sshsync::cli {

constexpr absl::string_view kDefaultLoggingConfig = "/etc/sshsync/logging.conf";

/// A logging.conf that was read, and all there is to say about it.
struct LoggingSource {
  bool found = false;  ///< false: the default one does not exist
  std::string file;
  LoggingConf conf;
  std::vector<ConfigDiagnostic> diagnostics;
};

/// Reads the one that the command line names, else the default one. kConfig for one that is named and missing, or
/// empty.
absl::StatusOr<LoggingSource> ReadLogging(const CommandLine& line);

/// Who tells a person about problems: exactly one, lest everything is said twice.
enum class LogPolicy {
  kPrinter,  ///< stderr is a terminal: the printer, as blocks
  kLog,      ///< the log goes to stderr: a record is a line
  kErrors,   ///< the log goes elsewhere: the printer, and errors only, so that cron sends no mail about warnings
};

struct OpenedLog {
  std::unique_ptr<LogSink> sink;  ///< nullptr where the printer is the log
  LogPolicy policy = LogPolicy::kPrinter;
};

/// Opens the log: --log-file, else what logging.conf says, else stderr.
absl::StatusOr<OpenedLog> OpenLog(const CommandLine& line, bool err_is_terminal);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VERBS_OPEN_LOG_H_
