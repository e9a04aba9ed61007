#ifndef SSHSYNC_RECORD_REPORT_HISTORY_H_
#define SSHSYNC_RECORD_REPORT_HISTORY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/model/repository.h"
#include "sshsync/record/report/repository_status.h"
#include "sshsync/record/state/state.h"
#include "sshsync/record/state_paths.h"

namespace sshsync {

// What is asked of the record by those who only look at it: the verbs status, log and report, and Python. Threads: any.

/// Whether there is a process of that id: of the controller of a run that has no end in the record.
bool IsAlive(int pid);

/// The state of the folder that is given, else of the settings', else of the account's. Errors: those of PlacesOf and
/// State::OpenForReading.
absl::StatusOr<State> OpenHistory(const Settings& settings, const StatePaths& given);

/// The run of that id, or of which that is the beginning, with its files; the newest one for an empty text. Errors:
/// kUsage where there is none.
absl::StatusOr<RunRecord> FindRun(const State& state, absl::string_view run);

/// How repositories stand, and the run that would be resumed.
struct RepositoryStatuses {
  std::vector<RepositoryStatus> repositories = {};
  std::string unfinished_run = {};  ///< empty: none
};

/// The standings of the repositories that are named, or of all; before the first run, when there is no record, each has
/// state `never`. Errors: kMissingSection and kUsage for names; those of OpenHistory.
absl::StatusOr<RepositoryStatuses> StandingsNow(const Configuration& configuration,
                                                const std::vector<std::string>& names, const StatePaths& given,
                                                absl::Time now, absl::optional<absl::Duration> max_age);

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_REPORT_HISTORY_H_
