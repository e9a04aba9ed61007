#include "sshsync/text/shell_quote.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace sshsync {
namespace {

// Read alike by every shell in every position of a word. `=` is not among them: zsh expands =ls; nor are ~ ^ % and {}.
bool IsPlain(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::string_view("/._-+,:@").find(c) != absl::string_view::npos;
}

}  // namespace

std::string ShellLiteral(absl::string_view bytes) {
  std::string literal = "'";
  literal.reserve(bytes.size() + 2);
  for (const char c : bytes) {
    if (c == '\'') {
      literal += "'\\''";
    } else {
      literal += c;
    }
  }
  literal += '\'';
  return literal;
}

std::string ShellWordForAnyLogin(absl::string_view bytes) {
  if (bytes.empty()) return "''";
  if (std::all_of(bytes.begin(), bytes.end(), IsPlain)) return std::string(bytes);
  std::string word;
  bool quoted = false;
  for (const char c : bytes) {
    // csh reads `!` and fish reads `\` inside single quotes; behind a backslash all of them are plain.
    const bool outside = c == '\'' || c == '\\' || c == '!';
    if (quoted == outside) {
      word += '\'';
      quoted = !quoted;
    }
    if (outside) word += '\\';
    word += c;
  }
  if (quoted) word += '\'';
  return word;
}

std::string OctalEscape(absl::string_view bytes) {
  std::string escaped;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '/' || c == '.' || c == '_' || c == '-') {
      escaped += c;
    } else {
      absl::StrAppend(&escaped, "\\0", byte >> 6, (byte >> 3) & 7, byte & 7);
    }
  }
  return escaped;
}

}  // namespace sshsync
