#ifndef SSHSYNC_CONFIG_LOGGING_LOGGING_CONF_H_
#define SSHSYNC_CONFIG_LOGGING_LOGGING_CONF_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sshsync/config/ini/diagnostic.h"
#include "sshsync/config/logging/logging_handler.h"

namespace sshsync {

/// What a logging.conf says about the records of this program.
struct LoggingConf {
  std::string logger = "sshsync";        ///< shown as %(name)s
  int level = 30;                        ///< records below it are dropped
  std::vector<LoggingHandler> handlers;  ///< a record goes to each of them
};

/// Reads the format of Python's logging.config.fileConfig. The records of the program go to the logger `sshsync`; to
/// `mbrepo`, the name of the original program, where only that is configured; else to root. As in Python a logger
/// without level takes root's, and one that propagates also writes to root's handlers.
///
/// `args` and `kwargs` are literals (config/python_literal.h) and the names sys.stdout, sys.stderr and the handlers'
/// constants, which are looked up, not evaluated. Handlers are those of LoggingHandler::Kind, named with or without
/// `handlers.` or `logging.handlers.`. Everything wrong in the file goes to `diagnostics`, whether the part is used or
/// not; the result counts only without errors. Pure: nothing is opened here.
///
///     DiagnosticCollector diagnostics("logging.conf", bytes);
///     const LoggingConf conf = ReadLoggingConf(bytes, diagnostics);
///     SSHSYNC_RETURN_IF_ERROR(FirstError(diagnostics.Take()));
LoggingConf ReadLoggingConf(absl::string_view bytes, DiagnosticCollector& diagnostics);

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_LOGGING_LOGGING_CONF_H_
