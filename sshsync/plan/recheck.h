#ifndef SSHSYNC_PLAN_RECHECK_H_
#define SSHSYNC_PLAN_RECHECK_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/model/digest_store.h"
#include "sshsync/model/manifest.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// The rules of the key `recheck`: which digests may be remembered, and which of them are good enough instead of
/// reading the file again. A file that changes after it was read has to be seen to have changed, even in the same tick
/// of a coarse clock, so
///
/// - what was read in its place is remembered only if it had been at rest for some seconds before, by the host's own
/// clock: whatever is written later
///   has a later ctime. (A digest of a younger file would be taken for that of what is written into it in the same
///   second.)
/// - what a run has brought was changed just now by necessity. It was verified in the stage, where nobody else writes;
/// it is remembered if its
///   mtime is the old one of its parent, which a later write does not leave as it is, and its ctime is finer than a
///   second.
///
/// Where a host does not tell the ctime, nothing is remembered. Pure; any thread.

/// Whether a digest may be remembered that was computed after `clock` was read on the host, of a file that had `stat`
/// in between.
bool IsAtRest(const FileStat& stat, absl::Time clock);

/// Whether the digest of a file that a run has brought may be: `placed` is its stat in its place, `wanted` its
/// parent's. `clock`: as above, from before the file was published.
bool IsAsBrought(const FileStat& placed, const FileStat& wanted, absl::Time clock);

/// Whether a file is, by all that its directory says of it, the one that was read.
bool IsUntouched(const FileStat& then, const FileStat& now);

/// Whether what was remembered is good enough at `now`: it was read within `age`, not in the future, and is whole.
/// `chunk`: files larger than so many bytes have digests of chunks, by `algorithm`, which make up their digest; 0: none
/// has.
bool IsFresh(const StoredDigest& remembered, absl::Duration age, absl::Time now, int64_t chunk,
             absl::string_view algorithm);

/// All that the digests of a repository depend on beside its files, as one digest: the host and the account, the folder
/// (`root`: with its links resolved), and `method`: what computes them. Empty on a machine that cannot say.
std::string DigestCacheKeyOf(const Repository& repository, absl::string_view root, absl::string_view method);

/// When what was remembered at `now` is of no use any more: nobody has looked at the repository for that long.
absl::Time UselessFrom(absl::Duration age, absl::Time now);

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_RECHECK_H_
