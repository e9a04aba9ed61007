#include "sshsync/config/node_range.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

constexpr int kMaxNodes = 10'000;

bool ParseNode(absl::string_view text, int& value) {
  return !text.empty() && text.size() <= 9 && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, &value);
}

}  // namespace

absl::StatusOr<std::vector<NodeName>> ExpandNodes(absl::string_view name) {
  const size_t open = name.find_first_of("[]");
  if (open == absl::string_view::npos) return std::vector<NodeName>{{std::string(name), ""}};
  const size_t close = name.find(']', open);
  const absl::string_view range =
      close == absl::string_view::npos ? absl::string_view() : name.substr(open + 1, close - open - 1);
  const size_t dash = std::min(range.find('-'), range.size());
  int first = 0, last = 0;
  const bool numbers =
      ParseNode(range.substr(0, dash), first) && dash < range.size() && ParseNode(range.substr(dash + 1), last);
  if (name[open] != '[' || !numbers || name.substr(close + 1).find_first_of("[]") != absl::string_view::npos) {
    return MakeError(Failure::kConfig, "has brackets without a range: write it as in `node[01-20]`");
  }
  if (first > last) return MakeError(Failure::kConfig, "counts down: write the smaller number first");
  if (last - first >= kMaxNodes)
    return MakeError(Failure::kConfig, absl::StrCat("is more than ", kMaxNodes, " names: write a shorter range"));
  const size_t width = range[0] == '0' ? dash : 0;
  std::vector<NodeName> nodes;
  for (int number = first; number <= last; ++number) {
    std::string digits = absl::StrCat(number);
    if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
    nodes.push_back({absl::StrCat(name.substr(0, open), digits, name.substr(close + 1)), digits});
  }
  return nodes;
}

}  // namespace sshsync
