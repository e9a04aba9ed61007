#ifndef SSHSYNC_TOOLS_CLI_VERBS_SIGNALS_H_
#define SSHSYNC_TOOLS_CLI_VERBS_SIGNALS_H_

#include "sshsync/process/stop.h"

namespace sshsync::cli {

/// While it lives, SIGINT, SIGTERM and SIGHUP end the run in order through a StopSource, and a second one ends the
/// process at once. A signal that was ignored when the program started (nohup, a background job) stays ignored. Only
/// one may live at a time: a handler knows no more than a global. The stop source outlives it.
class StopOnSignals {
 public:
  explicit StopOnSignals(StopSource& source);
  ~StopOnSignals();
  StopOnSignals(const StopOnSignals&) = delete;
  StopOnSignals& operator=(const StopOnSignals&) = delete;
};

/// Lets a write to a pipe without a reader fail instead of ending the process; unlike SIG_IGN this is not handed down
/// to the programs that are started.
void CatchBrokenPipes();

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VERBS_SIGNALS_H_
