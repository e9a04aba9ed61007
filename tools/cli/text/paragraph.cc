#include "tools/cli/text/paragraph.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace sshsync::cli {

std::string Paragraph(absl::string_view text, size_t indent, size_t width) {
  std::string result, line;
  for (const absl::string_view word : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    if (!line.empty() && indent + line.size() + 1 + word.size() > width) {
      absl::StrAppend(&result, std::string(indent, ' '), line, "\n");
      line.clear();
    }
    absl::StrAppend(&line, line.empty() ? "" : " ", word);
  }
  if (!line.empty()) absl::StrAppend(&result, std::string(indent, ' '), line, "\n");
  return result;
}

std::string Definition(absl::string_view term, absl::string_view meaning, size_t indent, size_t column, size_t width) {
  const std::string head = absl::StrCat(std::string(indent, ' '), term);
  std::string body = Paragraph(meaning, column, width);
  if (body.empty()) return absl::StrCat(head, "\n");
  if (head.size() + 2 > column) return absl::StrCat(head, "\n", body);
  return absl::StrCat(head, std::string(column - head.size(), ' '), body.substr(column));
}

}  // namespace sshsync::cli
