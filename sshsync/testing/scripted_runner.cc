#include "sshsync/testing/scripted_runner.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

absl::Status Blame(absl::string_view what, const RemoteCommand& command) {
  const std::string message = absl::StrCat("ScriptedRunner: ", what, ": ", command.script);
  ADD_FAILURE() << message;
  return MakeError(Failure::kInternal, message);
}

}  // namespace

ScriptedRunner::Rule& ScriptedRunner::Rule::Says(absl::string_view out, int status, absl::string_view err) {
  RemoteResult result{.status = status, .out = std::string(out), .err = std::string(err)};
  return Does([result](const Endpoint&, const RemoteCommand&) { return result; });
}

ScriptedRunner::Rule& ScriptedRunner::Rule::Fails(absl::Status status) {
  return Does([status](const Endpoint&, const RemoteCommand&) { return status; });
}

ScriptedRunner::Rule& ScriptedRunner::Rule::Does(Answer answer) {
  answers.push_back(std::move(answer));
  return *this;
}

ScriptedRunner::Rule& ScriptedRunner::On(absl::string_view text) {
  return When([text = std::string(text)](const Endpoint&, const RemoteCommand& command) {
    return absl::StrContains(command.script, text);
  });
}

ScriptedRunner::Rule& ScriptedRunner::On(absl::string_view host, absl::string_view text) {
  return When(
      [host = std::string(host), text = std::string(text)](const Endpoint& endpoint, const RemoteCommand& command) {
        return endpoint.host == host && absl::StrContains(command.script, text);
      });
}

ScriptedRunner::Rule& ScriptedRunner::When(Predicate fits) {
  const std::lock_guard lock(mu_);
  rules_.emplace_front().fits = std::move(fits);
  return rules_.front();
}

absl::StatusOr<RemoteResult> ScriptedRunner::Run(const Endpoint& host, const RemoteCommand& command,
                                                 const StopToken& stop) {
  absl::StatusOr<RemoteResult> result = Reply(host, command, false, stop);
  if (result.ok() && result->out.size() > command.max_output)
    return MakeError(Failure::kOutputTooLarge, "more output than the limit");
  return result;
}

absl::StatusOr<RemoteResult> ScriptedRunner::RunLong(const Endpoint& host, const RemoteCommand& command,
                                                     OutputSink sink, ProgressProbe, const StopToken& stop) {
  SSHSYNC_ASSIGN_OR_RETURN(RemoteResult result, Reply(host, command, true, stop));
  if (!result.out.empty()) {
    SSHSYNC_RETURN_IF_ERROR(sink(std::exchange(result.out, {})));
  }
  return result;
}

absl::StatusOr<std::unique_ptr<RemoteSession>> ScriptedRunner::Open(const Endpoint& host, const StopToken& stop) {
  class Session : public RemoteSession {
   public:
    Session(ScriptedRunner& runner, const Endpoint& host) : runner_(runner), host_(host) {}
    absl::StatusOr<RemoteResult> Run(const RemoteCommand& command, OutputSink sink, ProgressProbe moved,
                                     const StopToken& stop) override {
      return runner_.RunLong(host_, command, sink, moved, stop);
    }

   private:
    ScriptedRunner& runner_;
    const Endpoint host_;
  };
  SSHSYNC_RETURN_IF_ERROR(stop.status());
  return std::make_unique<Session>(*this, host);
}

absl::StatusOr<std::unique_ptr<RemoteBytes>> ScriptedRunner::OpenBytes(const Endpoint& host, ByteWay way,
                                                                       const RemoteCommand& command,
                                                                       const StopToken& stop) {
  // A pipe, and a thread at its other end.
  class Bytes : public RemoteBytes {
   public:
    Bytes(ScriptedRunner& runner, ByteWay way, RemoteResult result) : runner_(runner), result_(std::move(result)) {
      int ends[2];
      if (pipe2(ends, O_CLOEXEC) != 0) std::abort();
      const bool from = way == ByteWay::kFromHost;
      fd_ = ends[from ? 0 : 1];
      fcntl(fd_, F_SETFL, O_NONBLOCK);
      other_ = std::jthread([this, from, fd = ends[from ? 1 : 0]] { from ? Say(fd) : Take(fd); });
    }
    ~Bytes() override { Close(); }
    int fd() const override { return fd_; }
    void Close() override {
      if (fd_ >= 0) close(fd_);
      fd_ = -1;
    }
    absl::StatusOr<RemoteResult> Finish(ProgressProbe, const StopToken& stop) override {
      Close();
      SSHSYNC_RETURN_IF_ERROR(stop.status());
      other_ = std::jthread();
      return RemoteResult{.status = result_.status, .out = {}, .err = result_.err};
    }

   private:
    void Say(int fd) {
      sigset_t pipe_signal;
      sigemptyset(&pipe_signal);
      sigaddset(&pipe_signal, SIGPIPE);
      pthread_sigmask(SIG_BLOCK, &pipe_signal, nullptr);
      size_t done = 0;
      for (ssize_t count = 1; count > 0 && done < result_.out.size();
           done += static_cast<size_t>(std::max<ssize_t>(count, 0))) {
        count = write(fd, result_.out.data() + done, result_.out.size() - done);
      }
      close(fd);
    }
    void Take(int fd) {
      std::string taken, buffer(65536, '\0');
      for (ssize_t count = 0; (count = read(fd, buffer.data(), buffer.size())) > 0;)
        taken.append(buffer, 0, static_cast<size_t>(count));
      close(fd);
      const std::lock_guard lock(runner_.mu_);
      runner_.taken_.push_back(std::move(taken));
    }
    ScriptedRunner& runner_;
    const RemoteResult result_;
    int fd_ = -1;
    std::jthread other_;
  };
  SSHSYNC_ASSIGN_OR_RETURN(RemoteResult result, Reply(host, command, true, stop));
  return std::make_unique<Bytes>(*this, way, std::move(result));
}

std::vector<std::string> ScriptedRunner::taken() const {
  const std::lock_guard lock(mu_);
  return taken_;
}

absl::StatusOr<RemoteResult> ScriptedRunner::Reply(const Endpoint& host, const RemoteCommand& command, bool is_long,
                                                   const StopToken& stop) {
  SSHSYNC_RETURN_IF_ERROR(stop.status());
  if (command.timeout == absl::InfiniteDuration()) return Blame("an infinite timeout", command);
  if (absl::StrContains(command.input, absl::string_view("\0", 1))) return Blame("a NUL in the input", command);
  Answer answer;
  {
    const std::lock_guard lock(mu_);
    calls_.push_back({host, command, is_long});
    for (Rule& rule : rules_) {
      if (!rule.fits(host, command) || rule.answers.empty()) continue;
      answer = rule.answers.front();
      if (rule.answers.size() > 1) rule.answers.pop_front();
      break;
    }
    if (!answer) return Blame("no rule fits", command);
    if (++running_[host.host] > capacity_ && capacity_ > 0) {
      --running_[host.host];
      return Blame("more commands at a time than the host takes", command);
    }
  }
  absl::StatusOr<RemoteResult> result = answer(host, command);
  const std::lock_guard lock(mu_);
  --running_[host.host];
  return result;
}

std::vector<ScriptedRunner::Call> ScriptedRunner::calls() const {
  const std::lock_guard lock(mu_);
  return calls_;
}

std::vector<std::string> ScriptedRunner::scripts(absl::string_view host) const {
  std::vector<std::string> result;
  for (const Call& call : calls()) {
    if (call.host.host == host) result.push_back(call.command.script);
  }
  return result;
}

}  // namespace sshsync
