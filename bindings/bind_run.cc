#include <pybind11/stl.h>

#include <memory>

#include "bindings/bindings.h"
#include "bindings/convert.h"
#include "bindings/event_object.h"
#include "bindings/exceptions.h"
#include "bindings/loaded.h"
#include "bindings/python_runner.h"
#include "bindings/run.h"
#include "sshsync/config/values.h"
#include "sshsync/probe.h"
#include "sshsync/record/report/report_json.h"
#include "sshsync/resume.h"
#include "sshsync/sync.h"

namespace sshsync::python {
namespace {

namespace py = pybind11;
using namespace py::literals;

using SyncRun = Run<Report>;
using ProbeRun = Run<std::vector<RepositoryProbe>>;

// What Python hands over as keyword arguments; a key that is none of these is a bug of the package.
SyncOptions OptionsOf(const py::dict& given) {
  SyncOptions options;
  for (const auto& [key, value] : given) {
    const std::string name = py::str(key);
    if (name == "verb") {
      const std::string verb = py::str(value);
      options.verb = verb == "plan"      ? Verb::kPlan
                     : verb == "verify"  ? Verb::kVerify
                     : verb == "restore" ? Verb::kRestore
                                         : Verb::kSync;
    } else if (name == "restores") {
      options.restores = BytesOf(py::reinterpret_borrow<py::str>(value));
    } else if (name == "queue") {
      for (const auto& step : value.cast<std::vector<std::vector<py::str>>>()) {
        options.queue.emplace_back();
        for (const py::str& repository : step) options.queue.back().push_back(BytesOf(repository));
      }
    } else if (name == "filter") {
      for (const auto& line : value.cast<std::vector<py::str>>()) options.filter.push_back(BytesOf(line));
    } else if (name == "jobs") {
      options.jobs = value.cast<int>();
    } else if (name == "timeout") {
      options.timeout = SecondsOf(value.cast<double>());
    } else if (name == "wait") {
      options.wait = SecondsOf(value.cast<double>());
    } else if (name == "retries") {
      options.retries = value.cast<int>();
    } else if (name == "bwlimit") {
      options.bwlimit = value.cast<std::string>();
      RaiseIfError(ParseRates(options.bwlimit).status());
    } else if (name == "delete") {
      options.del = value.cast<bool>();
    } else if (name == "max_delete") {
      options.max_delete = ValueOrRaise(ParseDeleteLimit(value.cast<std::string>()));
    } else if (name == "fail_fast") {
      options.fail_fast = value.cast<bool>();
    } else if (name == "itemize") {
      options.itemize = value.cast<bool>();
    } else if (name == "stop_at") {
      options.stop_at = value.cast<std::string>();
    } else if (name == "pid_file") {
      options.pid_file = BytesOf(py::reinterpret_borrow<py::str>(value));
    } else if (name == "state_dir") {
      options.state_dir = BytesOf(py::reinterpret_borrow<py::str>(value));
    } else if (name == "lock_wait") {
      options.lock_wait = SecondsOf(value.cast<double>());
    } else {
      throw py::type_error("no option " + name);
    }
  }
  return options;
}

std::shared_ptr<PythonRunner> RunnerOf(const py::object& runner) {
  // Runs release it in a thread that may not have the GIL.
  if (runner.is_none()) return nullptr;
  return std::shared_ptr<PythonRunner>(new PythonRunner(runner), [](PythonRunner* gone) {
    const py::gil_scoped_acquire acquire;
    delete gone;
  });
}

std::unique_ptr<SyncRun> StartSync(const std::shared_ptr<Loaded>& loaded, SyncOptions options,
                                   const py::object& given) {
  RequireNotFinalizing();
  return std::make_unique<SyncRun>(
      [loaded, options = std::move(options), runner = RunnerOf(given)](EventSink& events, const StopToken& stop) {
        if (runner != nullptr) return SynchronizeOver(*runner, loaded->configuration, options, events, stop);
        return Synchronize(loaded->configuration, options, events, stop);
      });
}

// The run that goes on where one failed; nothing where there is none to continue.
py::object StartResume(const std::shared_ptr<Loaded>& loaded, const py::str& run, const py::dict& given,
                       const py::object& runner) {
  const SyncOptions options = OptionsOf(given);
  const auto resumption =
      Computing([&, name = BytesOf(run)] { return FindResumption(loaded->configuration, name, options); });
  RaiseIfError(resumption.status());
  if (!*resumption) return py::none();
  return py::cast(StartSync(loaded, (*resumption)->options, runner));
}

// Nothing but events: what they cost is measured with it.
std::unique_ptr<SyncRun> StartFlood(int count) {
  RequireNotFinalizing();
  return std::make_unique<SyncRun>([count](EventSink& events, const StopToken&) -> absl::StatusOr<Report> {
    for (int i = 0; i < count; ++i)
      events.On(
          {.kind = EventKind::kFilePublished, .repository = "appnode1", .path = "lib/some/file.jar", .action = "copy"});
    return Report();
  });
}

std::unique_ptr<ProbeRun> StartProbe(const std::shared_ptr<Loaded>& loaded, const std::vector<py::str>& given,
                                     const py::object& runner) {
  RequireNotFinalizing();
  std::vector<std::string> names;
  for (const py::str& name : given) names.push_back(BytesOf(name));
  return std::make_unique<ProbeRun>(
      [loaded, names, runner = RunnerOf(runner)](EventSink& events, const StopToken& stop) {
        if (runner != nullptr) return ProbeOver(*runner, loaded->configuration, names, events, stop);
        return Probe(loaded->configuration, names, events, stop);
      });
}

template <class Outcome>
py::object NextEvents(Run<Outcome>& self, bool all, int level) {
  auto events = self.NextEvents(all, level);
  if (!events) return py::none();
  py::list list(events->size());
  for (size_t i = 0; i < events->size(); ++i)
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(i), MakeEvent(std::move((*events)[i])).release().ptr());
  return list;
}

py::list Probes(ProbeRun& run) {
  RaiseIfError(run.outcome().status());
  py::list result;
  for (const RepositoryProbe& probe : *run.outcome()) {
    py::list checks;
    for (const ProbeCheck& check : probe.checks) {
      checks.append(py::make_tuple(check.name, check.ok, check.ok ? "" : std::string(InfoOf(check.failure).name),
                                   ToStr(check.detail)));
    }
    result.append(py::make_tuple(ToFsStr(probe.name), ToFsStr(probe.host), ToStr(probe.system), ToFsStr(probe.root),
                                 probe.free_bytes, absl::ToDoubleSeconds(probe.round_trip), checks));
  }
  return result;
}

}  // namespace

void BindRun(py::module_& module) {
  BindEvent(module);
  py::class_<SyncRun>(module, "SyncRun")
      .def("next_events", &NextEvents<Report>, "all"_a, "level"_a)
      .def("stop", &SyncRun::Stop, "reason"_a)
      .def_property_readonly("ended", &SyncRun::Ended)
      .def("report_json", [](SyncRun& self) {
        RaiseIfError(self.outcome().status());
        return ReportToJson(*self.outcome());
      });
  py::class_<ProbeRun>(module, "ProbeRun")
      .def("next_events", &NextEvents<std::vector<RepositoryProbe>>, "all"_a, "level"_a)
      .def("stop", &ProbeRun::Stop, "reason"_a)
      .def_property_readonly("ended", &ProbeRun::Ended)
      .def("probes", &Probes);
  module.def(
      "start_sync",
      [](const std::shared_ptr<Loaded>& loaded, const py::dict& options, const py::object& runner) {
        return StartSync(loaded, OptionsOf(options), runner);
      },
      "loaded"_a, "options"_a, "runner"_a);
  module.def("start_flood", &StartFlood, "count"_a);
  module.def("start_resume", &StartResume, "loaded"_a, "run"_a, "options"_a, "runner"_a);
  module.def("start_probe", &StartProbe, "loaded"_a, "names"_a, "runner"_a);
}

}  // namespace sshsync::python
