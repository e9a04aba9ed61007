#ifndef SSHSYNC_ROUTE_PEER_CONNECTION_H_
#define SSHSYNC_ROUTE_PEER_CONNECTION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// The way from one host of a hop to the other, as shell text that runs on the near one: the near account logs in to
/// the far host, where a shell reads its script from stdin of `exec sh`, which every login shell understands, so that
/// no name is ever part of a command line; what the login prints comes before a random mark and is dropped. Both ends'
/// statuses are seen; whether all bytes arrived is decided by the digests alone. The near host is the child where it
/// pulls, and the parent where that pushes.
///
/// A login for each transfer would cost more than most transfers. So a stream first brings up a connection that stays
/// (`ConnectText`, a background process of its session on the near host, ended with it), and all others share it over a
/// socket in the folder `control`. Where that fails, or the connection is lost, ssh logs in anew by itself, and what
/// hinders it is then said of a file. Needs nothing on either host but ssh and sh. A plain value; any thread.
class PeerConnection {
 public:
  /// `program`: ssh and its options, as the near account calls it. Errors: kConfig where the near host has no way to
  /// the far one (a folder of the controller, as seen from another host).
  static absl::StatusOr<PeerConnection> Make(const Repository& near, const Repository& far, absl::string_view program);

  /// Brings up the connection for the socket `control`/s; makes the folder `control`, which must be new. Status 0: it
  /// is up, or none is needed; it prints a line `up` as soon as it is, and, where it is to `tell_silent`, a line
  /// `silent` if the far login prints nothing of its own. `ciphers`: their order, as CiphersOf has read it from an
  /// earlier connection; empty: the fast ones are put first, and the line is `up ORDER`; nullopt: as ssh has them.
  std::string ConnectText(absl::string_view control, const absl::optional<std::string>& ciphers,
                          bool tell_silent = true) const;
  /// Ends it and removes the folder; where its session ends now, which ends what is in it, without a process for that.
  std::string DisconnectText(absl::string_view control, bool session_ends) const;

  /// Brings what `reader` prints over there to `writer` here. Both are shell text.
  std::string PullText(absl::string_view reader, absl::string_view writer, absl::string_view control = "") const;

  /// The same into a file that exists, from where shell text `seek` sets the offset of its stdout: without a process
  /// between ssh and the file, which saves a third of the near host's work. Only where the login is silent.
  std::string PullIntoText(absl::string_view reader, absl::string_view file, absl::string_view seek,
                           absl::string_view control) const;

  /// Brings what `reader` prints here to `writer` over there, and prints the writer's final word: that it has ended,
  /// and all that it left in the background. Whatever became of the connection, without that word it may be writing
  /// still.
  std::string PushText(absl::string_view reader, absl::string_view writer, absl::string_view mark,
                       absl::string_view control = "") const;

  /// Whether there are connections to keep.
  bool keeps_connections() const { return !account_.empty(); }

  /// `ssh ... HOST`, for messages.
  const std::string& display() const { return display_; }

 private:
  std::string Start(absl::string_view options) const;
  std::string Shell(absl::string_view control) const;

  std::string program_, account_;  // shell text: the program with its options, and behind our own options whom it is to
                                   // reach; `sh`: nobody
  std::string display_;
};

/// What a line `up ORDER` says of the ciphers; nullopt where it is none, or no order that ssh should be given.
absl::optional<std::string> CiphersOf(absl::string_view line);

/// Shell text that runs `writer` on stdin, waits for its end and for that of all that it left in the background, and
/// has its status in $_ss_written; what it printed is on stderr.
std::string AwaitedText(absl::string_view writer);

/// Whether a push printed its writer's final word.
bool HasFinalWord(absl::string_view printed, absl::string_view mark);

}  // namespace sshsync

#endif  // SSHSYNC_ROUTE_PEER_CONNECTION_H_
