#include "bindings/python_runner.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "bindings/call_objects.h"
#include "bindings/exceptions.h"
#include "bindings/gil.h"
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

// Calls `method`; when it raised, tells what that means. A run that was stopped has ended, whatever the method made of
// it. With the GIL.
template <class Method>
auto Ask(const StopToken& stop, Method method) -> decltype(method(std::shared_ptr<StopObject>())) {
  const auto token = std::make_shared<StopObject>(StopObject{stop});
  decltype(method(token)) result;
  try {
    result = method(token);
  } catch (const py::error_already_set& error) {
    result = StatusOf(error);
  } catch (const py::cast_error& error) {
    result = MakeError(Failure::kInternal, error.what());
  }
  token->token.reset();
  if (!result.ok() && stop.stopped()) return stop.status();
  return result;
}

// The same for a method that hands on its output.
template <class Method>
absl::StatusOr<RemoteResult> AskLong(OutputSink sink, ProgressProbe moved, const StopToken& stop, Method method) {
  SSHSYNC_RETURN_IF_ERROR(stop.status());
  return WithGil([&]() -> absl::StatusOr<RemoteResult> {
    const auto taker = std::make_shared<SinkObject>(sink);
    const auto asker = std::make_shared<MovedObject>(moved);
    auto result = Ask(stop, [&](const auto& token) { return method(taker, asker, token); });
    taker->sink.reset();
    asker->moved.reset();
    if (!taker->refusal.ok()) return taker->refusal;
    if (result.ok()) result->out.clear();
    return result;
  });
}

// A session of a runner in Python.
class PythonSession : public RemoteSession {
 public:
  explicit PythonSession(py::object session) : session_(std::move(session)) {}
  ~PythonSession() override {
    WithGil([this] {
      try {
        session_.attr("close")();
      } catch (py::error_already_set& error) {
        error.discard_as_unraisable("sshsync: closing a session");
      }
      session_ = py::object();
    });
  }

  absl::StatusOr<RemoteResult> Run(const RemoteCommand& command, OutputSink sink, ProgressProbe moved,
                                   const StopToken& stop) override {
    return AskLong(sink, moved, stop, [&](const auto& taker, const auto& asker, const auto& token) {
      return Answer(session_.attr("run")(command, taker, asker, token), "session's run");
    });
  }

 private:
  py::object session_;
};

}  // namespace

absl::StatusOr<RemoteResult> PythonRunner::Run(const Endpoint& host, const RemoteCommand& command,
                                               const StopToken& stop) {
  SSHSYNC_RETURN_IF_ERROR(stop.status());
  return WithGil([&] {
    return Ask(stop, [&](const auto& token) { return Answer(runner_.attr("run")(host, command, token), "run"); });
  });
}

absl::StatusOr<RemoteResult> PythonRunner::RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                                   ProgressProbe moved, const StopToken& stop) {
  return AskLong(sink, moved, stop, [&](const auto& taker, const auto& asker, const auto& token) {
    return Answer(runner_.attr("stream")(host, command, taker, asker, token), "stream");
  });
}

absl::StatusOr<std::unique_ptr<RemoteSession>> PythonRunner::Open(const Endpoint& host, const StopToken& stop) {
  SSHSYNC_RETURN_IF_ERROR(stop.status());
  return WithGil([&] {
    return Ask(stop, [&](const auto& token) -> absl::StatusOr<std::unique_ptr<RemoteSession>> {
      return std::make_unique<PythonSession>(runner_.attr("open")(host, token));
    });
  });
}

}  // namespace sshsync::python
