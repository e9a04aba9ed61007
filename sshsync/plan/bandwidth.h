#ifndef SSHSYNC_PLAN_BANDWIDTH_H_
#define SSHSYNC_PLAN_BANDWIDTH_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sshsync {

/// What a synccmd is given where nothing limits it: 100 Gbit/s, the most that `scp -l` takes; it takes no 0.
constexpr int64_t kNoBandwidthLimit = 100 * 1024 * 1024;

/// The limit in kbit/s that `bwlimit`, a rate or a timetable, gives at a time of the day in `zone`. A timetable goes
/// round: before its first line its last one holds.
///
///     BandwidthLimit("2M", now, zone) == 16777
int64_t BandwidthLimit(absl::string_view bwlimit, absl::Time now, absl::TimeZone zone);

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_BANDWIDTH_H_
