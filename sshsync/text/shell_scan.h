#ifndef SSHSYNC_TEXT_SHELL_SCAN_H_
#define SSHSYNC_TEXT_SHELL_SCAN_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sshsync {

/// Where in a script a byte stands: what a shell makes of an expansion there.
enum class ShellContext {
  kSingle,               ///< '...' or $'...': not expanded, only mentioned
  kDouble,               ///< "...": expanded to one word
  kSubstitution,         ///< $( ): as bare, whatever is around it
  kBacktick,             ///< ` `: as bare, after one level of \ is gone
  kHereDocument,         ///< expanded, never split
  kLiteralHereDocument,  ///< delimiter quoted: not expanded, only mentioned
  kArithmetic,           ///< $(( )): the value is read as an expression
  kParameterWord,        ///< the word in ${NAME:-word}: as what is around it
  kParameterPattern,     ///< the pattern in ${NAME##pattern}: an unquoted value is read as a pattern
};

/// One use of a variable. A mention in quotes that keep the shell from expanding it is recorded too: it is rarely what
/// was meant.
struct ShellExpansion {
  size_t offset = 0;  ///< of the `$`, in the scanned text
  size_t length = 0;  ///< of the whole, `${FILE##*/}`
  std::string name;   ///< `FILE`
  bool braced = false;
  std::string op;               ///< `##`, `:-`, ...; `length` for ${#NAME}, `!` for ${!NAME}; empty for the plain value
  bool operand_quotes = false;  ///< the operand holds a quote, a backslash or a back-tick
  bool dollar = true;           ///< false for a name in $(( )) that needs no `$`
  std::vector<ShellContext> contexts;  ///< outermost first; empty: bare on the top level
  int outer = -1;                      ///< the expansion in whose operand this one stands
  int word = -1;                       ///< the word it is a part of
  size_t at = 0;                       ///< its place in ShellWord::text
  int quoted = -1;                     ///< the single-quoted string that mentions it
};

/// A word of a command, quotes removed. A \1 in `text` stands for an expansion.
struct ShellWord {
  enum class Kind { kArgument, kAssignment, kRedirection, kHereText };
  Kind kind = Kind::kArgument;
  size_t offset = 0;
  size_t length = 0;
  std::string text;
  int command = -1;
};

/// A simple command. Keywords (`if`, `{`) are no part of it; `for` and `case` with their words count as one.
struct ShellCommand {
  std::vector<int> words;  ///< arguments, the command's name first
  int word = -1;           ///< the word in which it stands, by $( ) or ` `
  size_t at = 0;           ///< its place in that word's text
};

/// What flows into the standard input of `into`: the commands from `begin` up to `end`.
struct ShellPipe {
  int begin = 0;
  int end = 0;
  int into = 0;
};

/// A quoted string, quotes included.
struct ShellQuotedString {
  size_t offset = 0;
  size_t length = 0;
};

/// What no shell can read, or two shells read differently.
struct ShellProblem {
  size_t offset = 0;
  std::string message;
};

/// A script, taken apart as far as its variables need: what is quoted how, and which command gets which word.
///
/// The lexer of a POSIX shell with the common extensions ($'...', [[ ]], <( ), (( )), ${x/a/b}), not a parser: it
/// follows quoting, nesting and command boundaries exactly, and checks no more grammar than that (every opened
/// construct is closed). A parser of the full grammar was rejected: there are ten, they differ, and a template is run
/// by the one on its host.
///
///     ShellScan scan = ScanShell("cat ${FILE} > \"$DIR/x\"");
///     scan.expansions[0].name == "FILE" && scan.expansions[0].contexts.empty();
struct ShellScan {
  std::vector<ShellExpansion> expansions;  ///< by place of the `$`, an outer one before what stands in its operand
  std::vector<ShellWord> words;
  std::vector<ShellCommand> commands;
  std::vector<ShellPipe> pipes;
  std::vector<ShellQuotedString> quoted;  ///< single-quoted strings
  std::vector<std::string> assigned;      ///< names that the script sets itself (x=, for x, read x)
  std::vector<ShellProblem> problems;
};

/// Takes any bytes. Time and memory are linear for all but malicious nesting, which ends with a problem.
ShellScan ScanShell(absl::string_view text);

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_SHELL_SCAN_H_
