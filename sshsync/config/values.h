#ifndef SSHSYNC_CONFIG_VALUES_H_
#define SSHSYNC_CONFIG_VALUES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/model/repository.h"

namespace sshsync {

// Readers of single values, for configuration files and command line options alike. Blanks around a value are the
// caller's to remove. An error (kConfig) completes the sentence that begins with the value, and says behind its first
// `: ` what to do: "is no port: give a number from 1 to 65535".

/// A host name, an address, or an alias of ssh_config: letters, digits and `._:%-`, no leading dash.
absl::StatusOr<std::string> ParseHost(absl::string_view text);

/// As ParseHost; an IPv6 address may stand in brackets, as scp wants it.
absl::StatusOr<std::string> ParsePeerHost(absl::string_view text);

/// An account: letters, digits and `._@+-`, no leading dash.
absl::StatusOr<std::string> ParseUser(absl::string_view text);

/// 1 to 65535.
absl::StatusOr<int> ParsePort(absl::string_view text);

/// Hosts for ssh -J: `[user@]host[:port]`, separated by commas.
absl::StatusOr<std::string> ParseJump(absl::string_view text);

/// An absolute path below `/`, without `..`; `//`, `/./` and a trailing slash are removed.
absl::StatusOr<std::string> ParsePath(absl::string_view text);

/// A file name for an option of ssh: one line, no leading dash; `~/` is left to ssh.
absl::StatusOr<std::string> ParseFileName(absl::string_view text);

/// The name or path of one program: letters, digits and `_./+-`, no leading dash.
absl::StatusOr<std::string> ParseProgram(absl::string_view text);

/// Program and options, split as a shell splits words: blanks, '...', "...", backslash. Nothing is expanded.
absl::StatusOr<std::vector<std::string>> ParseWords(absl::string_view text);

/// A whole number from `low` to `high`.
absl::StatusOr<int> ParseNumber(absl::string_view text, int low, int high);

/// yes, true, on, 1 / no, false, off, 0, in any case.
absl::StatusOr<bool> ParseBool(absl::string_view text);

/// Bytes: `8M`, `512k`, `1GiB`, `8388608`. Units are powers of 1024.
absl::StatusOr<int64_t> ParseSize(absl::string_view text);

/// Seconds, or a number with a unit: `300`, `0.5`, `90s`, `5m`, `2h`, `14d`, `2w`. Up to ten years.
absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text);

/// Local time of day `HH:MM` as minutes after midnight.
absl::StatusOr<int> ParseTimeOfDay(absl::string_view text);

/// One line of a bwlimit timetable: from `minute` of the day on, `rate` bytes per second (0: no limit).
struct RateSpan {
  int minute = 0;
  int64_t rate = 0;
};

/// `off`, a rate `2M`, or a timetable `08:00,512k 19:00,off`. Empty for no limit at any time.
absl::StatusOr<std::vector<RateSpan>> ParseRates(absl::string_view text);

/// `100` files or `10%`.
absl::StatusOr<DeleteLimit> ParseDeleteLimit(absl::string_view text);

/// Words separated by blanks, newlines or commas; each one of `allowed` unless that is empty. At least one; none twice.
absl::StatusOr<std::vector<std::string>> ParseList(absl::string_view text, const std::vector<std::string>& allowed);

/// The index of `text` in `words`.
absl::StatusOr<int> ParseChoice(absl::string_view text, const std::vector<std::string>& words);

/// Filter lines `+ PATTERN` or `- PATTERN` with patterns of text/pattern.h; blank lines are dropped. An error begins
/// with the line or the pattern that it is about, and has an offset (OffsetOf in text/pattern.h).
absl::StatusOr<std::vector<std::string>> ParseFilter(absl::string_view text);

/// Patterns, one a line, as filter lines of that sign (`+ ` or `- `). Errors as above.
absl::StatusOr<std::vector<std::string>> ParsePatterns(absl::string_view text, absl::string_view sign);

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_VALUES_H_
