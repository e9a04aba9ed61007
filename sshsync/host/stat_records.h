#ifndef SSHSYNC_HOST_STAT_RECORDS_H_
#define SSHSYNC_HOST_STAT_RECORDS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "sshsync/model/manifest.h"
#include "sshsync/plan/listing.h"

namespace sshsync {

/// What a host's directory says of one path.
struct RemoteStat {
  enum class Type { kFile, kFolder, kLink, kOther } type = Type::kOther;
  FileStat stat;
};

/// The records that the actions `list` and `stat` print, whatever tool prints them. There are two forms, told apart by
/// what they look like, so that an operator's own text may use either:
///
///     PATH//MODE INODE SIZE MTIME [CTIME]      MODE is a letter f, d, l and octal permission bits (`f644`), or all of
///     st_mode: `x81a4`, `o100644`.
///                                              A time is SECONDS[.FRACTION] or `2023-11-14 22:13:20[.FRACTION]
///                                              [+0000]`.
///     a line of `ls -dlni` or `ls -dinE` (or with an ISO time) on .//./PATH
///
/// No path that a tool was given, or found below `.` or `.//.`, can contain `//` or ` .//./`: a name with a newline
/// stays one name.

/// What `list` printed: a path each, relative to the repository, with its stat. Sorted by path.
struct StatListing {
  std::vector<std::string> paths;
  std::vector<RemoteStat> stats;
  std::vector<RefusedPath> refused;
  bool understood = true;  ///< false: some of the output is no record; the rest was dropped
};
/// `now`: the host's own time, CCYYMMDDhhmm..., for the times of `ls` that have no year.
StatListing ParseStatListing(absl::string_view output, absl::string_view now);

/// What `stat` printed for names that were given as `.//./NAME`, by position, so that a name cannot forge another's
/// record; nothing for one that does not exist. `ls` sorts its operands: the names are one call's. What belongs to them
/// is taken off the front of `output`.
std::vector<absl::optional<RemoteStat>> TakeStatAnswers(absl::string_view* output, absl::Span<const std::string> names,
                                                        absl::string_view now);

}  // namespace sshsync

#endif  // SSHSYNC_HOST_STAT_RECORDS_H_
