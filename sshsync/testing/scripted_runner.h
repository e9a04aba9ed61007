#ifndef SSHSYNC_TESTING_SCRIPTED_RUNNER_H_
#define SSHSYNC_TESTING_SCRIPTED_RUNNER_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sshsync/ssh/runner.h"

namespace sshsync {

/// A Runner without hosts: canned answers for commands that it recognises, and a record of everything that it was
/// asked. The latest rule that fits answers; a rule with several answers gives them in turn and repeats its last one.
///
/// It polices its caller: a command that no rule fits, a timeout that is infinite, a NUL in the input, or more commands
/// on a host at a time than `capacity` is a test failure at once (and kInternal for the caller), not a surprise later.
/// Threads: any.
///
///     ScriptedRunner runner;
///     runner.On("df -Pk").Says("Filesystem ...\n");
///     runner.On("mv").Fails(MakeError(Failure::kUnreachable, "connection lost")).Says("");
///     Preflight(runner, ...);
///     EXPECT_EQ(runner.scripts("appnode1"), ElementsAre(HasSubstr("df -Pk")));
class ScriptedRunner : public Runner {
 public:
  using Predicate = std::function<bool(const Endpoint&, const RemoteCommand&)>;
  using Answer = std::function<absl::StatusOr<RemoteResult>(const Endpoint&, const RemoteCommand&)>;

  /// What one kind of command is answered. Every verb adds one answer.
  class Rule {
   public:
    Rule& Says(absl::string_view out, int status = 0, absl::string_view err = "");
    Rule& Fails(absl::Status status);
    /// Computes the answer; for fakes that keep state of their own.
    Rule& Does(Answer answer);

   private:
    friend class ScriptedRunner;
    Predicate fits;
    std::deque<Answer> answers;
  };

  /// One command that was received.
  struct Call {
    Endpoint host;
    RemoteCommand command;
    bool is_long = false;
  };

  ScriptedRunner() = default;
  ScriptedRunner(const ScriptedRunner&) = delete;
  ScriptedRunner& operator=(const ScriptedRunner&) = delete;

  /// Commands whose script contains `text`. References stay valid.
  Rule& On(absl::string_view text);
  /// The same, on one host only.
  Rule& On(absl::string_view host, absl::string_view text);
  Rule& When(Predicate fits);
  /// More commands at a time on one host are a failure; 0: any number.
  void set_capacity(int capacity) { capacity_ = capacity; }

  absl::StatusOr<RemoteResult> Run(const Endpoint& host, const RemoteCommand& command, const StopToken& stop) override;
  absl::StatusOr<RemoteResult> RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                       ProgressProbe moved, const StopToken& stop) override;
  /// Its commands are answered, recorded and policed as those of RunLong.
  absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint& host, const StopToken& stop) override;

  /// The same for a command with a stream of bytes: what it is answered as `out` can be read, or what was written can
  /// be seen in `taken`.
  absl::StatusOr<std::unique_ptr<RemoteBytes>> OpenBytes(const Endpoint& host, ByteWay way,
                                                         const RemoteCommand& command, const StopToken& stop) override;

  /// What commands took in as bytes, by the order of their ends.
  std::vector<std::string> taken() const;

  /// What was received so far, in order.
  std::vector<Call> calls() const;
  /// The scripts that one host received.
  std::vector<std::string> scripts(absl::string_view host) const;

 private:
  absl::StatusOr<RemoteResult> Reply(const Endpoint& host, const RemoteCommand& command, bool is_long,
                                     const StopToken& stop);

  int capacity_ = 0;  // constant once commands come
  mutable std::mutex mu_;
  // Protected by mu_.
  std::deque<Rule> rules_;
  std::vector<Call> calls_;
  std::vector<std::string> taken_;
  std::map<std::string, int> running_;
};

}  // namespace sshsync

#endif  // SSHSYNC_TESTING_SCRIPTED_RUNNER_H_
