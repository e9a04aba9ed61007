#ifndef SSHSYNC_SSH_CHANNEL_H_
#define SSHSYNC_SSH_CHANNEL_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sshsync/process/process.h"
#include "sshsync/process/process_set.h"
#include "sshsync/ssh/frame.h"
#include "sshsync/ssh/runner.h"
#include "sshsync/ssh/ssh.h"

namespace sshsync {

struct ChannelOptions {
  SshOptions ssh = {};
  /// The longest time from the start of ssh to the ready line, as a multiple of the endpoint's connect_timeout: ssh
  /// itself limits the connection, but neither the login nor its startup files.
  double login_factor = 2;
  /// A login that prints more than this is given up.
  size_t max_noise = size_t{64} << 20;
  /// Of the frames; empty: random. Only tests set it.
  std::string nonce = {};
};

/// Gives the shell behind a process its `preamble`, if any, and waits for the ready line with that label on both of its
/// streams. What the login prints before is dropped. Errors: those of a login, annotated with the connection.
absl::Status AwaitShell(const Endpoint& host, Process& process, absl::string_view preamble, absl::string_view label,
                        const ChannelOptions& options, const StopToken& stop);

/// One ssh process with a shell at its other end that is fed framed commands: a command costs a round trip, not a
/// login. For many short commands one after the other (the pool of `SshRunner`), or for one long command, whose session
/// this then is.
///
/// The remote side reads through a watcher (frame.h): the open stdin is a dead man's handle, and whatever ends it, be
/// it this destructor, a kill of the controller, of ssh, or of the connection, ends the process group over there. The
/// command itself reads /dev/null or its input.
///
/// After any irregularity (an end, a limit, a stop, bytes outside of a frame) the channel is dead: `alive()` is false
/// and the next Run is kInternal. Nothing is tried twice here; who owns the channel knows whether a command may run
/// again.
///
/// Ownership: owns the process. `Close` ends it in order; the destructor closes its stdin, gives it `Process::kGrace`
/// where it was not closed before, then kills it. Threads: one at a time. Errors as `Runner` has them, annotated with
/// the connection.
///
///     auto channel = Channel::Open(Endpoint{.transport = Transport::kLocal}, {}, stop);
///     auto result = (*channel)->Run({.script = "echo hello"}, stop);      // result->out == "hello\n"
class Channel {
 public:
  static absl::StatusOr<std::unique_ptr<Channel>> Open(const Endpoint& host, const ChannelOptions& options,
                                                       const StopToken& stop);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  /// Runs a short command; its output is in the result.
  absl::StatusOr<RemoteResult> Run(const RemoteCommand& command, const StopToken& stop);
  /// Runs a command whose stdout goes to `sink` at once. `moved` is asked at each silence.
  absl::StatusOr<RemoteResult> Run(const RemoteCommand& command, OutputSink sink, ProgressProbe moved,
                                   const StopToken& stop);

  /// Says goodbye: the remote side ends by itself. Does not wait.
  void Close();
  /// Waits for the end after `Close`, at most that long.
  void AwaitEnd(absl::Duration limit);

  /// Whether another command may be run: nothing irregular so far, the process lives, and it has printed nothing since
  /// the last frame.
  bool alive();
  const Endpoint& host() const { return host_; }
  pid_t pid() const { return process_.pid(); }

 private:
  Channel(const Endpoint& host, const ChannelOptions& options, Process process);
  /// The error with its connection; from then on the channel is dead.
  absl::Status Fail(absl::Status status);

  // Constant after construction.
  const Endpoint host_;
  // The thread that calls.
  FrameEncoder encoder_;
  Process process_;
  bool dead_ = false;
  bool drain_ = false;
};

}  // namespace sshsync

#endif  // SSHSYNC_SSH_CHANNEL_H_
