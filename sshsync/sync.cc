#include "sshsync/sync.h"

#include <unistd.h>

#include <array>
#include <mutex>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sshsync/base/status.h"
#include "sshsync/exec/cascade.h"
#include "sshsync/exec/ssh_runner.h"
#include "sshsync/plan/queue.h"
#include "sshsync/record/lock.h"
#include "sshsync/record/places.h"

namespace sshsync {
namespace {

// One event at a time, each with its time.
class OrderedEvents : public EventSink {
 public:
  OrderedEvents(EventSink& sink, RealClock& clock) : sink_(sink), clock_(clock) {}
  void On(const Event& event) override {
    Event stamped = event;
    stamped.time = clock_.Now();
    const std::lock_guard lock(mu_);
    sink_.On(stamped);
  }

 private:
  std::mutex mu_;
  EventSink& sink_;
  RealClock& clock_;
};

std::string Controller() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return absl::StrCat(name.data(), " (pid ", getpid(), ")");
}

std::string RunId(absl::Time now, unsigned random) {
  return absl::StrCat(absl::FormatTime("%Y%m%d-%H%M%S", now, absl::UTCTimeZone()), "-", absl::StrFormat("%04x", random & 0xffff));
}

absl::StatusOr<RunLock> Lock(const Configuration& configuration, const SyncOptions& options, absl::Time now, const StopToken& stop) {
  std::string pid_file = options.pid_file.empty() ? configuration.settings.pid_file : options.pid_file;
  std::string state_dir = options.state_dir.empty() ? configuration.settings.state_dir : options.state_dir;
  if (pid_file.empty() || state_dir.empty()) {
    SSHSYNC_ASSIGN_OR_RETURN(const Places places, DefaultPlaces(Account::Current()));
    if (pid_file.empty()) pid_file = places.pid_file;
    if (state_dir.empty()) state_dir = places.state_dir;
  }
  return RunLock::Acquire({.pid_file = pid_file, .state_dir = state_dir, .started = now, .lock_wait = options.lock_wait},
                          [&stop](absl::Duration pause) { return stop.WaitFor(pause); });
}

// The configuration with the options of this run laid over it.
Configuration WithOptions(Configuration configuration, const SyncOptions& options) {
  for (Repository& repository : configuration.repositories) {
    repository.timeout = options.timeout.value_or(repository.timeout);
    repository.wait = options.wait.value_or(repository.wait);
    repository.retries = options.retries.value_or(repository.retries);
  }
  return configuration;
}

}  // namespace

absl::StatusOr<Report> Synchronize(const Configuration& given, const SyncOptions& options, EventSink& sink, const StopToken& stop) {
  RealClock clock;
  OrderedEvents events(sink, clock);
  const Configuration configuration = WithOptions(given, options);
  SSHSYNC_ASSIGN_OR_RETURN(const ResolvedQueue queue, ResolveQueue(configuration, {.steps = options.queue}));
  const unsigned seed = options.seed.value_or(std::random_device()());
  Report report{.run = RunId(clock.Now(), seed), .verb = options.verb == Verb::kSync ? "sync" : options.verb == Verb::kPlan ? "plan" : "verify",
                .queue = queue.names(), .started = clock.Now(), .repositories = {}};
  absl::optional<RunLock> lock;
  if (options.verb == Verb::kSync) {
    SSHSYNC_ASSIGN_OR_RETURN(lock, Lock(configuration, options, report.started, stop));
  }
  const auto tell = [&](EventKind kind, LogLevel level, absl::string_view message) {
    events.On({.kind = kind, .run = report.run, .level = level, .message = std::string(message)});
  };
  tell(EventKind::kRunStarted, LogLevel::kInfo, options.verb == Verb::kSync ? "sync" : report.verb);
  for (const std::string& warning : queue.warnings) tell(EventKind::kMessage, LogLevel::kWarning, warning);
  if (lock && !lock->warning().empty()) tell(EventKind::kMessage, LogLevel::kWarning, lock->warning());

  absl::Duration wait = absl::ZeroDuration();
  for (const Repository& repository : configuration.repositories) wait = std::max(wait, repository.wait);
  BasicSshRunner<RealClock> runner({.wait = wait, .max_sessions = configuration.settings.max_sessions, .seed = seed});
  Backoff backoff(seed);
  RunContext<BasicSshRunner<RealClock>, RealClock> context{.runner = runner, .clock = clock, .events = events, .stop = stop, .run = report.run,
                                                           .controller = Controller(), .backoff = backoff, .fail_fast = options.fail_fast,
                                                           .itemize = options.itemize};
  const int jobs = options.jobs > 0 ? options.jobs : configuration.settings.jobs;
  report.repositories = Cascade(context, configuration, options.verb, jobs).Run(queue);
  report.ended = clock.Now();
  report.signal = std::max(stop.reason(), 0);
  const int code = report.exit_code();
  tell(EventKind::kRunEnded, code == 0 ? LogLevel::kInfo : LogLevel::kError, code == 0 ? "done" : absl::StrCat("ended with exit code ", code));
  return report;
}

}  // namespace sshsync
