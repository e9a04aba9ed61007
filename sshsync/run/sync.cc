#include "sshsync/sync.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "sshsync/base/status.h"
#include "sshsync/cascade/cascade.h"
#include "sshsync/cascade/restorer.h"
#include "sshsync/config/bandwidth_check.h"
#include "sshsync/plan/queue.h"
#include "sshsync/process/stop_deadline.h"
#include "sshsync/record/state/block_flusher.h"
#include "sshsync/record/state/block_history.h"
#include "sshsync/record/state/stored_digests.h"
#include "sshsync/record/state_paths.h"
#include "sshsync/run/recorded_run.h"
#include "sshsync/run/run_environment.h"

namespace sshsync {
namespace {

absl::string_view VerbName(Verb verb) {
  switch (verb) {
    case Verb::kSync:
      return "sync";
    case Verb::kPlan:
      return "plan";
    case Verb::kVerify:
      return "verify";
    case Verb::kRestore:
      return "restore";
  }
  return "";
}

bool Writes(Verb verb) { return verb == Verb::kSync || verb == Verb::kRestore; }

// The configuration with the options of this run laid over it.
Configuration WithOptions(Configuration configuration, const SyncOptions& options) {
  for (Repository& repository : configuration.repositories) {
    repository.timeout = options.timeout.value_or(repository.timeout);
    repository.wait = options.wait.value_or(repository.wait);
    repository.retries = options.retries.value_or(repository.retries);
    if (!options.bwlimit.empty()) repository.bwlimit = options.bwlimit == "off" ? "" : options.bwlimit;
    repository.del = repository.del || options.del;
    repository.max_delete = options.max_delete.value_or(repository.max_delete);
    repository.filter.insert(repository.filter.begin(), options.filter.begin(), options.filter.end());
  }
  return configuration;
}

// What would load a line more than asked is an error before anything is contacted.
absl::Status CanRun(const Configuration& configuration, const ResolvedQueue& queue) {
  std::vector<std::string> names;
  for (const auto& step : queue.steps) {
    for (const QueueEntry& entry : step) names.push_back(entry.repository->name);
  }
  return CheckBandwidthLimits(configuration, names);
}

// When a run that writes has to end; nothing where it may take its time.
absl::StatusOr<absl::optional<absl::Time>> StopTime(const Configuration& configuration, const SyncOptions& options) {
  const std::string& text = options.stop_at.empty() ? configuration.settings.stop_at : options.stop_at;
  if (options.verb != Verb::kSync || text.empty()) return absl::nullopt;
  const auto at = NextTimeOfDay(text, absl::Now(), absl::LocalTimeZone());
  if (!at)
    return MakeError(Failure::kUsage,
                     absl::StrCat("stop at ", text, ": that is no time of day: give HH:MM, as in 06:30"));
  return at;
}

size_t CountOf(const ResolvedQueue& queue) {
  size_t count = 0;
  for (const auto& step : queue.steps) count += step.size();
  return count;
}

// What is known of the repositories before anything is done: a run that is killed leaves that in the record.
std::vector<RepositoryReport> NotBegun(const ResolvedQueue& queue) {
  std::vector<RepositoryReport> reports;
  for (const auto& step : queue.steps) {
    for (const QueueEntry& entry : step) {
      reports.push_back({.name = entry.repository->name,
                         .parent = entry.repository->parent,
                         .host = entry.repository->endpoint.host,
                         .outcome = Outcome::kStopped});
    }
  }
  return reports;
}

// `runner`: nullptr for one over ssh.
absl::StatusOr<Report> RunAll(Runner* runner, const Configuration& given, const SyncOptions& options, EventSink& events,
                              const StopToken& stop) {
  const Configuration configuration = WithOptions(given, options);
  SSHSYNC_ASSIGN_OR_RETURN(const ResolvedQueue queue, ResolveQueue(configuration, {.steps = options.queue}));
  SSHSYNC_RETURN_IF_ERROR(CanRun(configuration, queue));
  SSHSYNC_ASSIGN_OR_RETURN(const auto stop_time, StopTime(configuration, options));
  const StopDeadline window(stop, stop_time);
  BlockHistory history(events, CountOf(queue));
  RunEnvironment environment(configuration, runner, history, window.token(), window.drain(), options.seed,
                             options.first_pause, !Writes(options.verb));
  const auto tell = [&environment](LogLevel level, absl::string_view text) {
    environment.Emit(EventKind::kMessage, level, text);
  };
  Report report{.run = environment.context().run,
                .verb = std::string(VerbName(options.verb)),
                .queue = queue.names(),
                .started = environment.Now()};
  report.repositories = NotBegun(queue);
  std::unique_ptr<RecordedRun> writing;
  absl::optional<BlockFlusher> keeper;
  if (Writes(options.verb)) {
    SSHSYNC_ASSIGN_OR_RETURN(writing, RecordedRun::Begin(configuration, options, report, window.drain(), tell));
    keeper.emplace(history, writing->recorder());
    environment.context().lock = writing->lock_identity();
    environment.context().memory = &writing->recorder();
    environment.context().repository_ended = [&writing, &history](const RepositoryReport& repository) {
      writing->EndRepository(repository, history.Take(repository.name));
    };
  }
  // What is to be verified is read.
  absl::optional<StoredDigests> recalled;
  if (options.verb == Verb::kPlan) {
    const auto paths = StatePathsOf(configuration.settings,
                                    {.pid_file = options.pid_file, .state_dir = options.state_dir}, Account::Current());
    if (paths.ok()) environment.context().memory = &recalled.emplace(paths->state_dir);
  }
  environment.Emit(EventKind::kRunStarted, LogLevel::kInfo, report.verb);
  for (const std::string& warning : queue.warnings) tell(LogLevel::kWarning, warning);

  environment.context().fail_fast = options.fail_fast;
  environment.context().itemize = options.itemize;
  const int jobs = options.jobs > 0 ? options.jobs : configuration.settings.jobs;
  report.repositories =
      options.verb == Verb::kRestore
          ? RestoreAll(environment.context(), configuration, options.restores, std::move(report.repositories))
          : Cascade(environment.context(), configuration, options.verb, jobs).Run(queue);
  report.ended = environment.Now();
  report.signal = std::max(stop.reason(), 0);
  keeper.reset();
  if (writing) writing->End(report);
  const int code = report.exit_code();
  environment.context().events.On({.kind = EventKind::kRunEnded,
                                   .run = report.run,
                                   .action = code == 0 ? "done" : "failed",
                                   .level = code == 0 ? LogLevel::kInfo : LogLevel::kError,
                                   .message = absl::StrCat("exit code ", code)});
  return report;
}

}  // namespace

absl::StatusOr<Report> Synchronize(const Configuration& configuration, const SyncOptions& options, EventSink& events,
                                   const StopToken& stop) {
  return RunAll(nullptr, configuration, options, events, stop);
}

absl::StatusOr<Report> SynchronizeOver(Runner& runner, const Configuration& configuration, const SyncOptions& options,
                                       EventSink& events, const StopToken& stop) {
  return RunAll(&runner, configuration, options, events, stop);
}

}  // namespace sshsync
