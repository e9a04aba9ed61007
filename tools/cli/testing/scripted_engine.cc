#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/probe.h"
#include "sshsync/sync.h"
#include "tools/cli/verbs/tool.h"

namespace sshsync {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'767'225'600);

/// Tells the same story in every run: each repository whose name does not begin with `bad` gets one new and one changed
/// file; the others fail at their first command. A repository named `locked` is another run's, `signal` is one during
/// which a signal comes; in the middle of `pause` the story waits until a line can be read from stdin.
class Story {
 public:
  Story(const Configuration& configuration, const SyncOptions& options, EventSink& events, const StopToken& stop)
      : configuration_(configuration), options_(options), events_(events), stop_(stop) {}

  absl::StatusOr<Report> Tell() {
    report_.run = "20260101-000000-test";
    report_.verb = options_.verb == Verb::kSync ? "sync" : options_.verb == Verb::kPlan ? "plan" : "verify";
    report_.queue = options_.queue;
    report_.started = kStart;
    for (const std::vector<std::string>& step : options_.queue) {
      for (const std::string& name : step) {
        if (name == "locked")
          return MakeError(Failure::kLocked, "already running (pid 4711, since 2026-01-01 00:00:00)");
        if (name == "signal") {
          raise(SIGTERM);
          report_.signal = stop_.reason();
        }
        name.rfind("bad", 0) == 0 ? Fail(name) : Move(name);
      }
    }
    report_.ended = Now();
    return report_;
  }

 private:
  absl::Time Now() { return kStart + absl::Seconds(seconds_); }

  void Emit(Event event) {
    event.time = Now();
    events_.On(event);
  }

  RepositoryReport& Begin(const std::string& name) {
    const Repository* repository = configuration_.Find(name);
    Emit({.kind = EventKind::kRepositoryStarted, .repository = name, .parent = repository->parent});
    return report_.repositories.emplace_back(
        RepositoryReport{.name = name, .parent = repository->parent, .started = Now(), .ended = Now()});
  }

  void Move(const std::string& name) {
    RepositoryReport& result = Begin(name);
    result.kept = 18;
    result.copied = result.replaced = 1;
    result.bytes = 4'000'000;
    result.files = {{.path = "app/new file\n.jar", .action = "copy", .bytes = 1'000'000},
                    {.path = "app/old.jar", .action = "replace", .bytes = 3'000'000}};
    result.outcome = options_.verb == Verb::kSync   ? Outcome::kChanged
                     : options_.verb == Verb::kPlan ? Outcome::kPlanned
                                                    : Outcome::kDiffers;
    if (options_.verb == Verb::kVerify) result.failure = Failure::kDiffers;
    Emit({.kind = EventKind::kPlanned,
          .repository = name,
          .files = 2,
          .bytes = 4'000'000,
          .message = "1 to copy, 1 to replace, 18 equal"});
    if (options_.verb != Verb::kSync) return;
    for (const FileOutcome& file : result.files) {
      if (name == "pause") {
        seconds_ += 1;
        Emit({.kind = EventKind::kFileStarted, .repository = name, .path = file.path, .total = file.bytes});
        for (char c = 0; c != '\n' && read(STDIN_FILENO, &c, 1) == 1;) {
        }
      }
      for (int part = 1; part <= 2; ++part) {
        seconds_ += 1;
        Emit({.kind = EventKind::kFileProgress,
              .repository = name,
              .path = file.path,
              .bytes = file.bytes * part / 2,
              .total = file.bytes});
      }
      Emit({.kind = EventKind::kFilePublished,
            .repository = name,
            .path = file.path,
            .action = file.action,
            .bytes = file.bytes});
    }
    Emit(
        {.kind = EventKind::kRepositoryEnded, .repository = name, .action = "changed", .files = 2, .bytes = 4'000'000});
  }

  void Fail(const std::string& name) {
    RepositoryReport& result = Begin(name);
    result.outcome = Outcome::kFailed;
    result.failed = 1;
    result.failure = Failure::kCommandNotFound;
    result.message = "sha256sum is not installed";
    result.command = "sha256sum \"${FILEPATH}\"";
    result.output = "sh: 1: sha256sum: not found\n\x1b[31mred\n";
    Emit({.kind = EventKind::kRepositoryEnded,
          .repository = name,
          .action = "failed",
          .failure = result.failure,
          .message = result.message,
          .command = result.command,
          .output = result.output,
          .exit_status = 127});
  }

  const Configuration& configuration_;
  const SyncOptions& options_;
  EventSink& events_;
  const StopToken& stop_;
  Report report_;
  int seconds_ = 0;
};

absl::StatusOr<Report> Scripted(const Configuration& configuration, const SyncOptions& options, EventSink& events,
                                const StopToken& stop) {
  return Story(configuration, options, events, stop).Tell();
}

absl::StatusOr<std::vector<RepositoryProbe>> ScriptedProbe(const Configuration& configuration,
                                                           const std::vector<std::string>& names, EventSink&,
                                                           const StopToken&) {
  std::vector<RepositoryProbe> probes;
  for (const std::string& name : names) {
    RepositoryProbe probe = {.name = name,
                             .host = configuration.Find(name)->endpoint.host,
                             .system = "Linux 6.1 x86_64",
                             .root = "/srv/app",
                             .free_bytes = 12'300'000'000,
                             .round_trip = absl::Milliseconds(12),
                             .checks = {}};
    probe.checks.push_back({.name = "connection", .ok = true, .detail = "as deploy"});
    if (name.rfind("bad", 0) == 0) {
      probe.checks.push_back({.name = "digestcmd",
                              .ok = false,
                              .failure = Failure::kCommandNotFound,
                              .detail = "sha256sum is not installed"});
    }
    probes.push_back(probe);
  }
  return probes;
}

}  // namespace
}  // namespace sshsync

int main(int argc, char** argv) {
  return sshsync::cli::RunTool(
      std::vector<std::string>(argv + 1, argv + argc),
      {.synchronize = sshsync::Scripted, .probe = sshsync::ScriptedProbe, .redraw = absl::InfiniteDuration()});
}
