#ifndef SSHSYNC_SSH_RUNNER_H_
#define SSHSYNC_SSH_RUNNER_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sshsync/model/remote_command.h"
#include "sshsync/model/repository.h"
#include "sshsync/process/stop.h"

namespace sshsync {

/// Takes stdout as it comes. Returning an error ends the command, and is what the call returns.
using OutputSink = absl::FunctionRef<absl::Status(absl::string_view bytes)>;

/// Asked when a long command was silent for its `timeout`: true = there was progress elsewhere (a staged file grew),
/// wait as long again.
using ProgressProbe = absl::FunctionRef<bool()>;

/// A remote shell of its own, for several long commands one after the other: what one of them leaves in the background
/// (a connection to the next host, say) lives until the session ends, and is ended with it. Commands and errors are
/// those of `Runner::RunLong`; after an error the session is of no use. Ownership: the caller's; the destructor ends
/// it. Threads: one at a time.
class RemoteSession {
 public:
  virtual ~RemoteSession() = default;
  virtual absl::StatusOr<RemoteResult> Run(const RemoteCommand& command, OutputSink sink, ProgressProbe moved,
                                           const StopToken& stop) = 0;
};

/// Which way the bytes of a `RemoteBytes` go.
enum class ByteWay { kFromHost, kToHost };

/// A command whose stdout (kFromHost) or stdin (kToHost) is a stream of bytes that somebody else moves, through a
/// descriptor: so the kernel can move them from one host's process to another's without a copy here. (A verb that takes
/// and gives strings was rejected: two copies of everything.)
///
/// A command that reads is over when its input ends: that is its dead man's handle. One that prints has the usual one.
/// Ownership: the caller's; the destructor ends it, and then nothing is known of the command. Threads: one at a time.
class RemoteBytes {
 public:
  virtual ~RemoteBytes() = default;
  /// This machine's end: bytes come out of it, or go into it. Non-blocking; -1 after Close.
  virtual int fd() const = 0;
  /// No more bytes are moved: a command that reads sees the end of its input.
  virtual void Close() = 0;
  /// Waits for the end of the command, with the errors of `Runner::RunLong`; asks `moved` after each `timeout` of its
  /// command. A result is its final word. `out` is what a command that reads has printed, bounded.
  virtual absl::StatusOr<RemoteResult> Finish(ProgressProbe moved, const StopToken& stop) = 0;
};

/// Runs commands on hosts. What differs between whole runs over ssh, dry runs, and runs over a transport that somebody
/// else wrote (the Python module has one whose verbs are methods of a Python object) is the object alone. (A template
/// parameter of the engine was rejected: a virtual call costs nothing beside a round trip to a host.)
///
/// An error is the transport's, classified: Unavailable = trying again may help, FailedPrecondition = it will not,
/// Cancelled = stopped. A non-zero exit status is no error but a result. After an error nothing is known about whether
/// the command ran, nor whether it ended: after RunLong a session that was lost may still have a writer.
/// Threads: any number may call; calls for one host run at the same time, within that host's limits. Nothing is kept by
/// reference.
///
///     SshRunner runner({.wait = absl::Seconds(30)});
///     runner.Run(host, {.script = "uname"}, stop.token());
class Runner {
 public:
  virtual ~Runner() = default;

  /// A command that takes a few seconds at most: one round trip through a channel that is kept.
  virtual absl::StatusOr<RemoteResult> Run(const Endpoint& host, const RemoteCommand& command,
                                           const StopToken& stop) = 0;

  /// A command that may take long: it has a session to itself, whose stdin is a dead man's handle: when the controller
  /// or the connection dies, the process group there is ended, and with it whatever a command that writes left running.
  /// stdout goes to `sink` as it comes; the result's `out` is empty.
  virtual absl::StatusOr<RemoteResult> RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                               ProgressProbe moved, const StopToken& stop) = 0;

  /// A session for several long commands. It outlives neither the runner nor the host's patience.
  virtual absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint& host, const StopToken& stop) = 0;

  /// Nothing more is wanted of the host for now: what lies idle is closed. A later call opens it again.
  virtual void Release(const Endpoint&) {}

  /// A command with a stream of bytes, in a session to itself. The command's `input` is not heeded. One that takes
  /// bytes waits for a free session of its host for its `timeout` at most: who opens two, the one that gives them
  /// first, waits for no other who holds one. Not every transport has descriptors to give: then files are not relayed
  /// (kConfig).
  virtual absl::StatusOr<std::unique_ptr<RemoteBytes>> OpenBytes(const Endpoint& host, ByteWay way,
                                                                 const RemoteCommand& command, const StopToken& stop);
};

}  // namespace sshsync

#endif  // SSHSYNC_SSH_RUNNER_H_
