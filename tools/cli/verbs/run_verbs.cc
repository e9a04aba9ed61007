#include "tools/cli/verbs/run_verbs.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/config/bandwidth_check.h"
#include "sshsync/plan/queue.h"
#include "sshsync/record/report/event_log.h"
#include "sshsync/record/report/report_json.h"
#include "sshsync/resume.h"
#include "sshsync/text/escape.h"
#include "tools/cli/text/probe_text.h"
#include "tools/cli/text/run_text.h"
#include "tools/cli/verbs/load_configuration.h"
#include "tools/cli/verbs/open_log.h"
#include "tools/cli/verbs/signals.h"
#include "tools/cli/view/fan_out.h"
#include "tools/cli/view/human_printer.h"
#include "tools/cli/view/live_view.h"
#include "tools/cli/view/redraw_timer.h"
#include "tools/cli/view/screen.h"

namespace sshsync::cli {
namespace {

int Fail(const absl::Status& error, OutputStream& err) {
  err.Write(ErrorText(error));
  return InfoOf(FailureOf(error)).exit_code;
}

/// `--events FILE`: appends to a file, or writes to stdout.
class EventLines : public EventSink {
 public:
  explicit EventLines(int fd, bool owns) : stream_(fd), owns_(owns) {}
  ~EventLines() override {
    if (owns_) close(stream_.fd());
  }
  void On(const Event& event) override { stream_.Write(EventToJsonLine(event)); }

 private:
  OutputStream stream_;
  const bool owns_;
};

absl::StatusOr<std::unique_ptr<EventLines>> OpenEvents(const std::string& file) {
  if (file == "-") return std::make_unique<EventLines>(STDOUT_FILENO, false);
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
  if (fd < 0)
    return MakeError(Failure::kUsage, absl::StrCat("--events ", EscapeForTerminal(file), ": ", strerror(errno)));
  return std::make_unique<EventLines>(fd, true);
}

/// The log, which may go to the terminal on which the live rows are.
class LogLines : public EventSink {
 public:
  LogLines(Screen& screen, LogSink* sink) : screen_(screen), sink_(sink) {}
  void On(const Event& event) override {
    if (sink_ == nullptr || event.kind == EventKind::kFileProgress) return;
    const auto write = [&] { EventLog(*sink_).On(event); };
    screen_.err_is_terminal() && sink_->Enabled(EventLevel(event)) ? screen_.Around(write) : write();
  }
  bool watches() const override { return false; }

 private:
  Screen& screen_;
  LogSink* const sink_;
};

std::vector<std::string> Flat(const std::vector<std::vector<std::string>>& steps) {
  std::vector<std::string> names;
  for (const std::vector<std::string>& step : steps) names.insert(names.end(), step.begin(), step.end());
  return names;
}

std::vector<std::string> WarningsOf(const LoadedConfiguration& loaded) {
  std::vector<std::string> warnings;
  for (const ConfigDiagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity == Severity::kWarning && !diagnostic.for_check) warnings.push_back(Render(diagnostic));
  }
  return warnings;
}

SyncOptions OptionsOf(const CommandLine& line) {
  SyncOptions options;
  options.verb = line.verb == VerbId::kRestore                ? sshsync::Verb::kRestore
                 : line.verb == VerbId::kVerify               ? sshsync::Verb::kVerify
                 : line.verb == VerbId::kPlan || line.dry_run ? sshsync::Verb::kPlan
                                                              : sshsync::Verb::kSync;
  if (line.verb == VerbId::kRestore) options.restores = line.words[0];
  options.jobs = line.jobs;
  options.timeout = line.timeout;
  options.wait = line.wait;
  options.retries = line.retries;
  options.bwlimit = line.bwlimit;
  options.del = line.del;
  options.max_delete = line.max_delete;
  options.filter = line.filter;
  options.fail_fast = line.fail_fast;
  options.itemize = line.itemize && line.verbose > 0;
  options.pid_file = line.pid_file;
  options.state_dir = line.state_dir;
  options.lock_wait = line.lock_wait.value_or(absl::ZeroDuration());
  options.stop_at = line.stop_at;
  return options;
}

HumanPrinter::Options PrinterOptions(const CommandLine& line, const OutputStream& out, LogPolicy policy) {
  HumanPrinter::Options options;
  options.verbose = line.verbose;
  // A dry run is a plan in few words.
  options.itemize = line.itemize || line.dry_run;
  options.quiet = line.quiet;
  options.problems = policy != LogPolicy::kLog;
  options.warnings = policy == LogPolicy::kPrinter || (policy == LogPolicy::kErrors && line.verbose > 0);
  options.results = !line.json && line.events != "-";
  options.summary = out.is_terminal();
  return options;
}

bool ShowsProgress(const CommandLine& line, const OutputStream& err) {
  if (line.progress != Progress::kAuto) return line.progress == Progress::kAlways;
  return err.is_terminal() && !line.quiet && line.verbose == 0;
}

/// The options with which a recorded run is continued; without a queue where there is none to continue.
absl::StatusOr<SyncOptions> ResumedOptions(const CommandLine& line, const Configuration& configuration) {
  SSHSYNC_ASSIGN_OR_RETURN(const auto resumption,
                           FindResumption(configuration, line.words.empty() ? "" : line.words[0], OptionsOf(line)));
  if (!resumption) return OptionsOf(line);
  std::error_code error;
  const std::string config = std::filesystem::absolute(configuration.file, error).string();
  if (line.config.empty() && !resumption->config.empty() && resumption->config != config) {
    return MakeError(Failure::kUsage,
                     absl::StrCat("run ", resumption->options.resumes, " had another configuration: say --config ",
                                  EscapeForTerminal(resumption->config), ", or name the one to use now"));
  }
  return resumption->options;
}

/// What a verb is asked to do, checked against the configuration before anything is opened or contacted.
absl::StatusOr<ResolvedQueue> QueueOf(const CommandLine& line, const Configuration& configuration,
                                      const SyncOptions& options) {
  if (line.verb == VerbId::kProbe) {
    SSHSYNC_RETURN_IF_ERROR(ResolveNames(configuration, line.words).status());
    return ResolvedQueue();
  }
  const QueueRequest request =
      line.verb == VerbId::kVerify    ? QueueRequest{.steps = {line.words}}
      : line.verb == VerbId::kRestore ? QueueRequest{.steps = {{line.words[1]}}}
      : line.verb == VerbId::kResume
          ? QueueRequest{.steps = options.queue}
          : QueueRequest{.steps = line.steps, .cascade = line.cascade, .exclude = line.exclude_repos};
  SSHSYNC_ASSIGN_OR_RETURN(ResolvedQueue queue, ResolveQueue(configuration, request));
  if (line.verb != VerbId::kVerify) SSHSYNC_RETURN_IF_ERROR(CheckBandwidthLimits(configuration, Flat(queue.names())));
  return queue;
}

}  // namespace

int RunVerb(const CommandLine& line, const EngineApi& engine, OutputStream& out, OutputStream& err) {
  const auto loaded = LoadConfiguration(line);
  if (!loaded.ok()) return Fail(loaded.status(), err);
  if (!loaded->ok()) {
    err.Write(ErrorsOf(*loaded));
    return InfoOf(FailureOf(loaded->status())).exit_code;
  }
  const Configuration& configuration = loaded->configuration;
  auto options = line.verb == VerbId::kResume ? ResumedOptions(line, configuration) : OptionsOf(line);
  if (!options.ok()) return Fail(options.status(), err);
  if (line.verb == VerbId::kResume && options->queue.empty()) {
    if (!line.quiet)
      out.Write("sshsync: nothing to resume: every run ended well, or a later one did for all its repositories\n");
    return 0;
  }
  const auto queue = QueueOf(line, configuration, *options);
  if (!queue.ok()) return Fail(queue.status(), err);
  options->queue = queue->names();
  const auto log = OpenLog(line, err.is_terminal());
  if (!log.ok()) return Fail(log.status(), err);

  Screen screen(out, err);
  HumanPrinter printer(screen, PrinterOptions(line, out, log->policy));
  LiveView live(screen, WantsColour(err));
  LogLines log_lines(screen, log->sink.get());
  std::unique_ptr<EventLines> lines;
  FanOut sinks;
  if (!line.events.empty()) {
    auto opened = OpenEvents(line.events);
    if (!opened.ok()) return Fail(opened.status(), err);
    lines = *std::move(opened);
    sinks.Add(*lines);
  }
  sinks.Add(log_lines);
  sinks.Add(printer);
  if (ShowsProgress(line, err)) sinks.Add(live);
  for (const std::string& warning : WarningsOf(*loaded)) {
    sinks.On({.kind = EventKind::kMessage, .time = absl::Now(), .level = LogLevel::kWarning, .message = warning});
  }

  absl::optional<RedrawTimer> redraw_timer;
  if (ShowsProgress(line, err) && err.is_terminal())
    redraw_timer.emplace(
        sinks, [&live](absl::Duration silent) { live.Redraw(silent); }, engine.redraw);
  EventSink& events = redraw_timer ? static_cast<EventSink&>(*redraw_timer) : sinks;
  StopSource stop;
  const StopOnSignals catcher(stop);
  if (line.verb == VerbId::kProbe) {
    const auto probes = engine.probe(configuration, line.words, events, stop.token());
    redraw_timer.reset();
    screen.Clear();
    if (!probes.ok()) return Fail(probes.status(), err);
    out.Write(ProbeText(*probes, line.verbose > 0));
    const int reason = stop.token().reason();
    return WorseExitCode(ProbeExitCode(*probes), reason > 0 ? 128 + reason : 0);
  }
  const auto report = engine.synchronize(configuration, *options, events, stop.token());
  redraw_timer.reset();
  screen.Clear();
  if (!report.ok()) return Fail(report.status(), err);
  printer.Finish(*report);
  if (line.json) out.Write(ReportToJson(*report));
  return report->exit_code();
}

}  // namespace sshsync::cli
