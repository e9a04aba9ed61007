#ifndef SSHSYNC_CASCADE_LEASE_GUARD_H_
#define SSHSYNC_CASCADE_LEASE_GUARD_H_

#include <poll.h>

#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "sshsync/cascade/heartbeat.h"
#include "sshsync/cascade/undo_recovery.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/stage/lease.h"
#include "sshsync/stage/stage.h"
#include "sshsync/text/escape.h"

namespace sshsync {

/// The lease of a child as a run has it: claimed, taken over from a dead one where that is allowed, kept alive, given
/// back. The first thing done with it is to mend what a run left that was cut off in its renames. Ownership: refers to
/// its arguments. Threads: the heartbeat's own; one calls.
class LeaseGuard {
 public:
  LeaseGuard(RunContext& context, RemoteRepository& child)
      : context_(context),
        child_(child),
        lease_{.root = "", .run = context.run, .controller = context.controller, .lock = context.lock} {}

  /// After the child's Open. Errors: kLocked, and what keeps the child from being mended; then the lease is held all
  /// the same.
  absl::Status Claim();

  /// Gives it back, if it is held; with `keep_stage` and `before` as ReleaseCommand has them.
  void Release(bool keep_stage, const std::string& before);

  const Lease& lease() const { return lease_; }
  /// Between Claim and Release.
  const Heartbeat& heartbeat() const { return *heartbeat_; }

 private:
  RunContext& context_;
  RemoteRepository& child_;
  Lease lease_;
  bool held_ = false;
  absl::optional<Heartbeat> heartbeat_;
};

}  // namespace sshsync

#endif  // SSHSYNC_CASCADE_LEASE_GUARD_H_
