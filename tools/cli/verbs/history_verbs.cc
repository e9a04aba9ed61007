#include "tools/cli/verbs/history_verbs.h"

#include <sys/stat.h>

#include <algorithm>
#include <limits>

#include "absl/time/clock.h"
#include "sshsync/base/status.h"
#include "sshsync/base/version.h"
#include "sshsync/record/replace_file.h"
#include "sshsync/record/report/history.h"
#include "sshsync/record/report/report_json.h"
#include "tools/cli/page/page.h"
#include "tools/cli/text/history_text.h"
#include "tools/cli/text/run_text.h"
#include "tools/cli/verbs/load_configuration.h"
#include "tools/cli/view/screen.h"

namespace sshsync::cli {
namespace {

constexpr int kOverdue = 10;

int Fail(const absl::Status& error, OutputStream& err) {
  err.Write(ErrorText(error));
  return InfoOf(FailureOf(error)).exit_code;
}

HistoryFormat LookFor(const OutputStream& out) {
  return {.now = absl::Now(), .zone = absl::LocalTimeZone(), .colour = WantsColour(out)};
}

StatePaths GivenPlaces(const CommandLine& line) { return {.pid_file = line.pid_file, .state_dir = line.state_dir}; }

/// A state folder that is named needs no configuration, and the record no sound one.
absl::StatusOr<State> OpenRecord(const CommandLine& line) {
  const auto loaded = LoadConfiguration(line);
  if (!loaded.ok() && line.state_dir.empty()) return loaded.status();
  return OpenHistory(loaded.ok() ? loaded->configuration.settings : Settings(), GivenPlaces(line));
}

absl::Status PrintRuns(const CommandLine& line, const State& state, OutputStream& out) {
  // For people the last screenful; a program gets all.
  SSHSYNC_ASSIGN_OR_RETURN(const std::vector<RunRecord> records,
                           state.Runs(line.json || line.verbose > 0 ? std::numeric_limits<int>::max() : 20));
  out.Write(line.json ? RunsToJson(records) : RunsText(records, IsAlive, LookFor(out)));
  return absl::OkStatus();
}

absl::Status PrintRun(const CommandLine& line, const State& state, OutputStream& out) {
  SSHSYNC_ASSIGN_OR_RETURN(const RunRecord record, FindRun(state, line.words[0]));
  out.Write(line.json ? RunToJson(record) : RunText(record, IsAlive, LookFor(out)));
  return absl::OkStatus();
}

absl::Status WritePage(const CommandLine& line, const State& state, OutputStream& out) {
  SSHSYNC_ASSIGN_OR_RETURN(const RunRecord record, FindRun(state, line.words.empty() ? "" : line.words[0]));
  page::PageInput input{.now = absl::Now(), .zone = absl::LocalTimeZone(), .alive = IsAlive, .version = Version()};
  SSHSYNC_ASSIGN_OR_RETURN(input.history, state.Runs(page::PageInput::kHistory));
  const std::string text = page::RunPage(record, input);
  if (line.html == "-") return out.Write(text), absl::OkStatus();
  const mode_t mask = umask(0);
  umask(mask);
  return ReplaceFile(line.html, text, 0666 & ~mask);
}

}  // namespace

int RunStatus(const CommandLine& line, OutputStream& out, OutputStream& err) {
  const auto loaded = LoadConfiguration(line);
  if (!loaded.ok()) return Fail(loaded.status(), err);
  if (!loaded->ok()) {
    err.Write(ErrorsOf(*loaded));
    return InfoOf(FailureOf(loaded->status())).exit_code;
  }
  const HistoryFormat look = LookFor(out);
  const auto statuses = StandingsNow(loaded->configuration, line.words, GivenPlaces(line), look.now, line.max_age);
  if (!statuses.ok()) return Fail(statuses.status(), err);
  if (line.json) {
    out.Write(StandingsToJson(statuses->repositories, statuses->unfinished_run, look.now));
  } else if (!line.quiet) {
    out.Write(StatusText(statuses->repositories, statuses->unfinished_run, look));
  }
  const bool overdue = std::any_of(statuses->repositories.begin(), statuses->repositories.end(),
                                   [](const RepositoryStatus& one) { return one.overdue; });
  return overdue ? kOverdue : 0;
}

int RunReport(const CommandLine& line, OutputStream& out, OutputStream& err) {
  const auto state = OpenRecord(line);
  if (!state.ok()) return Fail(state.status(), err);
  const absl::Status written = WritePage(line, *state, out);
  return written.ok() ? 0 : Fail(written, err);
}

int RunLog(const CommandLine& line, OutputStream& out, OutputStream& err) {
  const auto state = OpenRecord(line);
  if (!state.ok()) return Fail(state.status(), err);
  const absl::Status printed = line.words.empty() ? PrintRuns(line, *state, out) : PrintRun(line, *state, out);
  return printed.ok() ? 0 : Fail(printed, err);
}

}  // namespace sshsync::cli
