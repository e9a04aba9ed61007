#ifndef SSHSYNC_MODEL_REMOTE_COMMAND_H_
#define SSHSYNC_MODEL_REMOTE_COMMAND_H_

#include <cstddef>
#include <string>

#include "absl/time/time.h"

namespace sshsync {

/// A command for a host's shell.
struct RemoteCommand {
  /// POSIX sh text; every value in it is already a quoted literal. Ends where it ends: it may contain `exit`.
  std::string script = {};
  /// What the command reads on stdin; empty: /dev/null. Lines without NUL (it travels as a here-document): a missing
  /// last newline is added.
  std::string input = {};
  /// The longest silence: without a byte of output for that long the command is ended with kTimeout. Never infinite.
  absl::Duration timeout = absl::Seconds(300);
  /// More than this on stdout is kOutputTooLarge; what goes to a sink has no limit but the sink's. Most callers leave
  /// this alone.
  size_t max_output = size_t{64} << 20;
  /// stderr beyond this is dropped, its middle replaced by a note of how much.
  size_t max_stderr = size_t{64} << 10;
  /// Whether the command changes anything on the host: a dry run refuses such a command.
  bool writes = false;
};

/// What a command did. Having one means that its end was seen: the final frame, with the exit status of the script.
struct RemoteResult {
  int status = 0;
  std::string out = {};
  std::string err = {};
};

}  // namespace sshsync

#endif  // SSHSYNC_MODEL_REMOTE_COMMAND_H_
