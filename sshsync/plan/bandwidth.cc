#include "sshsync/plan/bandwidth.h"

#include <algorithm>
#include <vector>

#include "sshsync/config/values.h"

namespace sshsync {

int64_t BandwidthLimit(absl::string_view bwlimit, absl::Time now, absl::TimeZone zone) {
  if (bwlimit.empty()) return kNoBandwidthLimit;
  const auto spans = ParseRates(bwlimit);
  if (!spans.ok() || spans->empty()) return kNoBandwidthLimit;
  const absl::CivilMinute civil = absl::ToCivilMinute(now, zone);
  const int minute = civil.hour() * 60 + civil.minute();
  const auto next =
      std::find_if(spans->begin(), spans->end(), [minute](const RateSpan& span) { return span.minute > minute; });
  const RateSpan& holds = next == spans->begin() ? spans->back() : *(next - 1);
  return holds.rate == 0
             ? kNoBandwidthLimit
             : std::clamp<int64_t>(holds.rate / 1000 * 8 + holds.rate % 1000 * 8 / 1000, 1, kNoBandwidthLimit);
}

}  // namespace sshsync
