#ifndef SSHSYNC_TOOLS_CLI_FLAGS_COMPLETIONS_H_
#define SSHSYNC_TOOLS_CLI_FLAGS_COMPLETIONS_H_

#include <string>

namespace sshsync::cli {

// What the Tab key offers, for three shells, from the tables of flags.h. Names of repositories come from `sshsync graph
// --format names`.
std::string BashCompletion();
std::string ZshCompletion();
std::string FishCompletion();

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_FLAGS_COMPLETIONS_H_
