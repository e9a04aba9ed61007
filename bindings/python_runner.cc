#include "bindings/python_runner.h"

#include <memory>

#include "bindings/call_objects.h"
#include "bindings/door.h"
#include "bindings/exceptions.h"
#include "sshsync/base/status.h"

namespace sshsync::python {
namespace {

namespace py = pybind11;

absl::StatusOr<RemoteResult> Answer(const py::object& result, absl::string_view verb) {
  if (!py::isinstance<RemoteResult>(result)) {
    const std::string type = py::str(py::type::handle_of(result).attr("__name__"));
    return MakeError(Failure::kInternal, absl::StrCat("the runner's ", verb, "() returned a ", type, ", not a Result"));
  }
  return result.cast<RemoteResult>();
}

// Calls a method; when it raised, tells what that means. A run that was stopped has ended, whatever the method made of it.
template <class Method>
absl::StatusOr<RemoteResult> Ask(const StopToken& stop, absl::string_view verb, Method method) {
  const auto token = std::make_shared<StopObject>(StopObject{stop});
  absl::StatusOr<RemoteResult> result;
  try {
    result = Answer(method(token), verb);
  } catch (const py::error_already_set& error) {
    result = StatusOf(error);
  } catch (const py::cast_error& error) {
    result = MakeError(Failure::kInternal, error.what());
  }
  token->token.reset();
  if (!result.ok() && stop.stopped()) return stop.status();
  return result;
}

}  // namespace

absl::StatusOr<RemoteResult> PythonRunner::Run(const Endpoint& host, const RemoteCommand& command, const StopToken& stop) {
  SSHSYNC_RETURN_IF_ERROR(stop.status());
  return WithGil([&] { return Ask(stop, "run", [&](const auto& token) { return runner_.attr("run")(host, command, token); }); });
}

absl::StatusOr<RemoteResult> PythonRunner::RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink, ProgressProbe moved,
                                                   const StopToken& stop) {
  SSHSYNC_RETURN_IF_ERROR(stop.status());
  return WithGil([&]() -> absl::StatusOr<RemoteResult> {
    const auto taker = std::make_shared<SinkObject>(sink);
    const auto asker = std::make_shared<MovedObject>(moved);
    auto result = Ask(stop, "stream", [&](const auto& token) { return runner_.attr("stream")(host, command, taker, asker, token); });
    taker->sink.reset();
    asker->moved.reset();
    if (!taker->refusal.ok()) return taker->refusal;
    if (result.ok()) result->out.clear();
    return result;
  });
}

}  // namespace sshsync::python
