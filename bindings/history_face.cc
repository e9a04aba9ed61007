#include <pybind11/stl.h>
#include <signal.h>

#include <cerrno>
#include <limits>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "bindings/door.h"
#include "bindings/exceptions.h"
#include "bindings/faces.h"
#include "bindings/loaded.h"
#include "bindings/texts.h"
#include "sshsync/base/status.h"
#include "sshsync/plan/queue.h"
#include "sshsync/record/places.h"
#include "sshsync/record/report_json.h"
#include "sshsync/record/standing.h"
#include "sshsync/record/state.h"

namespace sshsync::python {
namespace {

namespace py = pybind11;
using namespace py::literals;

bool IsAlive(int pid) { return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM); }

absl::StatusOr<State> OpenState(const Loaded& loaded, const std::string& state_dir) {
  SSHSYNC_ASSIGN_OR_RETURN(const Places places, PlacesOf(loaded.configuration.settings, {.pid_file = "", .state_dir = state_dir}, Account::Current()));
  return State::OpenForReading(places.state_dir);
}

absl::StatusOr<std::string> Status(const Loaded& loaded, const std::vector<std::string>& names, const std::string& state_dir,
                                   absl::optional<absl::Duration> max_age) {
  const Configuration& configuration = loaded.configuration;
  std::vector<const Repository*> asked;
  if (names.empty()) {
    for (const Repository& repository : configuration.repositories) asked.push_back(&repository);
  } else {
    SSHSYNC_ASSIGN_OR_RETURN(asked, ResolveNames(configuration, names));
  }
  const absl::Time now = absl::Now();
  const auto state = OpenState(loaded, state_dir);
  // Before the first run there is no record: everything stands at never.
  if (!state.ok() && FailureOf(state.status()) != Failure::kUsage) return state.status();
  std::map<std::string, RepositoryRecord> records;
  std::string unfinished;
  if (state.ok()) {
    SSHSYNC_ASSIGN_OR_RETURN(records, state->Repositories());
    SSHSYNC_ASSIGN_OR_RETURN(const auto last, state->LastUnfinished());
    if (last) unfinished = last->report.run;
  }
  return StandingsToJson(StandingsOf(configuration, asked, records, now, max_age, IsAlive), unfinished, now);
}

absl::StatusOr<std::string> Runs(const Loaded& loaded, const std::string& state_dir, int limit) {
  SSHSYNC_ASSIGN_OR_RETURN(const State state, OpenState(loaded, state_dir));
  SSHSYNC_ASSIGN_OR_RETURN(const std::vector<RunRecord> records, state.Runs(limit > 0 ? limit : std::numeric_limits<int>::max()));
  return RunsToJson(records);
}

absl::StatusOr<std::string> OneRun(const Loaded& loaded, const std::string& state_dir, const std::string& run) {
  SSHSYNC_ASSIGN_OR_RETURN(const State state, OpenState(loaded, state_dir));
  SSHSYNC_ASSIGN_OR_RETURN(const auto record, state.Find(run));
  if (!record) return MakeError(Failure::kUsage, "no run, or more than one, is known by that: runs() lists them");
  return RunToJson(*record);
}

}  // namespace

void BindHistory(py::module_& module) {
  module.def(
      "status_json",
      [](const Loaded& loaded, const std::vector<py::str>& given, const py::str& state_dir, const py::object& max_age) {
        std::vector<std::string> names;
        for (const py::str& name : given) names.push_back(BytesOf(name));
        const absl::optional<absl::Duration> age = max_age.is_none() ? absl::nullopt : absl::make_optional(SecondsOf(max_age.cast<double>()));
        return ValueOrRaise(Computing([&, dir = BytesOf(state_dir)] { return Status(loaded, names, dir, age); }));
      },
      "loaded"_a, "names"_a, "state_dir"_a, "max_age"_a);
  module.def(
      "runs_json",
      [](const Loaded& loaded, const py::str& state_dir, int limit) {
        return ValueOrRaise(Computing([&, dir = BytesOf(state_dir)] { return Runs(loaded, dir, limit); }));
      },
      "loaded"_a, "state_dir"_a, "limit"_a);
  module.def(
      "run_json",
      [](const Loaded& loaded, const py::str& state_dir, const py::str& run) {
        return ValueOrRaise(Computing([&, dir = BytesOf(state_dir), name = BytesOf(run)] { return OneRun(loaded, dir, name); }));
      },
      "loaded"_a, "state_dir"_a, "run"_a);
}

}  // namespace sshsync::python
