#include <string>

#include "bindings/bindings.h"
#include "bindings/exceptions.h"
#include "bindings/gil.h"
#include "sshsync/base/version.h"

namespace sshsync::python {
namespace {

namespace py = pybind11;

py::module_::module_def definition;

PyObject* Make() {
  PYBIND11_CHECK_PYTHON_VERSION
  PYBIND11_ENSURE_INTERNALS_READY
  auto module = py::module_::create_extension_module("_sshsync", nullptr, &definition);
  try {
    module.doc() = "The engine behind the package sshsync; private to it.";
    module.def("version", [] { return std::string(Version()); });
    module.def("require_main_interpreter", &RequireMainInterpreter);
    module.def("end_all", &Shutdown);
    module.def("forget_all", &AbandonAfterFork);
    BindFailures(module);
    BindConfig(module);
    BindText(module);
    BindDigest(module);
    BindPlan(module);
    BindHost(module);
    BindRun(module);
    BindHistory(module);
    return module.ptr();
  }
  PYBIND11_CATCH_INIT_EXCEPTIONS
}

}  // namespace
}  // namespace sshsync::python

// What PYBIND11_MODULE would write, but for the look at the interpreter: in a second one pybind11 itself waits for
// ever.
extern "C" PYBIND11_EXPORT PyObject* PyInit__sshsync() {
  if (PyInterpreterState_Get() != PyInterpreterState_Main()) {
    PyErr_SetString(PyExc_ImportError, "sshsync works in the main interpreter only");
    return nullptr;
  }
  return sshsync::python::Make();
}
