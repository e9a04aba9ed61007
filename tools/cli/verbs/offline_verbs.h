#ifndef SSHSYNC_TOOLS_CLI_VERBS_OFFLINE_VERBS_H_
#define SSHSYNC_TOOLS_CLI_VERBS_OFFLINE_VERBS_H_

#include "tools/cli/flags/command_line.h"
#include "tools/cli/view/output_stream.h"

namespace sshsync::cli {

// The verbs that contact nothing: each returns its exit status. Findings go to `out`, what keeps the verb from its work
// to `err`.
int RunCheck(const CommandLine& line, OutputStream& out, OutputStream& err);
int RunCommands(const CommandLine& line, OutputStream& out, OutputStream& err);
int RunGraph(const CommandLine& line, OutputStream& out, OutputStream& err);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VERBS_OFFLINE_VERBS_H_
