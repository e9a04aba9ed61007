#include "sshsync/transfer/transfer_policy.h"

namespace sshsync {

int64_t ShareOf(const Repository& child, RealClock& clock, int streams) {
  if (child.bwlimit.empty()) return 0;
  const int64_t kilobits = BandwidthLimit(child.bwlimit, clock.Now(), absl::LocalTimeZone());
  return kilobits >= kNoBandwidthLimit ? 0 : std::max<int64_t>(1, kilobits * 125 / std::max(1, streams));
}

int MostStreams(const RemoteRepository& child, RealClock& clock, bool feeds_children) {
  constexpr int64_t kLeastShare = int64_t{256} << 10;  // below that a limit is better kept by fewer streams
  const bool by_command = child.config().moves_by_command();
  const int most = child.config().streams > 0 ? child.config().streams : by_command ? 1 : feeds_children ? 3 : 4;
  const int64_t limit = ShareOf(child.config(), clock, 1);
  return limit > 0 && !by_command ? static_cast<int>(std::clamp<int64_t>(limit / kLeastShare, 1, most)) : most;
}

}  // namespace sshsync
