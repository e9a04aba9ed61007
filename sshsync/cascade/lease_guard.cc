#include "sshsync/cascade/lease_guard.h"

namespace sshsync {

absl::Status LeaseGuard::Claim() {
  lease_.root = child_.facts().root;
  lease_.stage = StageFolder(child_.config().stage, lease_.root);
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result, child_.Ask(ClaimCommand(lease_)));
  auto state = ParseClaim(result);
  const bool is_dead =
      state.ok() && !lease_.lock.empty() && state->lock == lease_.lock;  // it had the lock that we have now
  if (state.ok() && !state->held_by_us && (is_dead || state->age > child_.config().timeout)) {
    child_.Emit(LogLevel::kWarning,
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
  for (const std::string& run : state->undo) SSHSYNC_RETURN_IF_ERROR((UndoRecovery(child_, lease_).Run(run)));
  return absl::OkStatus();
}

void LeaseGuard::Release(bool keep_stage, const std::string& before) {
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
    child_.Emit(LogLevel::kWarning, "the lease could not be given back; it ends by itself");
}

}  // namespace sshsync
