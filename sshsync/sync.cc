#include "sshsync/sync.h"

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/exec/cascade.h"
#include "sshsync/plan/queue.h"
#include "sshsync/record/lock.h"
#include "sshsync/record/places.h"
#include "sshsync/run_parts.h"

namespace sshsync {
namespace {

absl::string_view VerbName(Verb verb) { return verb == Verb::kSync ? "sync" : verb == Verb::kPlan ? "plan" : "verify"; }

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

absl::StatusOr<Report> Synchronize(const Configuration& given, const SyncOptions& options, EventSink& events, const StopToken& stop) {
  const Configuration configuration = WithOptions(given, options);
  SSHSYNC_ASSIGN_OR_RETURN(const ResolvedQueue queue, ResolveQueue(configuration, {.steps = options.queue}));
  RunParts parts(configuration, events, stop, options.seed);
  Report report{.run = parts.context().run, .verb = std::string(VerbName(options.verb)), .queue = queue.names(), .started = parts.Now()};
  absl::optional<RunLock> lock;
  if (options.verb == Verb::kSync) {
    SSHSYNC_ASSIGN_OR_RETURN(lock, Lock(configuration, options, report.started, stop));
  }
  parts.Tell(EventKind::kRunStarted, LogLevel::kInfo, report.verb);
  for (const std::string& warning : queue.warnings) parts.Tell(EventKind::kMessage, LogLevel::kWarning, warning);
  if (lock && !lock->warning().empty()) parts.Tell(EventKind::kMessage, LogLevel::kWarning, lock->warning());

  parts.context().fail_fast = options.fail_fast;
  parts.context().itemize = options.itemize;
  const int jobs = options.jobs > 0 ? options.jobs : configuration.settings.jobs;
  report.repositories = Cascade(parts.context(), configuration, options.verb, jobs).Run(queue);
  report.ended = parts.Now();
  report.signal = std::max(stop.reason(), 0);
  const int code = report.exit_code();
  parts.Tell(EventKind::kRunEnded, code == 0 ? LogLevel::kInfo : LogLevel::kError, code == 0 ? "done" : absl::StrCat("ended with exit code ", code));
  return report;
}

}  // namespace sshsync
