#ifndef SSHSYNC_BINDINGS_PYTHON_RUNNER_H_
#define SSHSYNC_BINDINGS_PYTHON_RUNNER_H_

#include <pybind11/pybind11.h>

#include <memory>
#include <utility>

#include "sshsync/ssh/runner.h"

namespace sshsync::python {

/// A runner whose verbs are methods of a Python object:
///
///     run(host, command, stop) -> Result
///     stream(host, command, sink, moved, stop) -> Result
///     open(host, stop) -> Session, which has run(command, sink, moved, stop) -> Result and close()
///
/// `sink(bytes)` takes output and may raise, `moved()` asks for progress elsewhere, and `stop` tells whether the run is
/// to end. All three are good for that one call: kept longer, they refuse. What the methods raise becomes a failure of
/// the transport (exceptions.h). The Python object is called from many threads, each of which takes the GIL for the
/// time.
///
/// Ownership: refers to the object, and is made and destroyed with the GIL held. Called without it.
class PythonRunner : public Runner {
 public:
  explicit PythonRunner(pybind11::object runner) : runner_(std::move(runner)) {}

  absl::StatusOr<RemoteResult> Run(const Endpoint& host, const RemoteCommand& command, const StopToken& stop) override;
  absl::StatusOr<RemoteResult> RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                       ProgressProbe moved, const StopToken& stop) override;
  absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint& host, const StopToken& stop) override;

 private:
  const pybind11::object runner_;
};

}  // namespace sshsync::python

#endif  // SSHSYNC_BINDINGS_PYTHON_RUNNER_H_
