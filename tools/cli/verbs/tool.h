#ifndef SSHSYNC_TOOLS_CLI_VERBS_TOOL_H_
#define SSHSYNC_TOOLS_CLI_VERBS_TOOL_H_

#include <string>

#include "absl/types/span.h"
#include "tools/cli/verbs/engine_api.h"

namespace sshsync::cli {

/// The program: does what the arguments (without the program's name) say, and returns the exit status. Uses the
/// descriptors 0 to 2 of the process, its environment and its signals; to be called once, from main.
///
///     int main(int argc, char** argv) { return RunTool(std::vector<std::string>(argv + 1, argv + argc), {Synchronize,
///     Probe}); }
int RunTool(absl::Span<const std::string> arguments, const EngineApi& engine);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VERBS_TOOL_H_
