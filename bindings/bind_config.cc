#include <pybind11/stl.h>

#include <memory>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "bindings/bindings.h"
#include "bindings/convert.h"
#include "bindings/diagnostics.h"
#include "bindings/exceptions.h"
#include "bindings/loaded.h"
#include "sshsync/base/status.h"
#include "sshsync/config/commands_in_force.h"
#include "sshsync/config/entry_reader.h"
#include "sshsync/config/ini/file_mode.h"
#include "sshsync/config/ini/ini.h"
#include "sshsync/config/keys.h"
#include "sshsync/config/node_range.h"
#include "sshsync/plan/queue.h"

namespace sshsync::python {
namespace {

namespace py = pybind11;

std::shared_ptr<Loaded> Read(const py::str& file, const std::string& bytes, const py::object& access,
                             bool runs_templates) {
  auto loaded = std::make_shared<Loaded>();
  loaded->bytes = bytes;
  static_cast<LoadedConfiguration&>(*loaded) = ReadConfiguration(BytesOf(file), bytes);
  if (access.is_none()) return loaded;
  const auto [mode, owner, reader] = access.cast<std::tuple<uint32_t, uint32_t, uint32_t>>();
  bool has_password = false;
  for (const Repository& repository : loaded->configuration.repositories)
    has_password = has_password || !repository.password.empty();
  for (ConfigDiagnostic& diagnostic : CheckFileMode(loaded->configuration.file, {.mode = mode,
                                                                                .owner = owner,
                                                                                .reader = reader,
                                                                                .runs_templates = runs_templates,
                                                                                .has_password = has_password})) {
    loaded->diagnostics.push_back(std::move(diagnostic));
  }
  return loaded;
}

py::list Diagnostics(const Loaded& loaded) {
  py::list result;
  for (const ConfigDiagnostic& one : loaded.diagnostics) {
    result.append(py::make_tuple(std::string(SeverityName(one.severity)), ToFsStr(one.file), one.line, one.column,
                                 ToStr(one.message), ToStr(one.remedy), std::string(InfoOf(one.failure).name),
                                 one.for_check, ToStr(RenderWithCaret(one))));
  }
  return result;
}

// The texts of one section as it sees them: its own and inherited, interpolated, ${NODE} replaced where it is.
py::dict TextsOf(const IniFile& ini, const IniSection& section, absl::string_view node, DiagnosticCollector& ignored) {
  EntryReader reader(ini, section, node, ignored);
  py::dict convert;
  const auto add = [&](const IniEntry& entry) {
    const py::str key = ToFsStr(entry.key);
    if (convert.contains(key)) return;
    const auto value = IsTemplateKey(entry.key) ? reader.GetTemplate(entry.key) : reader.Get(entry.key);
    if (value) convert[key] = ToFsStr(value->text);
  };
  for (const IniEntry& entry : section.entries) add(entry);
  for (const IniEntry& entry : ini.defaults.entries) add(entry);
  return convert;
}

py::dict Sections(const Loaded& loaded) {
  DiagnosticCollector ignored(loaded.configuration.file, loaded.bytes);
  const IniFile ini = IniFile::Parse(loaded.bytes, ignored);
  py::dict sections;
  for (const IniSection& section : ini.sections) {
    const auto nodes = ExpandNodes(section.name);
    if (!nodes.ok()) continue;
    for (const NodeName& node : *nodes) sections[ToFsStr(node.name)] = TextsOf(ini, section, node.node, ignored);
  }
  return sections;
}

template <class Enumerator>
const char* WordOf(Enumerator value, std::initializer_list<const char*> words) {
  return words.begin()[static_cast<size_t>(value)];
}

py::dict Values(const Repository& one) {
  using namespace py::literals;
  py::list route;
  for (const Route each : one.route) route.append(WordOf(each, {"pull", "push", "relay"}));
  py::list filter, groups;
  for (const std::string& line : one.filter) filter.append(ToFsStr(line));
  for (const std::string& group : one.groups) groups.append(ToFsStr(group));
  py::dict templates;
  for (const auto& [name, text] : one.templates) templates[ToFsStr(name)] = ToFsStr(text);
  const auto limit = absl::StrCat(one.max_delete.value, one.max_delete.percent ? "%" : "");
  return py::dict(
      "name"_a = ToFsStr(one.name), "parent"_a = ToFsStr(one.parent), "node"_a = ToFsStr(one.node), "line"_a = one.line,
      "host"_a = one.endpoint, "path"_a = ToFsStr(one.path), "password"_a = ToFsStr(one.password),
      "peerhost"_a = ToFsStr(one.peerhost), "peeruser"_a = ToFsStr(one.peeruser), "peerport"_a = one.peerport,
      "peerssh"_a = ToFsStr(one.peerssh), "templates"_a = templates, "preset"_a = one.preset,
      "original_quoting"_a = one.original_quoting, "any_names"_a = one.any_names, "batch_digest"_a = one.batch_digest,
      "digest"_a = one.digest, "transfer"_a = WordOf(one.transfer, {"auto", "command", "stream"}), "route"_a = route,
      "chunk"_a = one.chunk, "streams"_a = one.streams, "bwlimit"_a = ToFsStr(one.bwlimit),
      "stage"_a = ToFsStr(one.stage), "publish"_a = WordOf(one.publish, {"file", "together"}), "delete"_a = one.del,
      "max_delete"_a = limit, "trash"_a = one.trash, "trash_keep"_a = absl::ToDoubleSeconds(one.trash_keep),
      "filter"_a = filter, "settle"_a = absl::ToDoubleSeconds(one.settle),
      "recheck"_a = one.recheck ? py::object(py::float_(absl::ToDoubleSeconds(*one.recheck))) : py::object(py::none()),
      "metadata"_a = one.metadata, "links"_a = WordOf(one.links, {"skip", "copy"}),
      "follow_symlinks"_a = one.follow_symlinks, "nice"_a = one.nice, "timeout"_a = absl::ToDoubleSeconds(one.timeout),
      "wait"_a = absl::ToDoubleSeconds(one.wait), "retries"_a = one.retries, "groups"_a = groups);
}

py::dict SettingsOf(const Loaded& loaded) {
  using namespace py::literals;
  const Settings& settings = loaded.configuration.settings;
  return py::dict("jobs"_a = settings.jobs, "max_sessions"_a = settings.max_sessions,
                  "state_dir"_a = ToFsStr(settings.state_dir), "pid_file"_a = ToFsStr(settings.pid_file),
                  "stop_at"_a = settings.stop_at, "keep_runs"_a = settings.keep_runs,
                  "metrics_file"_a = ToFsStr(settings.metrics_file), "on_success"_a = ToFsStr(settings.on_success),
                  "on_failure"_a = ToFsStr(settings.on_failure), "on_change"_a = ToFsStr(settings.on_change));
}

using Names = std::vector<py::str>;

std::vector<std::string> Strings(const Names& names) {
  std::vector<std::string> strings;
  for (const py::str& name : names) strings.push_back(BytesOf(name));
  return strings;
}

py::list NamesOf(const std::vector<std::string>& strings) {
  py::list names;
  for (const std::string& string : strings) names.append(ToFsStr(string));
  return names;
}

py::tuple Queue(const Loaded& loaded, const std::vector<Names>& steps, const Names& cascade, const Names& exclude) {
  QueueRequest request{.cascade = Strings(cascade), .exclude = Strings(exclude)};
  for (const Names& step : steps) request.steps.push_back(Strings(step));
  const ResolvedQueue queue = ValueOrRaise(ResolveQueue(loaded.configuration, request));
  py::list names;
  for (const std::vector<std::string>& step : queue.names()) names.append(NamesOf(step));
  py::list warnings;
  for (const std::string& warning : queue.warnings) warnings.append(ToStr(warning));
  return py::make_tuple(names, warnings);
}

// The commands of one repository, as rows of the package's CommandInForce.
py::list Commands(const Loaded& loaded, const py::str& name) {
  const std::vector<const Repository*> named = ValueOrRaise(ResolveNames(loaded.configuration, {BytesOf(name)}));
  if (named.size() != 1)
    Raise(MakeError(Failure::kUsage, "that names more than one repository: ask for one after the other"));
  py::list result;
  for (const auto& commands : {TemplatesInForce(*named[0]), ActionsInForce(*named[0])}) {
    for (const CommandInForce& one : commands) {
      result.append(py::make_tuple(ToFsStr(one.key), one.of_section, NamesOf(one.presets), ToFsStr(one.shell),
                                   ToFsStr(one.given), ToFsStr(one.text), one.refused,
                                   RemarksOf(one.given, one.remarks)));
    }
  }
  return result;
}

py::list Resolve(const Loaded& loaded, const Names& names) {
  py::list result;
  for (const Repository* repository : ValueOrRaise(ResolveNames(loaded.configuration, Strings(names))))
    result.append(ToFsStr(repository->name));
  return result;
}

}  // namespace

void BindConfig(py::module_& module) {
  py::class_<Loaded, std::shared_ptr<Loaded>>(module, "Loaded")
      .def_property_readonly("file", [](const Loaded& self) { return ToFsStr(self.configuration.file); })
      .def_property_readonly("bytes", [](const Loaded& self) { return py::bytes(self.bytes); })
      .def_property_readonly("ok", &Loaded::ok)
      .def("require_ok", [](const Loaded& self) { RaiseIfError(self.status()); })
      .def("diagnostics", &Diagnostics)
      .def("sections", &Sections)
      .def("repositories",
           [](const Loaded& self) {
             py::list result;
             for (const Repository& repository : self.configuration.repositories) result.append(Values(repository));
             return result;
           })
      .def("settings", &SettingsOf)
      .def("queue", &Queue, py::arg("steps"), py::arg("cascade"), py::arg("exclude"))
      .def("commands", &Commands, py::arg("name"))
      .def("resolve", &Resolve, py::arg("names"));
  module.def("read_configuration", &Read, py::arg("file"), py::arg("bytes"), py::arg("access"),
             py::arg("runs_templates"));
}

}  // namespace sshsync::python
