#ifndef SSHSYNC_TOOLS_CLI_FLAGS_MAN_PAGE_H_
#define SSHSYNC_TOOLS_CLI_FLAGS_MAN_PAGE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sshsync::cli {

/// sshsync(1) in the language of man(7), from the tables of flags.h.
std::string CommandManPage();

/// sshsync.conf(5), from the table of config/keys.h and the variables of templates.
std::string ConfigManPage();

/// Text as troff shows it: backslashes, hyphens that are to be copied and pasted, and lines that begin like a request.
std::string TroffText(absl::string_view text);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_FLAGS_MAN_PAGE_H_
