#ifndef SSHSYNC_TOOLS_CLI_FLAGS_HELP_H_
#define SSHSYNC_TOOLS_CLI_FLAGS_HELP_H_

#include <string>

#include "absl/strings/string_view.h"
#include "tools/cli/flags/flags.h"

namespace sshsync::cli {

/// A flag as help and manual page head it: `-s, --sync REPO[,REPO...]`. Without a letter it is indented as if it had
/// one where `aligned`.
std::string FlagTerm(const Flag& flag, bool aligned);

/// `-h`: verbs and flags, a line each. For a verb other than the default only what goes with it.
std::string ShortHelp(VerbId verb);

/// `--help`: the same with explanations, exit statuses, files and examples.
std::string LongHelp(VerbId verb);

/// The one sentence that says what the tool is.
absl::string_view Tagline();

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_FLAGS_HELP_H_
