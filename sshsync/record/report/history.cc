#include "sshsync/record/report/history.h"

#include <signal.h>

#include <cerrno>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/plan/queue.h"
#include "sshsync/text/escape.h"

namespace sshsync {
namespace {

absl::StatusOr<std::vector<const Repository*>> Asked(const Configuration& configuration,
                                                     const std::vector<std::string>& names) {
  if (!names.empty()) return ResolveNames(configuration, names);
  std::vector<const Repository*> all;
  for (const Repository& repository : configuration.repositories) all.push_back(&repository);
  return all;
}

}  // namespace

bool IsAlive(int pid) { return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM); }

absl::StatusOr<State> OpenHistory(const Settings& settings, const StatePaths& given) {
  SSHSYNC_ASSIGN_OR_RETURN(const StatePaths paths, StatePathsOf(settings, given, Account::Current()));
  return State::OpenForReading(paths.state_dir);
}

absl::StatusOr<RunRecord> FindRun(const State& state, absl::string_view run) {
  std::string id(run);
  if (id.empty()) {
    SSHSYNC_ASSIGN_OR_RETURN(const std::vector<RunRecord> last, state.Runs(1));
    if (last.empty()) return MakeError(Failure::kUsage, "no run is recorded yet");
    id = last[0].report.run;
  }
  SSHSYNC_ASSIGN_OR_RETURN(auto record, state.Find(id));
  if (!record)
    return MakeError(Failure::kUsage, absl::StrCat("no run, or more than one, is known by ", EscapeForTerminal(run),
                                                   ": sshsync log lists them"));
  return *std::move(record);
}

absl::StatusOr<RepositoryStatuses> StandingsNow(const Configuration& configuration,
                                                const std::vector<std::string>& names, const StatePaths& given,
                                                absl::Time now, absl::optional<absl::Duration> max_age) {
  SSHSYNC_ASSIGN_OR_RETURN(const std::vector<const Repository*> asked, Asked(configuration, names));
  const auto state = OpenHistory(configuration.settings, given);
  if (!state.ok() && FailureOf(state.status()) != Failure::kUsage) return state.status();
  std::map<std::string, RepositoryRecord> records;
  RepositoryStatuses result;
  if (state.ok()) {
    SSHSYNC_ASSIGN_OR_RETURN(records, state->Repositories());
    SSHSYNC_ASSIGN_OR_RETURN(const auto last, state->LastUnfinished());
    if (last) result.unfinished_run = last->report.run;
  }
  result.repositories = RepositoryStatusesOf(configuration, asked, records, now, max_age, IsAlive);
  return result;
}

}  // namespace sshsync
