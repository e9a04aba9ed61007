#include "sshsync/host/host_time.h"

#include <string>

#include "absl/strings/ascii.h"

namespace sshsync {

absl::optional<absl::Time> HostTime(absl::string_view shown) {
  absl::Time time;
  std::string error;
  if (!absl::ParseTime("%E4Y%m%d%H%M%S", absl::StripAsciiWhitespace(shown), &time, &error)) return absl::nullopt;
  return time;
}

bool IsSettled(const FileStat& stat, absl::Time now, absl::Duration settle) {
  if (settle <= absl::ZeroDuration() || stat.mtime < 0) return true;
  const absl::Duration age = now - absl::FromUnixNanos(stat.mtime);
  return age >= settle + absl::Nanoseconds(stat.unit() - 1) || age <= -settle;
}

}  // namespace sshsync
