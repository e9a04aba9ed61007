#include "tools/cli/verbs/open_log.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"
#include "tools/cli/log/log_sinks.h"
#include "tools/cli/verbs/config_source.h"

namespace sshsync::cli {

absl::StatusOr<LoggingSource> ReadLogging(const CommandLine& line) {
  LoggingSource result;
  result.file = line.logging_config.empty() ? std::string(kDefaultLoggingConfig) : line.logging_config;
  if (line.logging_config.empty() && access(result.file.c_str(), F_OK) != 0) return result;
  SSHSYNC_ASSIGN_OR_RETURN(const ConfigSource source, ReadConfigSource(result.file));
  if (absl::StripAsciiWhitespace(source.bytes).empty()) {
    return MakeError(Failure::kConfig, absl::StrCat(EscapeForTerminal(result.file),
                                                    ": the file is empty: give it loggers, handlers and formatters"));
  }
  result.found = true;
  DiagnosticCollector diagnostics(result.file, source.bytes);
  result.conf = ReadLoggingConf(source.bytes, diagnostics);
  result.diagnostics = diagnostics.Take();
  return result;
}

absl::StatusOr<OpenedLog> OpenLog(const CommandLine& line, bool err_is_terminal) {
  OpenedLog log;
  if (!line.log_file.empty()) {
    SSHSYNC_ASSIGN_OR_RETURN(log.sink, OpenLogFile(line.log_file, line.log_level.value_or(LogLevel::kInfo)));
    log.policy = err_is_terminal ? LogPolicy::kPrinter : LogPolicy::kErrors;
    return log;
  }
  SSHSYNC_ASSIGN_OR_RETURN(LoggingSource source, ReadLogging(line));
  if (source.found) {
    SSHSYNC_RETURN_IF_ERROR(FirstError(source.diagnostics));
    if (line.log_level) source.conf.level = static_cast<int>(*line.log_level);
    SSHSYNC_ASSIGN_OR_RETURN(log.sink, OpenLogSink(source.conf, source.file));
    log.policy = err_is_terminal ? LogPolicy::kPrinter : LogPolicy::kErrors;
  } else if (!err_is_terminal || line.log_level) {
    log.sink = StderrLogSink(line.log_level.value_or(line.quiet ? LogLevel::kError : LogLevel::kWarning));
    log.policy = LogPolicy::kLog;
  }
  return log;
}

}  // namespace sshsync::cli
