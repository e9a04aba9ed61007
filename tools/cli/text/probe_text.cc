#include "tools/cli/text/probe_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sshsync/base/status.h"
#include "sshsync/record/report/event_log.h"
#include "sshsync/text/escape.h"

namespace sshsync::cli {

namespace {

/// A section to copy: further lines of a value are indented.
std::string Section(const RepositoryProbe& probe) {
  std::string result = absl::StrCat("[", EscapeForTerminal(probe.name), "]\n");
  for (const ProbeAction& action : probe.actions) {
    absl::StrAppend(
        &result, "# ", action.origin, "\naction.", action.name, " = ",
        absl::StrJoin(absl::StrSplit(action.text, '\n'), "\n    ",
                      [](std::string* out, absl::string_view line) { out->append(CleanForTerminal(line)); }),
        "\n");
  }
  return result;
}

}  // namespace

std::string ProbeText(const std::vector<RepositoryProbe>& probes, bool with_actions) {
  std::string result;
  for (const RepositoryProbe& probe : probes) {
    std::vector<std::string> facts;
    if (!probe.host.empty()) facts.push_back(absl::StrCat("host ", EscapeForTerminal(probe.host)));
    if (!probe.system.empty()) facts.push_back(EscapeForTerminal(probe.system));
    if (!probe.root.empty()) facts.push_back(EscapeForTerminal(probe.root));
    if (probe.free_bytes >= 0) facts.push_back(absl::StrCat(HumanBytes(probe.free_bytes), " free"));
    if (probe.round_trip > absl::ZeroDuration()) {
      facts.push_back(absl::StrCat("a command takes ",
                                   absl::FormatDuration(absl::Trunc(probe.round_trip, absl::Microseconds(100)))));
    }
    absl::StrAppend(&result, EscapeForTerminal(probe.name), facts.empty() ? "" : ": ", absl::StrJoin(facts, ", "),
                    "\n");
    for (const ProbeCheck& check : probe.checks) {
      absl::StrAppend(&result, check.ok ? "  ok      " : "  FAILED  ", EscapeForTerminal(check.name),
                      check.detail.empty() ? "" : ": ", CleanForTerminal(check.detail), "\n");
      const absl::string_view hint = InfoOf(check.failure).hint;
      if (!check.ok && !hint.empty()) absl::StrAppend(&result, "          hint: ", hint, "\n");
    }
    if (with_actions && !probe.actions.empty()) absl::StrAppend(&result, Section(probe));
  }
  return result;
}

int ProbeExitCode(const std::vector<RepositoryProbe>& probes) {
  int code = 0;
  for (const RepositoryProbe& probe : probes) {
    for (const ProbeCheck& check : probe.checks) {
      if (check.ok) continue;
      const Failure failure = check.failure == Failure::kNone ? Failure::kCommandFailed : check.failure;
      code = WorseExitCode(code, InfoOf(failure).exit_code);
    }
  }
  return code;
}

}  // namespace sshsync::cli
