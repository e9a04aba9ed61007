#ifndef SSHSYNC_TOOLS_CLI_VERBS_INIT_VERB_H_
#define SSHSYNC_TOOLS_CLI_VERBS_INIT_VERB_H_

#include "tools/cli/flags/command_line.h"
#include "tools/cli/verbs/engine_api.h"
#include "tools/cli/view/output_stream.h"

namespace sshsync::cli {

/// Writes a configuration where none is: from the answers of whoever sits at the terminal, from --repo, or from an
/// original one (--from). What is written is what `check` accepts; an existing file is never touched. Then the hosts
/// are tried, and what is left to do is said. Returns the exit status: that of the probe, where the file was written.
int RunInit(const CommandLine& line, const EngineApi& engine, OutputStream& out, OutputStream& err);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VERBS_INIT_VERB_H_
