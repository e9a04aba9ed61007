#include "sshsync/plan/digest_result.h"

#include <algorithm>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"

namespace sshsync {
namespace {

absl::Status BadAnswer(absl::string_view what, absl::string_view line) {
  constexpr size_t kShown = 120;
  const bool cut = line.size() > kShown;
  return MakeError(Failure::kBadDigest,
                   absl::StrCat(what, ": \"", EscapeForTerminal(line.substr(0, kShown)), cut ? "..." : "", "\""));
}

// The line after the last newline that is not the final one.
absl::string_view LastLine(absl::string_view output) {
  while (!output.empty() && (absl::ascii_isspace(output.back()))) output.remove_suffix(1);
  const size_t newline = output.rfind('\n');
  return absl::StripAsciiWhitespace(newline == absl::string_view::npos ? output : output.substr(newline + 1));
}

bool NamesFile(absl::string_view name, absl::string_view path) {
  name = absl::StripLeadingAsciiWhitespace(name);
  if (absl::StartsWith(name, "*") && !absl::StartsWith(path, "*")) name.remove_prefix(1);
  if (name.empty() || name == "-") return true;  // of its standard input, into which the template put the file
  absl::ConsumePrefix(&name, "./");
  // Blanks at the end of the name were taken for the line's; GNU tools write `\`, newline and carriage return as
  // escapes.
  const absl::string_view trimmed = absl::StripTrailingAsciiWhitespace(path);
  const std::string escaped = absl::StrReplaceAll(trimmed, {{"\\", "\\\\"}, {"\n", "\\n"}, {"\r", "\\r"}});
  for (const absl::string_view spelling : {trimmed, absl::string_view(escaped)}) {
    if (name == spelling) return true;
    if (absl::EndsWith(spelling, name) && spelling[spelling.size() - name.size() - 1] == '/') return true;
  }
  // A name with newlines, printed raw, ends in its last line.
  const size_t newline = trimmed.rfind('\n');
  return newline != absl::string_view::npos && name == absl::StripLeadingAsciiWhitespace(trimmed.substr(newline + 1));
}

}  // namespace

absl::StatusOr<DigestResult> ParseDigestResult(absl::string_view output, int exit_status, absl::string_view file_path) {
  if (exit_status == 127)
    return MakeError(Failure::kCommandNotFound, "digestcmd: a command was not found (exit status 127)");
  if (exit_status != 0)
    return MakeError(Failure::kCommandFailed, absl::StrCat("digestcmd ended with status ", exit_status));
  const absl::string_view line = LastLine(output);
  if (line.empty()) return MakeError(Failure::kBadDigest, "digestcmd printed nothing");
  if (line == "NONE" || line == "'NONE'" || line == "\"NONE\"") return DigestResult{.missing = true, .digest = {}};

  absl::string_view rest = line;
  absl::ConsumePrefix(&rest, "\\");
  const size_t first_end = std::min(rest.find_first_of(" \t"), rest.size());
  const absl::string_view first = rest.substr(0, first_end);
  rest.remove_prefix(first_end);
  if (const auto digest = Digest::FromHex(first)) {
    if (!NamesFile(rest, file_path)) return BadAnswer("digestcmd answered for another file", line);
    return DigestResult{.missing = false, .digest = *digest};
  }
  rest = absl::StripLeadingAsciiWhitespace(rest);
  const size_t second_end = std::min(rest.find_first_of(" \t"), rest.size());
  if (const auto crc = Digest::FromCrc(first, rest.substr(0, second_end))) {
    if (!NamesFile(rest.substr(second_end), file_path)) return BadAnswer("digestcmd answered for another file", line);
    return DigestResult{.missing = false, .digest = *crc};
  }
  return BadAnswer("digestcmd's last line is no digest", line);
}

}  // namespace sshsync
