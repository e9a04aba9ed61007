#ifndef SSHSYNC_STAGE_REMOVAL_H_
#define SSHSYNC_STAGE_REMOVAL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/model/remote_command.h"
#include "sshsync/stage/lease.h"
#include "sshsync/stage/publishing.h"

namespace sshsync {

/// One file on its way out.
struct Removal {
  std::string path;
  std::string command;  ///< the operator's deletecmd for it, as shell text; empty: rm
};

/// Deletes regular files of a child, many in one command that requires the lease. It enters each folder from the root
/// without following a link and without making anything, keeps the file in the trash where asked to, and deletes only
/// what is a regular file at that moment. A file that is gone already is done, so that the command may be repeated when
/// its answer was lost. The files must be sorted by path: those of one folder cost one entering and one process.
RemoteCommand DeleteCommand(const HostFacts& facts, const Lease& lease, absl::Span<const Removal> files, bool keep,
                            absl::string_view mark);

/// What became of each, in the order given. Errors: kLocked when the lease was lost.
absl::StatusOr<std::vector<Published>> ParseDelete(const RemoteResult& result, size_t count, absl::string_view mark);

/// Removes the folders that the deletion of these files emptied, and those above that this emptied in turn; never the
/// root.
RemoteCommand PruneFoldersCommand(const HostFacts& facts, const Lease& lease, absl::Span<const std::string> deleted);

}  // namespace sshsync

#endif  // SSHSYNC_STAGE_REMOVAL_H_
