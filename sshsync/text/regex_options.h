#ifndef SSHSYNC_TEXT_REGEX_OPTIONS_H_
#define SSHSYNC_TEXT_REGEX_OPTIONS_H_

#include "re2/re2.h"

namespace sshsync {

/// How the regular expressions of patterns are read and run: over raw bytes, of which `.` is any, and with at most
/// 64 MiB for what re2 keeps of one section's rules (1,000 rules take about a tenth of it). Nothing is printed.
inline re2::RE2::Options RegexOptions() {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  options.set_dot_nl(true);
  options.set_log_errors(false);
  options.set_max_mem(int64_t{64} << 20);
  return options;
}

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_REGEX_OPTIONS_H_
