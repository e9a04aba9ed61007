#include "sshsync/text/original_quoting.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sshsync {
namespace {

constexpr absl::string_view kEscaped = "$\"\\`";

bool IsNameByte(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_'; }

bool IsEscape(absl::string_view text, size_t i) {
  return text[i] == '\\' && i + 1 < text.size() && absl::StrContains(kEscaped, text[i + 1]);
}

// The length of what the controller's shell expanded at a `$`; 0 for nothing, or for a variable of ours.
size_t ExpandedLength(absl::string_view rest, absl::Span<const TemplateVariable> variables) {
  if (rest.size() < 2) return 0;
  const char next = rest[1];
  if (next == '(') return 2;
  if (next == '{') {
    size_t end = 2;
    while (end < rest.size() && IsNameByte(rest[end])) ++end;
    const absl::string_view name = rest.substr(2, end - 2);
    const bool ours =
        absl::c_any_of(variables, [name](const TemplateVariable& variable) { return variable.name == name; });
    return ours || name.empty() ? 0 : end + (end < rest.size() && rest[end] == '}' ? 1 : 0);
  }
  if (absl::ascii_isdigit(static_cast<unsigned char>(next)) || absl::StrContains("@*#?-$!", next)) return 2;
  size_t length = 1;
  while (length < rest.size() && IsNameByte(rest[length])) ++length;
  return length > 1 ? length : 0;
}

}  // namespace

UnquotedTemplate UndoOriginalQuoting(absl::string_view text) {
  UnquotedTemplate result;
  for (size_t i = 0; i < text.size(); ++i) {
    result.places.push_back(i);
    if (IsEscape(text, i)) ++i;
    result.text += text[i];
  }
  result.places.push_back(text.size());
  return result;
}

std::vector<TemplateDiagnostic> MigrationRemarks(absl::string_view text, absl::Span<const TemplateVariable> variables) {
  std::vector<TemplateDiagnostic> remarks;
  const auto add = [&remarks](size_t offset, size_t length, std::string message, absl::string_view remedy) {
    remarks.push_back({TemplateDiagnostic::Kind::kMigration, LogLevel::kWarning, offset, length, std::move(message),
                       std::string(remedy)});
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsEscape(text, i)) {
      add(i, 2, absl::StrCat("the original read ", text.substr(i, 2), " as ", text.substr(i + 1, 1)),
          "set original_quoting = yes if this template was written for it");
      ++i;
    } else if (text[i] == '"') {
      add(i, 1, "the original dropped this quote",
          "write \\\" and set original_quoting = yes if this template was written for it");
    } else if (text[i] == '`') {
      add(i, 1, "the original ran what is between back-ticks on the controller",
          "it runs on the repository's host now");
    } else if (const size_t length = text[i] == '$' ? ExpandedLength(text.substr(i), variables) : 0; length > 0) {
      const absl::string_view what = text.substr(i, length);
      add(i, length, absl::StrCat("the original expanded ", what == "$(" ? "$( )" : what, " on the controller"),
          "the repository's host expands it now");
      i += length - 1;
    }
  }
  return remarks;
}

}  // namespace sshsync
