#ifndef SSHSYNC_SSH_SSH_RUNNER_H_
#define SSHSYNC_SSH_SSH_RUNNER_H_

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/types/optional.h"
#include "sshsync/process/backoff.h"
#include "sshsync/process/clock.h"
#include "sshsync/ssh/channel.h"
#include "sshsync/ssh/control_folder.h"
#include "sshsync/ssh/runner.h"

namespace sshsync {

struct SshRunnerOptions {
  /// How long a host that does not answer is tried, from the first try on.
  absl::Duration wait = absl::Seconds(15);
  /// ssh processes per host, over all its accounts. One of them is kept for short commands.
  int max_sessions = 16;
  /// Logins in flight per host: sshd drops unauthenticated connections above its MaxStartups. Most callers leave this
  /// alone.
  int max_logins = 5;
  /// Channels for short commands per account; a further call waits for one.
  int max_channels = 4;
  /// The pause after the first failed try; it doubles, up to `max_pause`, and each is shortened by a random part.
  absl::Duration first_pause = absl::Milliseconds(250);
  absl::Duration max_pause = absl::Seconds(5);
  /// Whether the sessions of an account share one connection, as far as its sshd allows: a session then costs a tenth
  /// of a login.
  bool share = true;
  /// Of those random parts; absent: random.
  absl::optional<unsigned> seed = absl::nullopt;
  ChannelOptions channel = {};
};

/// The part of `SshRunner` that does not depend on its clock: who may log in, and which channels lie idle.
///
/// Per host there is one queue for logins. While a host, or an account on it, has not answered, one login is tried at
/// a time, in a loop with pauses; whoever else wants in waits for that loop and shares its failure, so that a silent
/// host is not asked by sixteen threads. What a person must mend (a refused key, a changed host key, a name that is
/// unknown) is remembered for the life of the runner and not asked twice. Once an account has answered, `max_logins`
/// may be under way at the same time.
///
/// The first connection of an account carries up to seven further sessions (sshd's MaxSessions is ten by default; where
/// it is less, ssh itself connects anew). When that connection is lost they are all lost, as they mostly are when a
/// network goes away: each is an error of its own call. (A master process apart was rejected: one more process that
/// must not be left behind.)
class SshPool {
 public:
  explicit SshPool(const SshRunnerOptions& options);
  ~SshPool();
  SshPool(const SshPool&) = delete;
  SshPool& operator=(const SshPool&) = delete;

 protected:
  using Now = absl::FunctionRef<absl::Time()>;

  absl::StatusOr<RemoteResult> RunShort(const Endpoint& host, const RemoteCommand& command, const StopToken& stop,
                                        Now now);
  absl::StatusOr<RemoteResult> RunInSession(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                            ProgressProbe moved, const StopToken& stop, Now now);
  absl::StatusOr<std::unique_ptr<RemoteSession>> OpenSession(const Endpoint& host, const StopToken& stop, Now now);
  void CloseIdle(const Endpoint& endpoint);
  absl::StatusOr<std::unique_ptr<RemoteBytes>> OpenByteSession(const Endpoint& host, ByteWay way,
                                                               const RemoteCommand& command, const StopToken& stop,
                                                               Now now);

 private:
  class Session;
  class ByteSession;

  /// A connection that sessions besides its own share, over a socket.
  struct Carrier {
    std::string path;
    bool up = false;
    size_t sessions = 0;               // that share it
    std::unique_ptr<Channel> retired;  // its own session, once that has nothing to do any more but to carry the others
  };
  struct Place {
    std::shared_ptr<Carrier> carrier;
    bool own = false;  // it is the carrier's own session
  };
  /// An account as the user named it. Its idle channels are sessions of its host.
  struct Account {
    absl::Status refused;  // what a person must mend
    bool answered = false;
    int logins = 0;    // in flight
    int channels = 0;  // idle or busy with a short command
    std::vector<std::unique_ptr<Channel>> idle;
    std::shared_ptr<Carrier> carrier;  // for further sessions; null: the next login becomes one
  };
  struct Host {
    bool answered = false;
    int logins = 0;
    int sessions = 0;  // processes, those in flight included
    int long_sessions = 0;
    uint64_t failures = 0;  // loops that gave up
    absl::Status failure;   // of the last of them
    std::map<Endpoint, Account> accounts;
  };
  /// A long command that reads only may have an idle channel, and leaves one behind; one that writes has a session that
  /// ends with it.
  enum class Kind { kShort, kLong, kApart };

  /// An idle channel, or permission to log in (nullptr): then a session and a login of the host are counted.
  /// Until then it waits for its turn.
  absl::StatusOr<std::unique_ptr<Channel>> Enter(const Endpoint& host, Kind kind, const StopToken& stop, Now now,
                                                 absl::Time until = absl::InfiniteFuture());
  /// Logs in (`open` does), trying again while that may help. On an error the counts of `Enter` are taken back.
  template <class S>
  absl::StatusOr<std::unique_ptr<S>> LogIn(
      const Endpoint& host, Kind kind, const StopToken& stop, Now now,
      absl::FunctionRef<absl::StatusOr<std::unique_ptr<S>>(const ChannelOptions& options)> open);
  absl::StatusOr<std::unique_ptr<Channel>> Obtain(const Endpoint& host, Kind kind, const StopToken& stop, Now now);
  void Leave(Kind kind, std::unique_ptr<Channel> channel);
  /// Takes an idle channel of any account out of the pool, so that its session may be had by somebody else; nullptr
  /// where there is none.
  static std::unique_ptr<Channel> Evict(Host& host);
  /// Ends a session; a carrier's own stays until the last of those that share it has gone.
  void End(std::unique_ptr<Channel> channel);
  /// A session of bytes has gone.
  void Gone(const Endpoint& host, const void* session);
  /// Where a new session of that account belongs; under mu_. `bytes`: it carries nobody, and where it is to be
  /// compressed it shares nothing.
  Place FindPlace(const Endpoint& endpoint, Account& account, bool bytes);
  std::string NewControlPath();
  static int& CountOf(Host& host, Account& account, Kind kind) {
    return kind == Kind::kShort ? account.channels : host.long_sessions;
  }

  // Constant after construction.
  const SshRunnerOptions options_;
  // Locks itself.
  Backoff backoff_;
  // Protected by mu_.
  std::mutex mu_;
  std::condition_variable changed_;
  std::map<std::string, Host> hosts_;
  std::map<const void*, Place> places_;  // by channel, or session of bytes
  absl::optional<ControlFolder> control_folder_;
  int control_paths_ = 0;
};

/// Runs commands over ssh: a model of `Runner`. Short commands share a few channels per account; a long one has a
/// session of its own. Limits hold per host, whatever number of accounts and repositories it has, and each call takes
/// its turn.
///
/// Owns every connection; all of them are gone after the destructor. Threads: any; the destructor alone.
/// Errors as `Runner` says: what a person must mend is FailedPrecondition, at once on every later call; a host that
/// stayed silent for `wait`, and a connection that was lost under a command, are Unavailable: whether the command may
/// run again is the caller's to know.
///
///     SshRunner runner({.wait = absl::Seconds(30)});
///     auto result = runner.Run(repository.endpoint, {.script = "df -Pk ."}, stop.token());
template <Clock C = RealClock>
class BasicSshRunner : public Runner, private SshPool {
 public:
  explicit BasicSshRunner(const SshRunnerOptions& options = {}, C clock = {})
      : SshPool(options), clock_(std::move(clock)) {}

  absl::StatusOr<RemoteResult> Run(const Endpoint& host, const RemoteCommand& command, const StopToken& stop) override {
    const auto now = [this] { return clock_.Monotonic(); };
    return RunShort(host, command, stop, now);
  }
  absl::StatusOr<RemoteResult> RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                       ProgressProbe moved, const StopToken& stop) override {
    const auto now = [this] { return clock_.Monotonic(); };
    return RunInSession(host, command, sink, moved, stop, now);
  }
  absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint& host, const StopToken& stop) override {
    const auto now = [this] { return clock_.Monotonic(); };
    return OpenSession(host, stop, now);
  }
  void Release(const Endpoint& host) override { CloseIdle(host); }
  absl::StatusOr<std::unique_ptr<RemoteBytes>> OpenBytes(const Endpoint& host, ByteWay way,
                                                         const RemoteCommand& command, const StopToken& stop) override {
    const auto now = [this] { return clock_.Monotonic(); };
    return OpenByteSession(host, way, command, stop, now);
  }

 private:
  C clock_;
};

extern template class BasicSshRunner<RealClock>;
using SshRunner = BasicSshRunner<RealClock>;

}  // namespace sshsync

#endif  // SSHSYNC_SSH_SSH_RUNNER_H_
