#include "bindings/event_object.h"

#include <string>
#include <utility>

#include "bindings/convert.h"
#include "sshsync/record/report/event_log.h"
#include "sshsync/record/report/report_json.h"

namespace sshsync::python {
namespace {

namespace py = pybind11;

// Seconds since 1970, with a fraction; None where there is no such time.
py::object Stamp(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast() || time == absl::Time()) return py::none();
  return py::float_(absl::ToDoubleSeconds(time - absl::UnixEpoch()));
}

absl::Time TimeOf(const py::handle& stamp) {
  return stamp.is_none() ? absl::Time() : absl::UnixEpoch() + absl::Seconds(stamp.cast<double>());
}

// For pickle: everything, the texts as bytes.
py::tuple State(const Event& e) {
  return py::make_tuple(static_cast<int>(e.kind), Stamp(e.time), py::bytes(e.run), e.step, py::bytes(e.repository),
                        py::bytes(e.parent), py::bytes(e.path), py::bytes(e.action), e.files, e.bytes, e.total,
                        e.offset, e.stream, Stamp(e.began), static_cast<int>(e.level), static_cast<int>(e.failure),
                        py::bytes(e.message), py::bytes(e.command), py::bytes(e.output), e.exit_status);
}

Event OfState(const py::tuple& s) {
  const auto text = [&s](size_t i) { return s[i].cast<std::string>(); };
  const auto number = [&s](size_t i) { return s[i].cast<int64_t>(); };
  const auto small = [&s](size_t i) { return s[i].cast<int>(); };
  return {.kind = static_cast<EventKind>(small(0)),
          .time = TimeOf(s[1]),
          .run = text(2),
          .step = small(3),
          .repository = text(4),
          .parent = text(5),
          .path = text(6),
          .action = text(7),
          .files = number(8),
          .bytes = number(9),
          .total = number(10),
          .offset = number(11),
          .stream = small(12),
          .began = TimeOf(s[13]),
          .level = static_cast<LogLevel>(small(14)),
          .failure = static_cast<Failure>(small(15)),
          .message = text(16),
          .command = text(17),
          .output = text(18),
          .exit_status = small(19)};
}

}  // namespace

py::object MakeEvent(Event event) { return py::cast(std::move(event)); }

void BindEvent(py::module_& module) {
  const auto name = [](std::string Event::*member) {
    return [member](const Event& self) { return ToFsStr(self.*member); };
  };
  const auto text = [](std::string Event::*member) {
    return [member](const Event& self) { return ToStr(self.*member); };
  };
  py::class_<Event>(module, "Event")
      .def_property_readonly("kind", [](const Event& self) { return std::string(EventKindName(self.kind)); })
      .def_property_readonly("timestamp", [](const Event& self) { return Stamp(self.time); })
      .def_property_readonly("run", name(&Event::run))
      .def_property_readonly("repository", name(&Event::repository))
      .def_property_readonly("parent", name(&Event::parent))
      .def_property_readonly("path", name(&Event::path))
      .def_property_readonly("action", name(&Event::action))
      .def_property_readonly("message", text(&Event::message))
      .def_property_readonly("command", text(&Event::command))
      .def_property_readonly("output", text(&Event::output))
      .def_readonly("step", &Event::step)
      .def_readonly("files", &Event::files)
      .def_readonly("bytes", &Event::bytes)
      .def_readonly("total", &Event::total)
      .def_readonly("offset", &Event::offset)
      .def_readonly("stream", &Event::stream)
      .def_readonly("exit_status", &Event::exit_status)
      .def_property_readonly("failure",
                             [](const Event& self) {
                               return std::string(self.failure == Failure::kNone ? "" : InfoOf(self.failure).name);
                             })
      .def_property_readonly("level", [](const Event& self) { return static_cast<int>(EventLevel(self)); })
      .def_property_readonly("sentence", [](const Event& self) { return ToStr(EventSentence(self)); })
      .def("to_json", &EventToJsonLine)
      .def("__str__", [](const Event& self) { return ToStr(EventSentence(self)); })
      .def("__repr__",
           [](const Event& self) {
             return py::str("<Event {}: {}>").format(std::string(EventKindName(self.kind)), ToStr(EventSentence(self)));
           })
      .def("__eq__",
           [](const Event& self, const py::object& other) {
             return py::isinstance<Event>(other) && State(self).equal(State(other.cast<const Event&>()));
           })
      .def("__hash__", [](const Event& self) { return py::hash(State(self)); })
      .def(py::pickle(&State, &OfState));
}

}  // namespace sshsync::python
