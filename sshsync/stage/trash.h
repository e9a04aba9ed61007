#ifndef SSHSYNC_STAGE_TRASH_H_
#define SSHSYNC_STAGE_TRASH_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/model/remote_command.h"
#include "sshsync/stage/lease.h"

namespace sshsync {

/// The trash of a child: `.sshsync/trash/RUN/PATH` is the regular file that stood at PATH before RUN replaced or
/// deleted it. It is a hard link, which costs nothing; where there can be none, a copy. What a run kept first of a path
/// stays: that is the content from before the run. It is kept before the change, in the same command: what cannot be
/// kept is not changed.

/// Shell text: the function `_ss_keep FOLDER ./NAME...`, which keeps regular files of the working folder, that is
/// FOLDER below the root (`.` at the top). Status 9 if one cannot be kept. Without `keep` it does nothing.
std::string KeepText(const Lease& lease, bool keep);

/// The same function for another folder than the run's in the trash, absolute.
std::string KeepIn(absl::string_view folder);

/// Shell text for the root: removes what runs kept that ended longer than `keep` before `now`, the host's own time as
/// HostFacts has it.
std::string PruneTrashText(absl::string_view now, absl::Duration keep);

/// Prints the runs that have a trash here, one a line, oldest first.
RemoteCommand TrashRunsCommand(const Lease& lease);

/// The folder of a run's trash.
std::string TrashFolder(const Lease& lease, absl::string_view run);

}  // namespace sshsync

#endif  // SSHSYNC_STAGE_TRASH_H_
