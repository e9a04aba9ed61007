#include "sshsync/plan/shares.h"

#include <algorithm>
#include <numeric>

namespace sshsync {

std::vector<size_t> Shares(absl::Span<const int64_t> costs, size_t count) {
  count = std::min(std::max<size_t>(count, 1), costs.size());
  const double total = static_cast<double>(std::accumulate(costs.begin(), costs.end(), int64_t{0}));
  std::vector<size_t> bounds = {0};
  double before = 0;
  for (size_t i = 0; i < costs.size(); ++i) {
    const size_t runs = bounds.size(), left = costs.size() - i;
    // A run ends where its share is full, or where each of those that follow needs one of the pieces that are left.
    const bool full = before * static_cast<double>(count) >= total * static_cast<double>(runs);
    if (i > bounds.back() && runs < count && (full || left == count - runs)) bounds.push_back(i);
    before += static_cast<double>(costs[i]);
  }
  if (!costs.empty()) bounds.push_back(costs.size());
  return bounds;
}

int UsefulStreams(int64_t bytes, int64_t files, int most) {
  constexpr int64_t kWorthAStream = int64_t{8} << 20, kFile = 16'384;  // bytes
  return static_cast<int>(std::clamp<int64_t>((bytes + files * kFile) / kWorthAStream + 1, 1, most));
}

}  // namespace sshsync
