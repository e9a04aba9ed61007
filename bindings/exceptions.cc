#include "bindings/exceptions.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "bindings/convert.h"
#include "sshsync/base/status.h"

namespace sshsync::python {
namespace py = pybind11;

void Raise(const absl::Status& status) {
  const py::object make = py::module_::import("sshsync.errors").attr("error_of");
  const std::string name(InfoOf(FailureOf(status)).name);
  const py::object error = make(name, ToStr(status.message()));
  PyErr_SetObject(py::type::handle_of(error).ptr(), error.ptr());
  throw py::error_already_set();
}

absl::Status StatusOf(const py::error_already_set& error) {
  const std::string type = py::str(error.type().attr("__name__"));
  const std::string what = py::str(error.value());
  const std::string message = what.empty() ? type : absl::StrCat(type, ": ", what);
  if (py::hasattr(error.value(), "failure")) {
    const std::string name = py::str(error.value().attr("failure"));
    for (const FailureInfo& info : AllFailures()) {
      if (info.name == name && info.failure != Failure::kNone) return MakeError(info.failure, what);
    }
  }
  const auto is = [&error](PyObject* type) { return error.matches(type); };
  if (is(PyExc_ConnectionError)) return MakeError(Failure::kUnreachable, message);
  if (is(PyExc_TimeoutError)) return MakeError(Failure::kTimeout, message);
  if (is(PyExc_PermissionError)) return MakeError(Failure::kPermission, message);
  if (is(PyExc_FileNotFoundError)) return MakeError(Failure::kCommandNotFound, message);
  return MakeError(Failure::kInternal, absl::StrCat("the runner raised ", message));
}

void BindFailures(py::module_& module) {
  module.def("failures", [] {
    py::list rows;
    for (const FailureInfo& info : AllFailures()) {
      rows.append(py::make_tuple(std::string(info.name), info.exit_code, std::string(info.python_class),
                                 std::string(info.hint)));
    }
    return rows;
  });
}

}  // namespace sshsync::python
