#include "sshsync/text/nearest.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"

namespace sshsync {
namespace {

// Three rows of the usual table: the swap looks two rows back.
size_t Errors(absl::string_view a, absl::string_view b) {
  std::vector<size_t> before(b.size() + 1), above(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

absl::optional<std::string> Nearest(absl::string_view word, absl::Span<const absl::string_view> candidates) {
  // Longer than any name of ours: not a typing error, and the table would grow with it.
  if (word.size() > 100) return absl::nullopt;
  const std::string lower = absl::AsciiStrToLower(word);
  absl::optional<std::string> nearest;
  size_t fewest = std::max<size_t>(1, word.size() / 3) + 1;
  for (const absl::string_view candidate : candidates) {
    const size_t errors = Errors(lower, absl::AsciiStrToLower(candidate));
    if (errors >= fewest || errors >= std::max(word.size(), candidate.size())) continue;
    fewest = errors;
    nearest = std::string(candidate);
  }
  return nearest;
}

}  // namespace sshsync
