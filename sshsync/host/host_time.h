#ifndef SSHSYNC_HOST_HOST_TIME_H_
#define SSHSYNC_HOST_HOST_TIME_H_

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/model/manifest.h"

namespace sshsync {

/// A host's own clock, as `date -u +%Y%m%d%H%M%S` shows it. Clocks of hosts need not agree: times of files are compared
/// with the clock of the host they lie on.
constexpr absl::string_view kHostTimeText = "date -u +%Y%m%d%H%M%S\n";

/// Reads it; nothing where it is no time. Blanks around it do not matter.
absl::optional<absl::Time> HostTime(absl::string_view shown);

/// Whether a file has come to rest: it was not modified within `settle` before `now`. A time further in the future than
/// that is a wrong one and says nothing; one that is known only to the minute counts as the end of that minute.
bool IsSettled(const FileStat& stat, absl::Time now, absl::Duration settle);

}  // namespace sshsync

#endif  // SSHSYNC_HOST_HOST_TIME_H_
