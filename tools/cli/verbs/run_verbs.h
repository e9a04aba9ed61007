#ifndef SSHSYNC_TOOLS_CLI_VERBS_RUN_VERBS_H_
#define SSHSYNC_TOOLS_CLI_VERBS_RUN_VERBS_H_

#include "tools/cli/flags/command_line.h"
#include "tools/cli/verbs/engine_api.h"
#include "tools/cli/view/output_stream.h"

namespace sshsync::cli {

/// The verbs that connect: synchronize, plan, verify, restore, probe. Reads the configuration, puts the printers
/// together that the command line asks for, calls the engine with signals caught, and returns the exit status.
int RunVerb(const CommandLine& line, const EngineApi& engine, OutputStream& out, OutputStream& err);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VERBS_RUN_VERBS_H_
