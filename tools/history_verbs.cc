#include "tools/history_verbs.h"

#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "sshsync/base/status.h"
#include "sshsync/base/version.h"
#include "sshsync/plan/queue.h"
#include "sshsync/record/places.h"
#include "sshsync/record/replace_file.h"
#include "sshsync/record/report_json.h"
#include "sshsync/record/standing.h"
#include "sshsync/record/state.h"
#include "sshsync/text/escape.h"
#include "tools/history_text.h"
#include "tools/load_configuration.h"
#include "tools/page/page.h"
#include "tools/run_text.h"
#include "tools/screen.h"

namespace sshsync::cli {
namespace {

constexpr int kOverdue = 10;

int Fail(const absl::Status& error, OutputStream& err) {
  err.Write(ErrorText(error));
  return InfoOf(FailureOf(error)).exit_code;
}

bool IsAlive(int pid) { return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM); }

HistoryLook LookFor(const OutputStream& out) {
  return {.now = absl::Now(), .zone = absl::LocalTimeZone(), .colour = WantsColour(out)};
}

absl::StatusOr<State> OpenState(const CommandLine& line, const Configuration& configuration) {
  SSHSYNC_ASSIGN_OR_RETURN(const Places places,
                           PlacesOf(configuration.settings, {.pid_file = line.pid_file, .state_dir = line.state_dir}, Account::Current()));
  return State::OpenForReading(places.state_dir);
}

/// A state folder that is named needs no configuration, and the record no sound one.
absl::StatusOr<State> OpenRecord(const CommandLine& line) {
  const auto loaded = LoadConfiguration(line);
  if (!loaded.ok() && line.state_dir.empty()) return loaded.status();
  return OpenState(line, loaded.ok() ? loaded->configuration : Configuration());
}

absl::StatusOr<std::vector<const Repository*>> Asked(const CommandLine& line, const Configuration& configuration) {
  if (!line.words.empty()) return ResolveNames(configuration, line.words);
  std::vector<const Repository*> all;
  for (const Repository& repository : configuration.repositories) all.push_back(&repository);
  return all;
}

absl::StatusOr<std::vector<Standing>> Standings(const CommandLine& line, const Configuration& configuration, const State* state, absl::Time now) {
  SSHSYNC_ASSIGN_OR_RETURN(const std::vector<const Repository*> asked, Asked(line, configuration));
  std::map<std::string, RepositoryRecord> records;
  if (state != nullptr) {
    SSHSYNC_ASSIGN_OR_RETURN(records, state->Repositories());
  }
  return StandingsOf(configuration, asked, records, now, line.max_age, IsAlive);
}

absl::Status PrintRuns(const CommandLine& line, const State& state, OutputStream& out) {
  // For people the last screenful; a program gets all.
  SSHSYNC_ASSIGN_OR_RETURN(const std::vector<RunRecord> records, state.Runs(line.json || line.verbose > 0 ? std::numeric_limits<int>::max() : 20));
  out.Write(line.json ? RunsToJson(records) : RunsText(records, IsAlive, LookFor(out)));
  return absl::OkStatus();
}

absl::StatusOr<RunRecord> Find(const State& state, const std::string& run) {
  SSHSYNC_ASSIGN_OR_RETURN(auto record, state.Find(run));
  if (!record) return MakeError(Failure::kUsage, absl::StrCat("no run, or more than one, is known by ", EscapeForTerminal(run), ": sshsync log lists them"));
  return *std::move(record);
}

absl::Status PrintRun(const CommandLine& line, const State& state, OutputStream& out) {
  SSHSYNC_ASSIGN_OR_RETURN(const RunRecord record, Find(state, line.words[0]));
  out.Write(line.json ? RunToJson(record) : RunText(record, IsAlive, LookFor(out)));
  return absl::OkStatus();
}

absl::Status WritePage(const CommandLine& line, const State& state, OutputStream& out) {
  page::PageInput input{.now = absl::Now(), .zone = absl::LocalTimeZone(), .alive = IsAlive, .version = Version()};
  SSHSYNC_ASSIGN_OR_RETURN(input.history, state.Runs(page::PageInput::kHistory));
  if (line.words.empty() && input.history.empty()) return MakeError(Failure::kUsage, "no run is recorded yet");
  SSHSYNC_ASSIGN_OR_RETURN(const RunRecord record, Find(state, line.words.empty() ? input.history[0].report.run : line.words[0]));
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
  const HistoryLook look = LookFor(out);
  const auto state = OpenState(line, loaded->configuration);
  // Before the first run there is no record: everything stands at never.
  if (!state.ok() && FailureOf(state.status()) != Failure::kUsage) return Fail(state.status(), err);
  const auto standings = Standings(line, loaded->configuration, state.ok() ? &*state : nullptr, look.now);
  if (!standings.ok()) return Fail(standings.status(), err);
  std::string unfinished;
  if (state.ok()) {
    const auto record = state->LastUnfinished();
    if (!record.ok()) return Fail(record.status(), err);
    if (*record) unfinished = (*record)->report.run;
  }
  if (line.json) {
    out.Write(StandingsToJson(*standings, unfinished, look.now));
  } else if (!line.quiet) {
    out.Write(StatusText(*standings, unfinished, look));
  }
  const bool overdue = std::any_of(standings->begin(), standings->end(), [](const Standing& one) { return one.overdue; });
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
