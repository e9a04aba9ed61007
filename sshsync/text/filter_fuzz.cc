// Any bytes as filter lines, and any bytes as a path: no crash, no hang; what is refused has its place; and what the
// lines say together is what their patterns say one by one.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "sshsync/text/filter.h"
#include "sshsync/text/pattern.h"

namespace sshsync {
namespace {

void Expect(bool holds) {
  if (!holds) abort();
}

// The last line is the path.
void OneFilter(absl::string_view input) {
  if (input.empty()) return;
  std::vector<std::string> lines = absl::StrSplit(input, '\n');
  const std::string path = lines.back();
  lines.pop_back();
  bool known = false, selected = true;
  for (const std::string& line : lines) {
    const auto pattern = Pattern::Parse(absl::string_view(line).substr(std::min<size_t>(2, line.size())));
    if (!pattern.ok()) {
      const auto offset = OffsetOf(pattern.status());
      Expect(offset && *offset <= line.size() && absl::StrContains(pattern.status().message(), ": "));
    } else if (!known && pattern->Matches(path, false)) {
      known = true, selected = absl::StartsWith(line, "+");
    }
  }
  const auto filter = Filter::Parse(lines);
  if (filter.ok() && !absl::StrContains(path, '/')) Expect(filter->Selects(path) == selected);
}

}  // namespace
}  // namespace sshsync

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  sshsync::OneFilter({reinterpret_cast<const char*>(data), size});
  return 0;
}
