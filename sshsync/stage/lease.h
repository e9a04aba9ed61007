#ifndef SSHSYNC_STAGE_LEASE_H_
#define SSHSYNC_STAGE_LEASE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/model/remote_command.h"

namespace sshsync {

/// The lease of a child: the folder `.sshsync/lock`, whose making is the claim. In it lie a token whose name is the
/// holder's run, a key, the controller and a heartbeat. It keeps a run of another controller away from the same child.
/// Its age is told by the child's own clock, so that clocks need not agree. A dead holder's claim is taken over by
/// renaming its token: of many who try only one finds it there, and nobody can take another token than the one that was
/// found dead (moving the whole folder aside was tried: the second to come moves the first one's new claim). The
/// heartbeat and every publishing look for the own token, so that a holder who lost its lease notices before it writes.
/// A run that has the lock on the controller that the holder had knows that the holder is dead, and need not wait until
/// that shows. The stage lies in the same folder, made with mode 0700 and refused if it is a link or belongs to someone
/// else.
struct Lease {
  std::string root;        ///< the child's folder, resolved
  std::string run;         ///< letters, digits and `-`
  std::string controller;  ///< host name and PID, for people
  std::string stage = "";  ///< folder of the attempts, which is emptied with the lease's end; empty: `.sshsync/in`
  std::string lock = "";   ///< which lock on the controller the run holds, one word; empty: unknown
};

/// What a claim met.
struct LeaseState {
  bool held_by_us = false;
  std::string run, controller, lock;  ///< of the other holder, raw
  absl::Duration age;  ///< of the other's heartbeat, or how far it lies in the future; infinite if it never beat
  std::vector<std::string> undo =
      {};  ///< where it is ours: the runs that were cut off while they published together (undo.h)
};

/// Claims the lease, or tells who has it. A claim that one makes again (the answer was lost) is granted.
RemoteCommand ClaimCommand(const Lease& lease);
absl::StatusOr<LeaseState> ParseClaim(const RemoteResult& result);

/// Takes the claim of `dead_run` over, and claims. Without a name: a claim that nobody finished.
RemoteCommand TakeOverCommand(const Lease& lease, absl::string_view dead_run);

/// Beats, and says whether the lease is still ours. The status of the result: 0, or 71 when it was lost.
RemoteCommand BeatCommand(const Lease& lease);

/// Gives the lease back; `keep_stage` leaves what was received for the next run. `before`: shell text for the root to
/// run before that.
RemoteCommand ReleaseCommand(const Lease& lease, bool keep_stage, absl::string_view before = "");

/// Shell text that ends the script with status 71 unless the lease is ours; first line of everything that publishes.
std::string RequireLease(const Lease& lease);

}  // namespace sshsync

#endif  // SSHSYNC_STAGE_LEASE_H_
