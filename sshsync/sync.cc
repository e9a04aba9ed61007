#include "sshsync/sync.h"

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/config/unbuilt.h"
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

// What would copy, load or publish more than asked, and what is not there to do it with, is an error before anything is contacted.
absl::Status CanRun(const Configuration& configuration, const ResolvedQueue& queue, Verb verb) {
  std::vector<std::string> names;
  for (const auto& step : queue.steps) {
    for (const QueueEntry& entry : step) {
      names.push_back(entry.repository->name);
      if (verb != Verb::kSync || entry.repository->templates.contains("synccmd")) continue;
      return MakeError(Failure::kConfig, absl::StrCat(entry.repository->file, ":", entry.repository->line, ": section [", entry.repository->name,
                                                      "] has no synccmd, and the builtin transfer is not built yet: give it a synccmd"));
    }
  }
  return RunBlockers(configuration, names);
}

}  // namespace

absl::StatusOr<Report> Synchronize(const Configuration& given, const SyncOptions& options, EventSink& events, const StopToken& stop) {
  const Configuration configuration = WithOptions(given, options);
  SSHSYNC_ASSIGN_OR_RETURN(const ResolvedQueue queue, ResolveQueue(configuration, {.steps = options.queue}));
  SSHSYNC_RETURN_IF_ERROR(CanRun(configuration, queue, options.verb));
  RunParts parts(configuration, events, stop, options.seed, options.first_pause);
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
  parts.context().events.On({.kind = EventKind::kRunEnded, .run = report.run, .action = code == 0 ? "done" : "failed",
                             .level = code == 0 ? LogLevel::kInfo : LogLevel::kError, .message = absl::StrCat("exit code ", code)});
  return report;
}

}  // namespace sshsync
