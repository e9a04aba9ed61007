#include <pybind11/stl.h>

#include <limits>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "bindings/bindings.h"
#include "bindings/convert.h"
#include "bindings/exceptions.h"
#include "bindings/gil.h"
#include "bindings/loaded.h"
#include "sshsync/base/status.h"
#include "sshsync/base/version.h"
#include "sshsync/record/report/history.h"
#include "sshsync/record/report/report_json.h"
#include "tools/cli/page/page.h"

namespace sshsync::python {
namespace {

namespace py = pybind11;
using namespace py::literals;

absl::StatusOr<std::string> Status(const Loaded& loaded, const std::vector<std::string>& names,
                                   const std::string& state_dir, absl::optional<absl::Duration> max_age) {
  const absl::Time now = absl::Now();
  SSHSYNC_ASSIGN_OR_RETURN(const RepositoryStatuses statuses,
                           StandingsNow(loaded.configuration, names, {.state_dir = state_dir}, now, max_age));
  return StandingsToJson(statuses.repositories, statuses.unfinished_run, now);
}

absl::StatusOr<std::string> Runs(const Loaded& loaded, const std::string& state_dir, int limit) {
  SSHSYNC_ASSIGN_OR_RETURN(const State state, OpenHistory(loaded.configuration.settings, {.state_dir = state_dir}));
  SSHSYNC_ASSIGN_OR_RETURN(const std::vector<RunRecord> records,
                           state.Runs(limit > 0 ? limit : std::numeric_limits<int>::max()));
  return RunsToJson(records);
}

absl::StatusOr<std::string> OneRun(const Loaded& loaded, const std::string& state_dir, const std::string& run) {
  SSHSYNC_ASSIGN_OR_RETURN(const State state, OpenHistory(loaded.configuration.settings, {.state_dir = state_dir}));
  SSHSYNC_ASSIGN_OR_RETURN(const RunRecord record, FindRun(state, run));
  return RunToJson(record);
}

absl::StatusOr<std::string> PageOf(const Loaded& loaded, const std::string& state_dir, const std::string& run) {
  SSHSYNC_ASSIGN_OR_RETURN(const State state, OpenHistory(loaded.configuration.settings, {.state_dir = state_dir}));
  SSHSYNC_ASSIGN_OR_RETURN(const RunRecord record, FindRun(state, run));
  page::PageInput input{.now = absl::Now(), .zone = absl::LocalTimeZone(), .alive = IsAlive, .version = Version()};
  SSHSYNC_ASSIGN_OR_RETURN(input.history, state.Runs(page::PageInput::kHistory));
  return page::RunPage(record, input);
}

}  // namespace

void BindHistory(py::module_& module) {
  module.def(
      "status_json",
      [](const Loaded& loaded, const std::vector<py::str>& given, const py::str& state_dir, const py::object& max_age) {
        std::vector<std::string> names;
        for (const py::str& name : given) names.push_back(BytesOf(name));
        const absl::optional<absl::Duration> age =
            max_age.is_none() ? absl::nullopt : absl::make_optional(SecondsOf(max_age.cast<double>()));
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
        return ValueOrRaise(
            Computing([&, dir = BytesOf(state_dir), name = BytesOf(run)] { return OneRun(loaded, dir, name); }));
      },
      "loaded"_a, "state_dir"_a, "run"_a);
  module.def(
      "run_page",
      [](const Loaded& loaded, const py::str& state_dir, const py::str& run) {
        return ToStr(ValueOrRaise(
            Computing([&, dir = BytesOf(state_dir), name = BytesOf(run)] { return PageOf(loaded, dir, name); })));
      },
      "loaded"_a, "state_dir"_a, "run"_a);
}

}  // namespace sshsync::python
