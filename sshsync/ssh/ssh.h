#ifndef SSHSYNC_SSH_SSH_H_
#define SSHSYNC_SSH_SSH_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/model/repository.h"
#include "sshsync/process/process.h"

namespace sshsync {

/// What is the same for every connection.
struct SshOptions {
  /// How often a silent server is asked for a sign of life, and how many answers may be missing: what notices a stopped
  /// peer.
  absl::Duration alive_interval = absl::Seconds(15);
  int alive_count = 4;
  /// Whether the endpoint's `compress` is heeded. It slows fast links, so that channels for short commands leave it
  /// out.
  bool compress = false;
  /// A socket over which further sessions share this connection (`master`), or over which this session shares
  /// another's. ssh connects by itself where the socket is not there (any more). Empty: a connection of its own.
  std::string control_path = {};
  bool master = false;
};

/// The local process that gives a remote shell at `host`: OpenSSH's client with options that never ask, never forward
/// and share a connection with nobody but the run's own sessions, or the shell itself where the folder is on this
/// machine. The user's own configuration, keys, agent, jump hosts and host key checking are left as they are; options
/// among the endpoint's `ssh` words come first, and ssh takes the first value it finds.
ProcessOptions ShellAt(const Endpoint& host, const SshOptions& options = {});

/// The same for another remote command, which every login shell must read alike.
ProcessOptions CommandAt(const Endpoint& host, absl::string_view command, const SshOptions& options);

/// `ssh deploy@10.0.0.3`, `ssh node1 port 2222`, `this machine`: for messages.
std::string Describe(const Endpoint& host);

/// How a connection ended, as far as it was seen.
struct SshEnd {
  ProcessEnd end;
  bool ready = false;    ///< the remote shell had answered before
  std::string out = {};  ///< the end of what came on stdout outside of frames
  std::string err = {};  ///< the end of what came on stderr outside of frames: ssh's own messages, and the login's
};

/// Says what the end of a connection means. Only this file knows OpenSSH's 255 and its messages (LC_ALL=C): the
/// name is unknown, the account or the host key was refused, the account has no shell; everything else may pass. The
/// message is what ssh printed, bounded and in printable ASCII, then which connection it was.
absl::Status ClassifySshFailure(const Endpoint& host, const SshEnd& end);

/// The same of an ssh that another host ran, by what its shell saw and by what was printed. `status`: 127 where that
/// host has no such program; nullopt: not known, as where ssh itself failed.
absl::Status ClassifyPeerFailure(const Endpoint& far, absl::optional<int> status, absl::string_view said);

/// Whether ssh said that it did not get to the other host at all: then another try of the same at once is in vain.
bool IsAboutTheConnection(absl::string_view said);

}  // namespace sshsync

#endif  // SSHSYNC_SSH_SSH_H_
