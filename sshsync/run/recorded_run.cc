#include "sshsync/run/recorded_run.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/process/local_command.h"
#include "sshsync/record/replace_file.h"
#include "sshsync/record/report/metrics.h"
#include "sshsync/record/report/report_json.h"
#include "sshsync/run/recorded_options.h"
#include "sshsync/text/escape.h"

namespace sshsync {
namespace {

constexpr absl::Duration kHookLimit = absl::Seconds(60), kHookLimitAfterSignal = absl::Seconds(2);

RunRecord RecordOf(const Configuration& configuration, const SyncOptions& options, const Report& report) {
  std::error_code error;
  const std::filesystem::path config = std::filesystem::absolute(configuration.file, error);
  return {.report = report,
          .options = OptionsText(options),
          .config = configuration.file.empty() || error ? configuration.file : config.string(),
          .resumes = options.resumes,
          .pid = getpid()};
}

}  // namespace

absl::StatusOr<std::unique_ptr<RecordedRun>> RecordedRun::Begin(const Configuration& configuration,
                                                                const SyncOptions& options, const Report& report,
                                                                const StopToken& stop, LogMessage log) {
  SSHSYNC_ASSIGN_OR_RETURN(
      StatePaths paths,
      StatePathsOf(configuration.settings, {.pid_file = options.pid_file, .state_dir = options.state_dir},
                   Account::Current()));
  std::unique_ptr<RecordedRun> run(new RecordedRun(configuration.settings, std::move(paths), std::move(log)));
  SSHSYNC_ASSIGN_OR_RETURN(run->lock_, RunLock::Acquire({.pid_file = run->paths_.pid_file,
                                                         .state_dir = run->paths_.state_dir,
                                                         .started = report.started,
                                                         .lock_wait = options.lock_wait},
                                                        [&stop](absl::Duration pause) { return stop.WaitFor(pause); }));
  if (!run->lock_->warning().empty()) run->log_(LogLevel::kWarning, run->lock_->warning());
  SSHSYNC_ASSIGN_OR_RETURN(
      run->recorder_, RunRecorder::Begin(run->paths_.state_dir, RecordOf(configuration, options, report),
                                         [log = run->log_](absl::string_view text) { log(LogLevel::kWarning, text); }));
  return run;
}

void RecordedRun::End(const Report& report) {
  const int exit_code = report.exit_code();
  recorder_->EndRun(report, exit_code, settings_.keep_runs);
  if (!settings_.metrics_file.empty()) {
    const absl::Status written = ReplaceFile(
        settings_.metrics_file, MetricsText(report, exit_code, recorder_->Repositories(), report.ended), 0644);
    if (!written.ok()) log_(LogLevel::kWarning, absl::StrCat("the metrics could not be written: ", written.message()));
  }
  lock_.reset();
  RunHooks(report, exit_code);
}

void RecordedRun::RunHooks(const Report& report, int exit_code) {
  const bool changed =
      std::any_of(report.repositories.begin(), report.repositories.end(),
                  [](const RepositoryReport& one) { return one.copied + one.replaced + one.deleted > 0; });
  std::vector<std::pair<absl::string_view, absl::string_view>> hooks;
  if (changed && !settings_.on_change.empty()) hooks.emplace_back("on_change", settings_.on_change);
  const absl::string_view name = exit_code == 0 ? "on_success" : "on_failure";
  const absl::string_view command = exit_code == 0 ? settings_.on_success : settings_.on_failure;
  if (!command.empty()) hooks.emplace_back(name, command);
  if (hooks.empty()) return;

  std::string file = absl::StrCat(paths_.state_dir, "/report.json");
  if (const absl::Status written = ReplaceFile(file, ReportToJson(report), 0600); !written.ok()) {
    log_(LogLevel::kWarning, absl::StrCat("the hooks get no REPORT: ", written.message()));
    file.clear();
  }
  const std::vector<std::string> environment = {absl::StrCat("RUN=", report.run), absl::StrCat("STATUS=", exit_code),
                                                absl::StrCat("SUMMARY=", SummaryOf(report)),
                                                absl::StrCat("REPORT=", file)};
  for (const auto& [key, text] : hooks) {
    const LocalCommandResult result =
        RunHook(text, environment, report.signal > 0 ? kHookLimitAfterSignal : kHookLimit);
    const std::string said = CleanForTerminal(absl::StripSuffix(result.output, "\n"));
    if (!result.status.ok()) {
      log_(LogLevel::kWarning, absl::StrCat(key, " ", result.status.message(), said.empty() ? "" : ": ", said));
    } else if (!said.empty()) {
      log_(LogLevel::kInfo, absl::StrCat(key, ": ", said));
    }
  }
}

std::string SummaryOf(const Report& report) {
  size_t equal = 0;
  int64_t changed = 0, deleted = 0, failed = 0;
  const RepositoryReport* worst = nullptr;
  for (const RepositoryReport& one : report.repositories) {
    equal += EndedWell(one);
    changed += one.copied + one.replaced;
    deleted += one.deleted;
    failed += one.failed;
    if (!EndedWell(one) &&
        (worst == nullptr || (worst->outcome == Outcome::kWaiting && one.outcome != Outcome::kWaiting)))
      worst = &one;
  }
  std::string text = absl::StrCat(
      equal, " of ", report.repositories.size(),
      report.repositories.size() == 1 ? " repository equals its parent" : " repositories equal their parents");
  if (changed > 0) absl::StrAppend(&text, ", ", changed, changed == 1 ? " file changed" : " files changed");
  if (deleted > 0) absl::StrAppend(&text, ", ", deleted, " deleted");
  if (failed > 0) absl::StrAppend(&text, ", ", failed, failed == 1 ? " file failed" : " files failed");
  if (report.signal > 0) absl::StrAppend(&text, "; ended by signal ", report.signal);
  if (worst == nullptr) return text;
  std::string why = worst->message;
  for (const FileOutcome& file : worst->files) {
    if (why.empty() && file.failure != Failure::kNone)
      why = absl::StrCat(EscapeForTerminal(file.path), ": ", file.message);
  }
  return absl::StrCat(text, "; ", worst->name, " ", OutcomeName(worst->outcome), why.empty() ? "" : ": ",
                      CleanForTerminal(why));
}

}  // namespace sshsync
