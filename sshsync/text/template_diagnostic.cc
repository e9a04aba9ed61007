#include "sshsync/text/template_diagnostic.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sshsync/text/escape.h"

namespace sshsync {
namespace {

// Columns that CleanForTerminal gives these bytes. A tab takes two, as `\t`.
size_t Columns(absl::string_view bytes) {
  size_t columns = 0;
  while (!bytes.empty()) {
    const size_t length = PrintableLength(bytes);
    columns += length > 0 ? 1 : CleanForTerminal(bytes.substr(0, 1)).size();
    bytes.remove_prefix(std::max<size_t>(length, 1));
  }
  return columns;
}

}  // namespace

std::string RenderDiagnostic(absl::string_view text, const TemplateDiagnostic& diagnostic) {
  const size_t offset = std::min(diagnostic.offset, text.size());
  const size_t newline = text.substr(0, offset).rfind('\n');
  const size_t begin = newline == absl::string_view::npos ? 0 : newline + 1;
  const size_t end = std::min(text.find('\n', offset), text.size());
  const size_t marked = Columns(text.substr(offset, std::min(diagnostic.length, end - offset)));
  return absl::StrCat(CleanForTerminal(text.substr(begin, end - begin)), "\n",
                      std::string(Columns(text.substr(begin, offset - begin)), ' '), "^",
                      std::string(std::max<size_t>(marked, 1) - 1, '~'));
}

}  // namespace sshsync
