#ifndef SSHSYNC_SSH_ANY_RUNNER_H_
#define SSHSYNC_SSH_ANY_RUNNER_H_

#include <memory>
#include <utility>

#include "sshsync/base/status.h"
#include "sshsync/ssh/runner.h"

namespace sshsync {

/// A Runner that is chosen at run time: the same verbs (runner.h says what they promise), virtual. It is what the
/// engine is compiled for, once: whole runs over ssh, dry runs, and runs over a transport that somebody else wrote (the
/// Python module has one whose verbs are methods of a Python object) differ in the object alone. What a virtual call
/// costs is nothing beside a round trip to a host; a further instantiation of the engine for each runner would cost a
/// minute of compile time each.
///
/// Ownership and threads: as the runner behind it.
///
///     ErasedRunner<SshRunner> runner(SshRunnerOptions{.wait = absl::Seconds(30)});
///     AnyRunner& any = runner;
///     any.Run(host, {.script = "uname"}, stop.token());
class AnyRunner {
 public:
  virtual ~AnyRunner() = default;

  virtual absl::StatusOr<RemoteResult> Run(const Endpoint& host, const RemoteCommand& command,
                                           const StopToken& stop) = 0;
  virtual absl::StatusOr<RemoteResult> RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                               ProgressProbe moved, const StopToken& stop) = 0;
  virtual absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint& host, const StopToken& stop) = 0;
  virtual void Release(const Endpoint&) {}
  /// Not every transport has descriptors to give: then files are not relayed.
  virtual absl::StatusOr<std::unique_ptr<RemoteBytes>> OpenBytes(const Endpoint& host, ByteWay way,
                                                                 const RemoteCommand& command, const StopToken& stop);
};
static_assert(Runner<AnyRunner>);

inline absl::StatusOr<std::unique_ptr<RemoteBytes>> AnyRunner::OpenBytes(const Endpoint&, ByteWay, const RemoteCommand&,
                                                                         const StopToken&) {
  return MakeError(Failure::kConfig, "this runner has no streams of bytes, which a relay needs");
}

/// Any model of Runner as an AnyRunner. Owns it, made in place from the constructor's arguments.
template <Runner R>
class ErasedRunner final : public AnyRunner {
 public:
  template <class... Arguments>
  explicit ErasedRunner(Arguments&&... arguments) : runner_(std::forward<Arguments>(arguments)...) {}

  absl::StatusOr<RemoteResult> Run(const Endpoint& host, const RemoteCommand& command, const StopToken& stop) override {
    return runner_.Run(host, command, stop);
  }
  absl::StatusOr<RemoteResult> RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                       ProgressProbe moved, const StopToken& stop) override {
    return runner_.RunLong(host, command, sink, moved, stop);
  }
  absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint& host, const StopToken& stop) override {
    return runner_.Open(host, stop);
  }
  void Release(const Endpoint& host) override {
    if constexpr (KeepsOpen<R>) runner_.Release(host);
  }
  absl::StatusOr<std::unique_ptr<RemoteBytes>> OpenBytes(const Endpoint& host, ByteWay way,
                                                         const RemoteCommand& command, const StopToken& stop) override {
    if constexpr (MovesBytes<R>) return runner_.OpenBytes(host, way, command, stop);
    return AnyRunner::OpenBytes(host, way, command, stop);
  }

 private:
  R runner_;
};

}  // namespace sshsync

#endif  // SSHSYNC_SSH_ANY_RUNNER_H_
