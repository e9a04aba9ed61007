#ifndef SSHSYNC_EXEC_LEASE_H_
#define SSHSYNC_EXEC_LEASE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/exec/runner.h"

namespace sshsync {

/// The lease of a child: the folder `.sshsync/lock`, whose making is the claim, with the run, the controller and a heartbeat in it.
/// It keeps a run of another controller away from the same child. Its age is told by the child's own clock, so that clocks need not agree.
/// A claim that is found dead is moved aside by a rename, of which only one can succeed, and its content is compared again
/// afterwards; the heartbeat and every publishing compare the run, so that a holder who lost its lease notices before it writes.
/// The stage lies in the same folder, made with mode 0700 and refused if it is a link or belongs to someone else.
struct Lease {
  std::string root;        ///< the child's folder, resolved
  std::string run;         ///< letters, digits and `-`
  std::string controller;  ///< host name and PID, for people
};

/// What a claim met.
struct LeaseState {
  bool held_by_us = false;
  std::string run, controller;        ///< of the other holder, raw
  absl::Duration age;                 ///< of the other's heartbeat, or how far it lies in the future; infinite if it never beat
};

/// Claims the lease, or tells who has it. A claim that one makes again (the answer was lost) is granted.
RemoteCommand ClaimCommand(const Lease& lease);
absl::StatusOr<LeaseState> ParseClaim(const RemoteResult& result);

/// Moves the claim of `dead_run` aside and claims.
RemoteCommand TakeOverCommand(const Lease& lease, absl::string_view dead_run);

/// Beats, and says whether the lease is still ours. The status of the result: 0, or 71 when it was lost.
RemoteCommand BeatCommand(const Lease& lease);

/// Gives the lease back; `keep_stage` leaves what was received for the next run.
RemoteCommand ReleaseCommand(const Lease& lease, bool keep_stage);

/// Shell text that ends the script with status 71 unless the lease is ours; first line of everything that publishes.
std::string RequireLease(const Lease& lease);

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_LEASE_H_
