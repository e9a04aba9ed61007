#ifndef SSHSYNC_TOOLS_CLI_VERBS_LOAD_CONFIGURATION_H_
#define SSHSYNC_TOOLS_CLI_VERBS_LOAD_CONFIGURATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "sshsync/config/settings.h"
#include "tools/cli/flags/command_line.h"

namespace sshsync::cli {

/// Reads and validates the configuration that the command line names. An error in the status: there is nothing to read.
/// What is wrong in the file, and with its owner and mode, is among the diagnostics; for a verb that runs templates a
/// file that others can write is an error there, for the others a warning.
absl::StatusOr<LoadedConfiguration> LoadConfiguration(const CommandLine& line);

/// The errors of a configuration, each with its line and a caret; every line ends with a newline.
std::string ErrorsOf(const LoadedConfiguration& loaded);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VERBS_LOAD_CONFIGURATION_H_
