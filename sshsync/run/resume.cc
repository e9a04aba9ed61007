#include "sshsync/resume.h"

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/record/state/state.h"
#include "sshsync/record/state_paths.h"
#include "sshsync/run/recorded_options.h"
#include "sshsync/text/escape.h"

namespace sshsync {
namespace {

absl::StatusOr<State> Open(const Configuration& configuration, const SyncOptions& given) {
  SSHSYNC_ASSIGN_OR_RETURN(
      const StatePaths paths,
      StatePathsOf(configuration.settings, {.pid_file = given.pid_file, .state_dir = given.state_dir},
                   Account::Current()));
  auto state = State::OpenForReading(paths.state_dir);
  if (state.ok()) return state;
  const Failure failure = FailureOf(state.status()) == Failure::kState ? Failure::kState : Failure::kUsage;
  return MakeError(failure,
                   absl::StrCat(state.status().message(), ": type the original command, which goes on just as well"));
}

}  // namespace

absl::StatusOr<absl::optional<Resumption>> FindResumption(const Configuration& configuration, const std::string& run,
                                                          const SyncOptions& given) {
  SSHSYNC_ASSIGN_OR_RETURN(const State state, Open(configuration, given));
  SSHSYNC_ASSIGN_OR_RETURN(const auto record, run.empty() ? state.LastUnfinished() : state.Find(run));
  if (!record) {
    if (run.empty()) return absl::nullopt;
    return MakeError(Failure::kUsage, absl::StrCat("no run, or more than one, is known by ", EscapeForTerminal(run),
                                                   ": sshsync log lists them"));
  }
  SSHSYNC_ASSIGN_OR_RETURN(const bool unfinished, state.IsUnfinished(record->report.run));
  if (!unfinished) return absl::nullopt;
  Resumption resumption{.options = given, .config = record->config};
  resumption.options.verb = Verb::kSync;
  resumption.options.queue = record->report.queue;
  resumption.options.resumes = record->report.run;
  RepeatOptions(record->options, resumption.options);
  return absl::make_optional(std::move(resumption));
}

}  // namespace sshsync
