#include "bindings/door.h"
#include "bindings/exceptions.h"
#include "bindings/faces.h"

PYBIND11_MODULE(_sshsync, module) {
  using namespace sshsync::python;
  RequireMainInterpreter();
  module.doc() = "The engine behind the package sshsync; private to it.";
  module.def("version", [] { return "1.0.0"; });
  module.def("require_main_interpreter", &RequireMainInterpreter);
  module.def("end_all", &EndAll);
  module.def("forget_all", &ForgetAll);
  BindFailures(module);
  BindConfig(module);
  BindText(module);
  BindDigest(module);
  BindPlan(module);
  BindHost(module);
  BindRun(module);
  BindHistory(module);
}
