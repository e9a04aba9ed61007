#ifndef SSHSYNC_TOOLS_CLI_TEXT_PROBE_TEXT_H_
#define SSHSYNC_TOOLS_CLI_TEXT_PROBE_TEXT_H_

#include <string>
#include <vector>

#include "sshsync/probe.h"

namespace sshsync::cli {

/// What probing found, for people: a line for each repository, and below it one for each thing that was tried, with a
/// hint where it failed. `with_actions`: the commands in force, as a section to copy.
std::string ProbeText(const std::vector<RepositoryProbe>& probes, bool with_actions);

/// 0 where everything works, else that of the worst failure.
int ProbeExitCode(const std::vector<RepositoryProbe>& probes);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_TEXT_PROBE_TEXT_H_
