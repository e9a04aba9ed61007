#ifndef SSHSYNC_PROCESS_LOCAL_COMMAND_H_
#define SSHSYNC_PROCESS_LOCAL_COMMAND_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sshsync {

/// What a hook printed, and how it ended.
struct LocalCommandResult {
  std::string output;   ///< stdout and stderr as they came, the first 64 KiB
  absl::Status status;  ///< kCommandFailed where it did not end with 0, kTimeout where it was ended after `limit`
};

/// Runs a command of the operator's on the controller, by /bin/sh, with `environment` (`NAME=VALUE`) on top of our own,
/// stdin /dev/null, and everything it started gone at the end. It knows no stop token: a hook tells of the end of a
/// run, also of one that was stopped.
///
///     RunHook("echo $STATUS", {"STATUS=6"}, absl::Seconds(60)).output == "6\n";
LocalCommandResult RunHook(absl::string_view command, const std::vector<std::string>& environment,
                           absl::Duration limit);

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_LOCAL_COMMAND_H_
