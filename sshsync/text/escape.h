#ifndef SSHSYNC_TEXT_ESCAPE_H_
#define SSHSYNC_TEXT_ESCAPE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sshsync {

/// A name or value from outside as it may reach a terminal or a log: one line of valid UTF-8 without control
/// characters. The rule: `\` becomes `\\`, newline `\n`, tab `\t`, and each byte of anything that is not printable
/// UTF-8 becomes `\xHH`: control bytes (C0, DEL, C1), malformed sequences, line separators, and the marks that reorder
/// or hide text (U+202A..202E and their kin). Every escape begins with a backslash and every backslash of the input is
/// doubled, so that two names never look the same.
///
///     EscapeForTerminal("a\nb\xff") == R"(a\nb\xff)";
std::string EscapeForTerminal(absl::string_view bytes);

/// The same, but a backslash stays as it is: for commands and for what a command printed, where it is common and
/// reading matters more than reversing.
std::string CleanForTerminal(absl::string_view bytes);

/// The length of the printable UTF-8 character at the start of `bytes`, 0 where the rule above escapes a byte.
size_t PrintableLength(absl::string_view bytes);

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_ESCAPE_H_
