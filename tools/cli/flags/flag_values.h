#ifndef SSHSYNC_TOOLS_CLI_FLAGS_FLAG_VALUES_H_
#define SSHSYNC_TOOLS_CLI_FLAGS_FLAG_VALUES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace sshsync::cli {

// The values of options, read strictly: a whole value or nothing.

/// A number from 0 to a million.
absl::optional<int> ReadCount(absl::string_view text);

/// Seconds, or a number followed by s, m, h or d; at most ten years.
absl::optional<absl::Duration> ReadSeconds(absl::string_view text);

/// Whether that is `off`, a number of bytes with an optional k, M or G, or a timetable of both: `08:00,512k 19:00,off`.
bool IsRate(absl::string_view text);

/// Whether that is a time of the day, 00:00 to 23:59.
bool IsTime(absl::string_view text);

/// Whether that is a number, or a percentage up to 100.
bool IsLimit(absl::string_view text);

/// The names between the commas; nothing where one is empty.
absl::optional<std::vector<std::string>> ReadNames(absl::string_view text);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_FLAGS_FLAG_VALUES_H_
