#include <pybind11/functional.h>
#include <pybind11/stl.h>
#include <unistd.h>

#include <memory>

#include "absl/strings/str_cat.h"
#include "bindings/bindings.h"
#include "bindings/call_objects.h"
#include "bindings/convert.h"
#include "bindings/exceptions.h"
#include "bindings/gil.h"
#include "sshsync/base/status.h"
#include "sshsync/ssh/frame.h"
#include "sshsync/ssh/ssh.h"
#include "sshsync/ssh/ssh_runner.h"

namespace sshsync::python {
namespace {

namespace py = pybind11;
using namespace py::literals;

Endpoint MakeHost(const py::str& host, const py::str& user, int port, const py::str& identity, const py::str& jump,
                  const std::vector<py::str>& ssh, const std::string& shell, bool compress, double connect_timeout,
                  bool local) {
  Endpoint endpoint;
  endpoint.transport = local ? Transport::kLocal : Transport::kSsh;
  endpoint.host = BytesOf(host);
  endpoint.user = BytesOf(user);
  endpoint.port = port;
  endpoint.identity = BytesOf(identity);
  endpoint.jump = BytesOf(jump);
  endpoint.ssh.clear();
  for (const py::str& word : ssh) endpoint.ssh.push_back(BytesOf(word));
  endpoint.shell = shell;
  endpoint.compress = compress;
  endpoint.connect_timeout = SecondsOf(connect_timeout);
  return endpoint;
}

py::list SshWords(const Endpoint& self) {
  py::list words;
  for (const std::string& word : self.ssh) words.append(ToFsStr(word));
  return words;
}

py::tuple HostState(const Endpoint& self) {
  return py::make_tuple(ToFsStr(self.host), ToFsStr(self.user), self.port, ToFsStr(self.identity), ToFsStr(self.jump),
                        SshWords(self), self.shell, self.compress, absl::ToDoubleSeconds(self.connect_timeout),
                        self.transport == Transport::kLocal);
}

RemoteCommand MakeCommand(const py::str& script, const std::string& input, double timeout, size_t max_output,
                          size_t max_stderr, bool writes) {
  return {.script = BytesOf(script),
          .input = input,
          .timeout = SecondsOf(timeout),
          .max_output = max_output,
          .max_stderr = max_stderr,
          .writes = writes};
}

py::tuple CommandState(const RemoteCommand& self) {
  return py::make_tuple(ToFsStr(self.script), py::bytes(self.input), absl::ToDoubleSeconds(self.timeout),
                        self.max_output, self.max_stderr, self.writes);
}

py::tuple ResultState(const RemoteResult& self) {
  return py::make_tuple(self.status, py::bytes(self.out), py::bytes(self.err));
}

bool WaitForStop(const StopObject& self, double seconds) {
  if (!self.token) return true;
  const StopToken token = *self.token;
  return WithoutGil([&] { return token.WaitFor(SecondsOf(seconds)); });
}

void Take(const std::shared_ptr<SinkObject>& self, const py::buffer& bytes) {
  if (!self->sink) throw std::runtime_error("this call is over: its output has no taker any more");
  const py::buffer_info info = bytes.request();
  const OutputSink sink = *self->sink;
  // Whoever takes it may wait for another thread of the run.
  const absl::Status status = WithoutGil([&] {
    return sink({static_cast<const char*>(info.ptr), static_cast<size_t>(info.size * info.itemsize)});
  });
  if (status.ok()) return;
  self->refusal = status;
  Raise(status);
}

bool Asked(const MovedObject& self) {
  if (!self.moved) throw std::runtime_error("this call is over");
  const ProgressProbe moved = *self.moved;
  return WithoutGil([&] { return moved(); });
}

// Throws what the end of a connection means.
void RaiseConnectionError(const Endpoint& host, int returncode, bool ready, const std::string& out,
                          const std::string& err) {
  const ProcessEnd end =
      returncode < 0 ? ProcessEnd{.signalled = true, .code = -returncode} : ProcessEnd{.code = returncode};
  Raise(ClassifySshFailure(host, {.end = end, .ready = ready, .out = out, .err = err}));
}

// Calls `work` without the GIL. Inside of a run the run's own stop counts; alone there is one for the call.
void Stoppable(const py::object& stop, const std::function<void(const StopToken&)>& work) {
  if (stop.is_none()) return Interruptibly(work);
  const absl::optional<StopToken> token = stop.cast<const StopObject&>().token;
  if (!token) throw std::runtime_error("the call that this stop belongs to is over");
  WithoutGil([&] { work(*token); });
}

// Calls `work(sink, moved)` with callables of Python. What they raise goes through the engine as a status, and comes
// out as itself.
template <class Work>
RemoteResult Streamed(const py::object& sink, const py::object& moved, Work work) {
  std::exception_ptr raised;
  const auto guarded = [&raised](auto&& call) {
    return WithGil([&] {
      try {
        return call();
      } catch (...) {
        if (raised == nullptr) raised = std::current_exception();
        return false;
      }
    });
  };
  const auto take = [&](absl::string_view bytes) {
    guarded([&] { return sink(py::bytes(bytes.data(), bytes.size())), true; });
    return raised == nullptr ? absl::OkStatus()
                             : MakeError(Failure::kStopped, "the taker of the output raised an exception");
  };
  const auto ask = [&] { return guarded([&] { return !moved.is_none() && moved().cast<bool>(); }); };
  absl::StatusOr<RemoteResult> result = work(OutputSink(take), ProgressProbe(ask));
  if (raised != nullptr) std::rethrow_exception(raised);
  return ValueOrRaise(std::move(result));
}

// A session over ssh. Keeps the connections that it is one of.
class SshSession {
 public:
  SshSession(std::shared_ptr<SshRunner> runner, std::unique_ptr<RemoteSession> session)
      : pid_(getpid()), runner_(std::move(runner)), session_(std::move(session)) {}
  ~SshSession() { Close(); }

  RemoteResult Run(const RemoteCommand& command, const py::object& sink, const py::object& moved,
                   const py::object& stop) {
    if (session_ == nullptr || getpid() != pid_)
      throw std::runtime_error("this session is closed, or another process's");
    return Streamed(sink, moved, [&](OutputSink take, ProgressProbe ask) {
      absl::StatusOr<RemoteResult> result;
      Stoppable(stop, [&](const StopToken& token) { result = session_->Run(command, take, ask, token); });
      return result;
    });
  }

  void Close() {
    if (getpid() != pid_) {
      static_cast<void>(session_.release());
      new std::shared_ptr<SshRunner>(std::move(runner_));
      return;
    }
    WithoutGil([this] {
      session_.reset();
      runner_.reset();
    });
  }

 private:
  const pid_t pid_;
  std::shared_ptr<SshRunner> runner_;
  std::unique_ptr<RemoteSession> session_;
};

// ssh for Python, alone or inside a runner of its own. In a child of fork the connections are the parent's: they are
// left alone.
class SshConnections {
 public:
  SshConnections(double wait, int max_sessions)
      : pid_(getpid()),
        runner_(std::make_unique<SshRunner>(SshRunnerOptions{.wait = SecondsOf(wait), .max_sessions = max_sessions})) {}
  ~SshConnections() { Close(); }

  void Close() {
    if (runner_ == nullptr) return;
    std::shared_ptr<SshRunner> runner = std::move(runner_);
    if (getpid() != pid_) {
      new std::shared_ptr<SshRunner>(std::move(runner));
      return;
    }
    WithoutGil([&] { runner.reset(); });
  }

  RemoteResult Run(const Endpoint& host, const RemoteCommand& command, const py::object& stop) {
    absl::StatusOr<RemoteResult> result;
    Call(stop, [&](SshRunner& runner, const StopToken& token) { result = runner.Run(host, command, token); });
    return ValueOrRaise(std::move(result));
  }

  RemoteResult Stream(const Endpoint& host, const RemoteCommand& command, const py::object& sink,
                      const py::object& moved, const py::object& stop) {
    return Streamed(sink, moved, [&](OutputSink take, ProgressProbe ask) {
      absl::StatusOr<RemoteResult> result;
      Call(stop, [&](SshRunner& runner, const StopToken& token) {
        result = runner.RunLong(host, command, take, ask, token);
      });
      return result;
    });
  }

  std::unique_ptr<SshSession> Open(const Endpoint& host, const py::object& stop) {
    absl::StatusOr<std::unique_ptr<RemoteSession>> session;
    Call(stop, [&](SshRunner& runner, const StopToken& token) { session = runner.Open(host, token); });
    return std::make_unique<SshSession>(runner_, ValueOrRaise(std::move(session)));
  }

 private:
  template <class Work>
  void Call(const py::object& stop, Work work) {
    if (runner_ == nullptr || getpid() != pid_)
      throw std::runtime_error("these connections are closed, or another process's");
    const std::shared_ptr<SshRunner> runner = runner_;
    Stoppable(stop, [&](const StopToken& token) { work(*runner, token); });
  }

  const pid_t pid_;
  std::shared_ptr<SshRunner> runner_;
};

}  // namespace

void BindHost(py::module_& module) {
  py::class_<Endpoint>(module, "Host")
      .def(py::init(&MakeHost), "host"_a, py::kw_only(), "user"_a = "", "port"_a = 0, "identity"_a = "", "jump"_a = "",
           "ssh"_a = std::vector<std::string>{"ssh"}, "shell"_a = "sh", "compress"_a = false,
           "connect_timeout"_a = 15.0, "local"_a = false)
      .def_property_readonly("host", [](const Endpoint& self) { return ToFsStr(self.host); })
      .def_property_readonly("user", [](const Endpoint& self) { return ToFsStr(self.user); })
      .def_property_readonly("port", [](const Endpoint& self) { return self.port; })
      .def_property_readonly("identity", [](const Endpoint& self) { return ToFsStr(self.identity); })
      .def_property_readonly("jump", [](const Endpoint& self) { return ToFsStr(self.jump); })
      .def_property_readonly("ssh", [](const Endpoint& self) { return py::tuple(SshWords(self)); })
      .def_property_readonly("shell", [](const Endpoint& self) { return self.shell; })
      .def_property_readonly("compress", [](const Endpoint& self) { return self.compress; })
      .def_property_readonly("connect_timeout",
                             [](const Endpoint& self) { return absl::ToDoubleSeconds(self.connect_timeout); })
      .def_property_readonly("local", [](const Endpoint& self) { return self.transport == Transport::kLocal; })
      .def_property_readonly("argv",
                             [](const Endpoint& self) {
                               py::list words;
                               for (const std::string& word : ShellAt(self).argv) words.append(ToFsStr(word));
                               return py::tuple(words);
                             })
      .def("__str__", [](const Endpoint& self) { return ToStr(Describe(self)); })
      .def("__repr__", [](const Endpoint& self) { return ToStr(absl::StrCat("<Host ", Describe(self), ">")); })
      .def("__eq__",
           [](const Endpoint& self, const py::object& other) {
             return py::isinstance<Endpoint>(other) && self == other.cast<const Endpoint&>();
           })
      .def("__hash__",
           [](const Endpoint& self) {
             return py::hash(py::make_tuple(ToFsStr(self.host), ToFsStr(self.user), self.port));
           })
      .def(py::pickle(&HostState, [](const py::tuple& state) {
        return MakeHost(state[0], state[1], state[2].cast<int>(), state[3], state[4],
                        state[5].cast<std::vector<py::str>>(), state[6].cast<std::string>(), state[7].cast<bool>(),
                        state[8].cast<double>(), state[9].cast<bool>());
      }));

  py::class_<RemoteCommand>(module, "Command")
      .def(py::init(&MakeCommand), "script"_a, py::kw_only(), "input"_a = py::bytes(), "timeout"_a = 300.0,
           "max_output"_a = size_t{64} << 20, "max_stderr"_a = size_t{64} << 10, "writes"_a = false)
      .def_property_readonly("script", [](const RemoteCommand& self) { return ToFsStr(self.script); })
      .def_property_readonly("input", [](const RemoteCommand& self) { return py::bytes(self.input); })
      .def_property_readonly("timeout", [](const RemoteCommand& self) { return absl::ToDoubleSeconds(self.timeout); })
      .def_property_readonly("max_output", [](const RemoteCommand& self) { return self.max_output; })
      .def_property_readonly("max_stderr", [](const RemoteCommand& self) { return self.max_stderr; })
      .def_property_readonly("writes", [](const RemoteCommand& self) { return self.writes; })
      .def("__repr__", [](const RemoteCommand& self) { return py::str("Command({!r})").format(ToFsStr(self.script)); })
      .def("__eq__",
           [](const RemoteCommand& self, const py::object& other) {
             return py::isinstance<RemoteCommand>(other) &&
                    CommandState(self).equal(CommandState(other.cast<const RemoteCommand&>()));
           })
      .def("__hash__", [](const RemoteCommand& self) { return py::hash(ToFsStr(self.script)); })
      .def(py::pickle(&CommandState, [](const py::tuple& state) {
        return MakeCommand(state[0], state[1].cast<std::string>(), state[2].cast<double>(), state[3].cast<size_t>(),
                           state[4].cast<size_t>(), state[5].cast<bool>());
      }));

  py::class_<RemoteResult>(module, "Result")
      .def(py::init([](int status, const std::string& out, const std::string& err) {
             return RemoteResult{status, out, err};
           }),
           "status"_a = 0, "out"_a = py::bytes(), "err"_a = py::bytes())
      .def_property_readonly("status", [](const RemoteResult& self) { return self.status; })
      .def_property_readonly("out", [](const RemoteResult& self) { return py::bytes(self.out); })
      .def_property_readonly("err", [](const RemoteResult& self) { return py::bytes(self.err); })
      .def("__repr__",
           [](const RemoteResult& self) {
             return py::str("Result(status={}, out={!r}, err={!r})").format(*ResultState(self));
           })
      .def("__eq__",
           [](const RemoteResult& self, const py::object& other) {
             return py::isinstance<RemoteResult>(other) &&
                    ResultState(self).equal(ResultState(other.cast<const RemoteResult&>()));
           })
      .def("__hash__", [](const RemoteResult& self) { return py::hash(ResultState(self)); })
      .def(py::pickle(&ResultState, [](const py::tuple& state) {
        return RemoteResult{state[0].cast<int>(), state[1].cast<std::string>(), state[2].cast<std::string>()};
      }));

  py::class_<StopObject, std::shared_ptr<StopObject>>(module, "Stop")
      .def_property_readonly("stopped", [](const StopObject& self) { return !self.token || self.token->stopped(); })
      .def("wait", &WaitForStop, "seconds"_a)
      .def("fileno", [](const StopObject& self) {
        if (!self.token) throw std::runtime_error("this call is over");
        return self.token->fd();
      });
  module.def("never", [] { return std::make_shared<StopObject>(StopObject{StopToken()}); });
  py::class_<SinkObject, std::shared_ptr<SinkObject>>(module, "Sink").def("__call__", &Take, "bytes"_a);
  py::class_<MovedObject, std::shared_ptr<MovedObject>>(module, "Moved").def("__call__", &Asked);

  py::class_<SshSession>(module, "SshSession")
      .def("run", &SshSession::Run, "command"_a, "sink"_a, "moved"_a, "stop"_a)
      .def("close", &SshSession::Close);
  py::class_<SshConnections>(module, "SshConnections")
      .def(py::init<double, int>(), "wait"_a, "max_sessions"_a)
      .def("close", &SshConnections::Close)
      .def("run", &SshConnections::Run, "host"_a, "command"_a, "stop"_a)
      .def("stream", &SshConnections::Stream, "host"_a, "command"_a, "sink"_a, "moved"_a, "stop"_a)
      .def("open", &SshConnections::Open, "host"_a, "stop"_a);

  module.def("raise_connection_error", &RaiseConnectionError, "host"_a, "returncode"_a, "ready"_a, "out"_a, "err"_a);

  py::class_<FrameEncoder>(module, "FrameEncoder")
      .def(py::init([] { return FrameEncoder(RandomMark()); }))
      .def(
          "preamble",
          [](const FrameEncoder& self, const std::string& shell) { return py::bytes(self.Preamble(shell)); }, "shell"_a)
      .def(
          "command",
          [](FrameEncoder& self, const py::str& script, const std::string& input) {
            return py::bytes(ValueOrRaise(self.Command(BytesOf(script), input)));
          },
          "script"_a, "input"_a)
      .def("farewell", [](const FrameEncoder& self) { return py::bytes(self.Farewell()); })
      .def("ready_label", &FrameEncoder::ready_label)
      .def("label", &FrameEncoder::label);
  py::class_<FrameDecoder>(module, "FrameDecoder")
      .def(py::init([](const std::string& label, bool err) {
             return FrameDecoder(label, err ? FrameDecoder::kErr : FrameDecoder::kOut);
           }),
           "label"_a, "err"_a)
      .def(
          "feed",
          [](FrameDecoder& self, const std::string& bytes) {
            std::string payload;
            RaiseIfError(self.Feed(bytes, [&](absl::string_view part) {
              payload.append(part.data(), part.size());
              return absl::OkStatus();
            }));
            return py::bytes(payload);
          },
          "bytes"_a)
      .def_property_readonly("number", [](const FrameDecoder& self) {
        return self.number() ? py::object(py::int_(*self.number())) : py::object(py::none());
      });
  py::class_<BoundedText>(module, "BoundedText")
      .def(py::init<size_t>(), "limit"_a)
      .def(
          "append", [](BoundedText& self, const std::string& bytes) { self.Append(bytes); }, "bytes"_a)
      .def("take", [](BoundedText& self) { return py::bytes(self.Take()); });
}

}  // namespace sshsync::python
