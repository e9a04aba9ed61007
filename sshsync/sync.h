#ifndef SSHSYNC_SYNC_H_
#define SSHSYNC_SYNC_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/model/event.h"
#include "sshsync/model/report.h"
#include "sshsync/model/repository.h"
#include "sshsync/process/stop.h"

namespace sshsync {

class Runner;

/// What one run is asked to do. Options given here win over the configuration.
struct SyncOptions {
  Verb verb = Verb::kSync;
  /// The steps in order, each a list of repository names, done in parallel. Names are as the user typed them; `@group`,
  /// `node[1-20]` and repeated names are resolved by `ResolveQueue` (plan/queue.h), which Synchronize calls.
  std::vector<std::vector<std::string>> queue = {};
  int jobs = 0;  ///< children worked on at once; 0: the configuration's
  absl::optional<absl::Duration> timeout = {}, wait = {};
  absl::optional<int> retries = {};
  std::string bwlimit = {};  ///< `off`, a rate or a timetable, as the key has it; empty: the configuration's
  bool del = false;          ///< delete what the parents do not have, whatever the configuration says
  absl::optional<DeleteLimit> max_delete = {};
  std::vector<std::string> filter = {};  ///< lines `+ PATTERN`, `- PATTERN` that stand before those of every repository
  bool fail_fast = false;
  bool itemize = false;        ///< report kept files one by one, too
  std::string stop_at = {};    ///< `HH:MM`: ends at the next such local time; empty: the configuration's
  std::string restores = {};   ///< kRestore: the run whose trash is brought back, or how its id begins
  std::string resumes = {};    ///< id of the run that this one continues, for the record
  std::string pid_file = {};   ///< empty: the configuration's, then the default of the account
  std::string state_dir = {};  ///< the same
  absl::Duration lock_wait = absl::ZeroDuration();  ///< how long to wait for another run's lock
  absl::Duration first_pause =
      absl::Milliseconds(250);         ///< before a second try; it doubles. Most callers leave this alone.
  absl::optional<unsigned> seed = {};  ///< of the jitter of backoffs; absent: random
};

/// Does what DESIGN calls a run, and returns its report; never throws, never prints. Events come to `events` one at a
/// time. For kSync and kRestore it takes the locks of the controller, records the run in the state, and at the end
/// writes the metrics and runs the hooks. Errors before the first hop (unknown repositories, locks) are in the status;
/// everything that happens to a repository or a file is in the report.
/// Threads: starts its own, all gone on return. `stop` ends the run in order.
///
///     StopSource stop;
///     auto report = Synchronize(configuration, {.queue = {{"repoproxy"}, {"appnode1", "appnode2"}}}, events,
///     stop.token()); return report.ok() ? report->exit_code() : InfoOf(FailureOf(report.status())).exit_code;
absl::StatusOr<Report> Synchronize(const Configuration& configuration, const SyncOptions& options, EventSink& events,
                                   const StopToken& stop);

/// The same over another runner than ssh, which is borrowed: every command of the run goes through it.
absl::StatusOr<Report> SynchronizeOver(Runner& runner, const Configuration& configuration, const SyncOptions& options,
                                       EventSink& events, const StopToken& stop);

}  // namespace sshsync

#endif  // SSHSYNC_SYNC_H_
