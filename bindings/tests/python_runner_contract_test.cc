// The contract of Runner, kept by runners that are written in Python. The interpreter is inside of this test, and the
// extension module with it.
#include <pybind11/embed.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "bindings/gil.h"
#include "bindings/python_runner.h"
#include "sshsync/testing/runner_contract.h"

extern "C" PyObject* PyInit__sshsync();

namespace sshsync {
namespace {

namespace py = pybind11;

// A runner that Python makes of an expression.
template <class Kind>
class PythonPlace {
 public:
  static constexpr bool kHasBytes = false;

  PythonPlace() {
    host_.transport = Transport::kLocal;
    python::WithGil([this] {
      const py::object package = py::module_::import("sshsync");
      runner_ = std::make_unique<python::PythonRunner>(py::eval(Kind::kMade, package.attr("__dict__")));
    });
  }
  ~PythonPlace() {
    python::WithGil([this] { runner_.reset(); });
  }
  python::PythonRunner& runner() { return *runner_; }
  const Endpoint& host() const { return host_; }

 private:
  Endpoint host_;
  std::unique_ptr<python::PythonRunner> runner_;
};

struct Subprocess {
  static constexpr const char* kMade = "SubprocessRunner()";
};
struct Ssh {
  static constexpr const char* kMade = "SshRunner()";
};
struct Recording {
  static constexpr const char* kMade = "RecordingRunner(SubprocessRunner())";
};

using Places = testing::Types<PythonPlace<Subprocess>, PythonPlace<Ssh>, PythonPlace<Recording>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Python, RunnerContract, Places);

}  // namespace
}  // namespace sshsync

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  PyImport_AppendInittab("_sshsync", &PyInit__sshsync);
  const pybind11::scoped_interpreter interpreter;
  const std::string folder = std::string(getenv("TEST_SRCDIR")) + "/" + getenv("TEST_WORKSPACE") + "/bindings";
  const pybind11::module_ sys = pybind11::module_::import("sys");
  sys.attr("path").attr("insert")(0, folder);
  sys.attr("modules")["sshsync._sshsync"] = pybind11::module_::import("_sshsync");
  const pybind11::module_ package = pybind11::module_::import("sshsync");
  const pybind11::gil_scoped_release release;
  return RUN_ALL_TESTS();
}
