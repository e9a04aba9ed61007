#include "sshsync/process/local_command.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "sshsync/base/status.h"
#include "sshsync/process/clock.h"
#include "sshsync/process/process.h"
#include "sshsync/process/process_set.h"

namespace sshsync {

LocalCommandResult RunHook(absl::string_view command, const std::vector<std::string>& environment,
                           absl::Duration limit) {
  constexpr size_t kMostOutput = size_t{64} << 10;
  LocalCommandResult result;
  auto process = Process::Start({.argv = {"/bin/sh", "-c", std::string(command)}, .environment = environment});
  if (!process.ok()) {
    result.status = process.status();
    return result;
  }
  RealClock clock;
  const absl::Time deadline = clock.Monotonic() + limit;
  ProcessSet set{StopToken()};
  set.Add(*process);
  while (!set.empty()) {
    const ProcessOutcome outcome = set.Next(std::max(deadline - clock.Monotonic(), absl::ZeroDuration()));
    if (const auto* output = absl::get_if<ProcessOutput>(&outcome)) {
      absl::StrAppend(&result.output,
                      output->bytes.substr(0, kMostOutput - std::min(kMostOutput, result.output.size())));
    } else if (const auto* ended = absl::get_if<ProcessEnded>(&outcome)) {
      if (ended->end.signalled || ended->end.code != 0)
        result.status = MakeError(Failure::kCommandFailed, ended->end.Describe());
    }
    if (set.empty() || clock.Monotonic() < deadline) continue;
    set.Remove(*process);
    result.status = MakeError(Failure::kTimeout, absl::StrCat("was ended after ", absl::FormatDuration(limit)));
  }
  return result;
}

}  // namespace sshsync
