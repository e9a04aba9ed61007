#ifndef SSHSYNC_CASCADE_UNDO_RECOVERY_H_
#define SSHSYNC_CASCADE_UNDO_RECOVERY_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/stage/lease.h"
#include "sshsync/stage/publishing.h"
#include "sshsync/stage/stage.h"
#include "sshsync/stage/undo.h"
#include "sshsync/text/escape.h"

namespace sshsync {

/// Mends a child on which a run was cut off while it published all files together: publishes the rest where every file
/// is either in place already or lies in the stage with the digest it was verified to have; else takes everything back.
/// Afterwards the child holds all of it, or nothing. Ownership: refers to its arguments. Threads: one. Errors: the
/// child is in between still, and nothing should be built on it.
class UndoRecovery {
 public:
  UndoRecovery(RemoteRepository& child, const Lease& lease) : child_(child), lease_(lease) {}

  /// `run`: whose list it is, from LeaseState.
  absl::Status Run(const std::string& run);

 private:
  absl::StatusOr<bool> CanGoOn(const std::vector<UndoEntry>& entries);

  RemoteRepository& child_;
  const Lease& lease_;
};

}  // namespace sshsync

#endif  // SSHSYNC_CASCADE_UNDO_RECOVERY_H_
