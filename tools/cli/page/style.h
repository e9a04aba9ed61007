#ifndef SSHSYNC_TOOLS_CLI_PAGE_STYLE_H_
#define SSHSYNC_TOOLS_CLI_PAGE_STYLE_H_

#include "absl/strings/string_view.h"

namespace sshsync::page {

/// The style sheet of the page: light and dark, wide, narrow and printed. Colours are variables at its head, each with
/// enough contrast to the ground that it stands on. No state is told by colour alone.
absl::string_view StyleSheet();

/// The marks that stand beside states, as SVG symbols: defined once at the head of the page.
absl::string_view MarkSymbols();

}  // namespace sshsync::page

#endif  // SSHSYNC_TOOLS_CLI_PAGE_STYLE_H_
