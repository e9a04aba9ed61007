#ifndef SSHSYNC_SSH_DRY_RUNNER_H_
#define SSHSYNC_SSH_DRY_RUNNER_H_

#include <memory>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/ssh/runner.h"

namespace sshsync {

/// A Runner for runs that change nothing: passes reading commands on and refuses those that write. A dry run thus takes
/// the same way as a real one, and a writing command that comes through is a mistake of ours, told as kInternal, not a
/// change on a host (an `if` at each place that writes was rejected: the one that is forgotten writes).
///
/// Borrows the runner. Threads: as that runner.
///
///     DryRunner dry(runner);
///     FailureOf(dry.Run(host, {.script = "mv a b", .writes = true}, stop).status()) == Failure::kInternal;
class DryRunner : public Runner {
 public:
  explicit DryRunner(Runner& runner) : runner_(runner) {}

  absl::StatusOr<RemoteResult> Run(const Endpoint& host, const RemoteCommand& command, const StopToken& stop) override {
    if (command.writes) return Refusal(command);
    return runner_.Run(host, command, stop);
  }
  absl::StatusOr<RemoteResult> RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                       ProgressProbe moved, const StopToken& stop) override {
    if (command.writes) return Refusal(command);
    return runner_.RunLong(host, command, sink, moved, stop);
  }
  /// Sessions are for moving files, which a dry run never does.
  absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint&, const StopToken&) override {
    return MakeError(Failure::kInternal, "a dry run was about to open a session");
  }
  void Release(const Endpoint& host) override { runner_.Release(host); }
  absl::StatusOr<std::unique_ptr<RemoteBytes>> OpenBytes(const Endpoint&, ByteWay, const RemoteCommand&,
                                                         const StopToken&) override {
    return MakeError(Failure::kInternal, "a dry run was about to open a stream of bytes");
  }

 private:
  static absl::Status Refusal(const RemoteCommand& command) {
    return MakeError(Failure::kInternal, absl::StrCat("a dry run was about to write: ", command.script));
  }

  Runner& runner_;
};

}  // namespace sshsync

#endif  // SSHSYNC_SSH_DRY_RUNNER_H_
