#include "tools/cli/page/history_section.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sshsync/record/report/event_log.h"
#include "tools/cli/page/markup.h"
#include "tools/cli/page/run_facts.h"

namespace sshsync::page {
namespace {

constexpr size_t kRuns = 30;  // PageInput::kHistory
constexpr double kHeight = 96, kLeast = 4;

absl::Duration Took(const RunRecord& record) {
  return record.report.ended == absl::InfiniteFuture() ? absl::InfiniteDuration()
                                                       : record.report.ended - record.report.started;
}

std::string When(const RunRecord& record, absl::TimeZone zone) {
  return absl::FormatTime("%a %e %b %H:%M", record.report.started, zone);
}

/// The oldest on the left. A run without an end has the smallest column.
std::string Columns(const std::vector<const RunRecord*>& runs, absl::string_view current, bool (*alive)(int pid),
                    absl::TimeZone zone) {
  absl::Duration longest = absl::Milliseconds(1);
  for (const RunRecord* run : runs) {
    if (Took(*run) != absl::InfiniteDuration()) longest = std::max(longest, Took(*run));
  }
  constexpr double kStep = 1000.0 / kRuns;
  std::string columns;
  for (size_t i = 0; i < runs.size(); ++i) {
    const RunRecord& run = *runs[runs.size() - 1 - i];
    const RunState state = StateOf(run, alive(run.pid));
    const double height = Took(run) == absl::InfiniteDuration()
                              ? kLeast
                              : std::max(kLeast, kHeight * absl::FDivDuration(Took(run), longest));
    absl::StrAppend(&columns, "<rect class=\"column ", state.kind, run.report.run == current ? " current" : "",
                    "\" x=\"", Coordinate(static_cast<double>(i) * kStep + 3), "\" y=\"", Coordinate(kHeight - height),
                    "\" width=\"", Coordinate(kStep - 6), "\" height=\"", Coordinate(height), "\"><title>",
                    When(run, zone), ": ", state.word, ", ", Duration(Took(run)), "</title></rect>");
  }
  return absl::StrCat(
      "<div class=\"lanes\"><div class=\"lane tall\"><span class=\"scale\"><span>", Duration(longest),
      "</span><span>0</span></span>",
      "<svg class=\"stretched history\" role=\"img\" aria-label=\"How long the last runs took, the newest on the "
      "right\" preserveAspectRatio=\"none\" viewBox=\"0 0 1000 96\" style=\"height:96px\">",
      columns, "</svg><span class=\"much\"></span></div></div>\n");
}

std::string Row(const RunRecord& run, absl::string_view current, bool is_alive, absl::TimeZone zone) {
  const RunState state = StateOf(run, is_alive);
  int64_t changed = 0, failed = 0, bytes = 0, well = 0;
  for (const RepositoryReport& report : run.report.repositories) {
    changed += report.copied + report.replaced;
    failed += report.failed;
    bytes += report.bytes;
    well += report.outcome == Outcome::kEqual || report.outcome == Outcome::kChanged;
  }
  const auto number = [](int64_t count) {
    return count == 0 ? std::string("<span class=\"quiet\">–</span>") : Count(count);
  };
  return absl::StrCat("<tr", run.report.run == current ? " class=\"current\" aria-current=\"true\"" : "",
                      "><th scope=\"row\">", When(run, zone), "</th><td class=\"lesser\"><code>", Name(run.report.run),
                      "</code></td><td class=\"state ", state.kind, "\">", Mark(state.kind), " ", state.word,
                      "</td><td class=\"number\">", Duration(Took(run)), "</td><td class=\"number lesser\">",
                      Count(well), " of ", Count(static_cast<int64_t>(run.report.repositories.size())),
                      "</td><td class=\"number\">", number(changed), "</td><td class=\"number\">", number(failed),
                      "</td><td class=\"number\">", bytes > 0 ? HumanBytes(bytes) : "<span class=\"quiet\">–</span>",
                      "</td></tr>\n");
}

}  // namespace

std::string HistorySection(const std::vector<RunRecord>& all, absl::string_view current, bool (*alive)(int pid),
                           absl::TimeZone zone) {
  std::vector<const RunRecord*> runs;
  for (size_t i = 0; i < std::min(all.size(), kRuns); ++i) runs.push_back(&all[i]);
  if (runs.empty()) return "";
  std::string rows;
  for (const RunRecord* run : runs) rows += Row(*run, current, alive(run->pid), zone);
  return absl::StrCat("<section aria-labelledby=\"history\">\n<h2 id=\"history\">",
                      runs.size() == 1 ? "The only run so far" : absl::StrCat("The last ", runs.size(), " runs"),
                      "</h2>\n", runs.size() > 1 ? Columns(runs, current, alive, zone) : "",
                      "<div class=\"scroll\"><table><thead><tr><th>Started</th><th "
                      "class=\"lesser\">Run</th><th>State</th><th class=\"number\">Took</th>"
                      "<th class=\"number lesser\">Equal</th><th class=\"number\">Changed</th><th "
                      "class=\"number\">Failed</th><th class=\"number\">Content</th></tr></thead><tbody>\n",
                      rows, "</tbody></table></div>\n</section>\n");
}

}  // namespace sshsync::page
