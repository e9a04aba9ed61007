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
template <Runner R, Clock C>
class HeldLease {
 public:
  HeldLease(RunContext<R, C>& context, RemoteRepository<R, C>& child)
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
  const Heartbeat<R, C>& heartbeat() const { return *heartbeat_; }

 private:
  RunContext<R, C>& context_;
  RemoteRepository<R, C>& child_;
  Lease lease_;
  bool held_ = false;
  absl::optional<Heartbeat<R, C>> heartbeat_;
};

// Implementation details follow.

template <Runner R, Clock C>
absl::Status HeldLease<R, C>::Claim() {
  lease_.root = child_.facts().root;
  lease_.stage = StageFolder(child_.config().stage, lease_.root);
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result, child_.Ask(ClaimCommand(lease_)));
  auto state = ParseClaim(result);
  const bool is_dead =
      state.ok() && !lease_.lock.empty() && state->lock == lease_.lock;  // it had the lock that we have now
  if (state.ok() && !state->held_by_us && (is_dead || state->age > child_.config().timeout)) {
    child_.Tell(LogLevel::kWarning,
                absl::StrCat("taking over the lease of run ", EscapeForTerminal(state->run), " (",
                             EscapeForTerminal(state->controller), "), which ",
                             is_dead ? "ended without giving it back"
                                     : absl::StrCat("has not been heard of for ", absl::FormatDuration(state->age))));
    SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult again, child_.Ask(TakeOverCommand(lease_, state->run)));
    state = ParseClaim(again);
  }
  if (!state.ok()) return child_.Located(state.status());
  if (!state->held_by_us) {
    return child_.Located(MakeError(
        Failure::kLocked,
        absl::StrCat("run ", EscapeForTerminal(state->run), " of ", EscapeForTerminal(state->controller),
                     " is working on this repository (last heard of ", absl::FormatDuration(state->age), " ago)")));
  }
  held_ = true;
  heartbeat_.emplace(child_, lease_);
  for (const std::string& run : state->undo) SSHSYNC_RETURN_IF_ERROR((UndoRecovery<R, C>(child_, lease_).Run(run)));
  return absl::OkStatus();
}

template <Runner R, Clock C>
void HeldLease<R, C>::Release(bool keep_stage, const std::string& before) {
  if (!held_) return;
  held_ = false;
  heartbeat_.reset();
  // A stopped run gives its lease back, too: with a patience of its own, a login included.
  RemoteCommand release = ReleaseCommand(lease_, keep_stage, before);
  release.timeout = std::min(child_.config().timeout, absl::Seconds(context_.stop.stopped() ? 2 : 30));
  StopSource patience, released;
  std::jthread timer = StartThread([&] {
    const StopToken done = released.token();
    while (!done.stopped() && !context_.stop.stopped()) {
      pollfd waited[] = {{context_.stop.fd(), POLLIN, 0}, {done.fd(), POLLIN, 0}};
      poll(waited, 2, -1);
    }
    if (!done.WaitFor(absl::Seconds(2))) patience.Request(kStopByCaller);
  });
  const auto result = context_.runner.Run(child_.config().endpoint, release, patience.token());
  released.Request(kStopByCaller);
  if (!result.ok() || result->status != 0)
    child_.Tell(LogLevel::kWarning, "the lease could not be given back; it ends by itself");
}

}  // namespace sshsync

#endif  // SSHSYNC_CASCADE_LEASE_GUARD_H_
