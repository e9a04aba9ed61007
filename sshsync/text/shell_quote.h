#ifndef SSHSYNC_TEXT_SHELL_QUOTE_H_
#define SSHSYNC_TEXT_SHELL_QUOTE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sshsync {

/// Three spellings of the same bytes, one for each kind of reader. There is no single one: what every POSIX shell
/// reads, csh and fish do not, and what all of them read cannot hold a newline. All three are total functions of any
/// bytes but NUL, which no file name, no argument and no shell variable can hold: whoever takes bytes from outside
/// refuses it first, as `CommandTemplate::Bind` does.

/// A quoted literal inside a script that a POSIX shell reads (sh, dash, bash, ksh, mksh, zsh, busybox): one word,
/// exactly these bytes.
///
///     ShellLiteral("it's") == R"('it'\''s')";
std::string ShellLiteral(absl::string_view bytes);

/// A word of a command line given to ssh, which the account's login shell reads, whatever it is: the POSIX ones, csh,
/// tcsh, fish. No quoting of csh can hold a newline: bytes with one travel as `OctalEscape` on standard input instead.
///
///     ShellWordForAnyLogin("it's") == R"('it'\''s')";
///     ShellWordForAnyLogin("hey!") == R"('hey'\!)";
///     ShellWordForAnyLogin("/srv/app") == "/srv/app";
std::string ShellWordForAnyLogin(absl::string_view bytes);

/// Letters, digits and `/._-\` only, for `printf %b`, which gives the bytes back. For a line that `read -r` takes from
/// standard input.
///
///     OctalEscape("a b") == R"(a\0040b)";
std::string OctalEscape(absl::string_view bytes);

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_SHELL_QUOTE_H_
