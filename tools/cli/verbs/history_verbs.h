#ifndef SSHSYNC_TOOLS_CLI_VERBS_HISTORY_VERBS_H_
#define SSHSYNC_TOOLS_CLI_VERBS_HISTORY_VERBS_H_

#include "tools/cli/flags/command_line.h"
#include "tools/cli/view/output_stream.h"

namespace sshsync::cli {

// The verbs that ask the record of runs, and no host. Each returns the exit status.

/// Per repository when it last equalled its parent, and why it lags. 10 where one is older than --max-age.
int RunStatus(const CommandLine& line, OutputStream& out, OutputStream& err);

/// The last run, or the one that is named, as an HTML page.
int RunReport(const CommandLine& line, OutputStream& out, OutputStream& err);

/// The runs, or the one that is named.
int RunLog(const CommandLine& line, OutputStream& out, OutputStream& err);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VERBS_HISTORY_VERBS_H_
