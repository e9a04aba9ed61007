#ifndef SSHSYNC_TOOLS_CLI_TEXT_DISPLAY_WIDTH_H_
#define SSHSYNC_TOOLS_CLI_TEXT_DISPLAY_WIDTH_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sshsync::cli {

/// The number of columns that clean text takes on a terminal: two for the wide characters of East Asia and for emoji,
/// none for marks that stand on another character and for colour sequences, one for the rest. (wcwidth was rejected: it
/// asks the locale, which is C in cron and on many a host, and knows no character beyond ASCII then.)
size_t DisplayWidth(absl::string_view text);

/// As much of the front of clean text without colours as fits into `columns`; no character is cut in half.
std::string CutToWidth(absl::string_view text, size_t columns);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_TEXT_DISPLAY_WIDTH_H_
