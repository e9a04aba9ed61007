#include "tools/cli/page/page.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sshsync/record/report/event_log.h"
#include "tools/cli/page/cascade_section.h"
#include "tools/cli/page/history_section.h"
#include "tools/cli/page/markup.h"
#include "tools/cli/page/run_facts.h"
#include "tools/cli/page/style.h"
#include "tools/cli/page/tables.h"
#include "tools/cli/page/timeline.h"

namespace sshsync::page {
namespace {

std::string Headline(const RunFacts& facts) {
  const auto all = static_cast<int64_t>(facts.hops.size());
  if (all == 0) return "A run without repositories";
  if (facts.record->report.verb == "restore") {
    return absl::StrCat(all == 1 ? Name(facts.hops[0].report->name)
                                 : absl::StrCat(Count(facts.well), " of ", Count(all), " repositories"),
                        facts.well < all && all == 1 ? " was not restored"
                        : all == 1                   ? " was restored"
                                                     : " were restored");
  }
  if (facts.kind == "open")
    return absl::StrCat(Count(facts.well), " of ", Count(all),
                        all == 1 ? " repository is done" : " repositories are done");
  if (all == 1)
    return absl::StrCat(Name(facts.hops[0].report->name),
                        facts.well == 1 ? " equals its parent" : " does not equal its parent");
  if (facts.well == all) return absl::StrCat("All ", Count(all), " repositories equal their parents");
  return absl::StrCat(Count(facts.well), " of ", Count(all), " repositories equal their parents");
}

std::string Lead(const RunFacts& facts) {
  std::vector<std::string> parts;
  if (facts.changed > 0) parts.push_back(absl::StrCat(Files(facts.changed), " brought in line"));
  if (facts.deleted > 0) parts.push_back(absl::StrCat(Count(facts.deleted), " deleted"));
  if (facts.failed > 0) parts.push_back(absl::StrCat(Count(facts.failed), " failed"));
  if (parts.empty()) parts.emplace_back("No file had to be changed");
  std::string text = absl::StrCat(absl::StrJoin(parts, ", "), " in ", Duration(facts.took()), ".");
  if (facts.record->report.signal > 0) absl::StrAppend(&text, " Ended by signal ", facts.record->report.signal, ".");
  if (facts.state == "killed") text += " The run did not come to its end: what is shown is what was known by then.";
  return text;
}

std::string Figure(absl::string_view name, absl::string_view value) {
  return absl::StrCat("<div><dt>", name, "</dt><dd>", value, "</dd></div>\n");
}

std::string Figures(const RunFacts& facts, absl::TimeZone zone) {
  const RunRecord& record = *facts.record;
  std::string text = "<dl class=\"figures\">\n";
  absl::StrAppend(&text, Figure("Started", absl::FormatTime("%H:%M:%S", facts.started, zone)),
                  Figure("Took", Duration(facts.took())), Figure("Files", Count(facts.changed)),
                  Figure("Content", HumanBytes(facts.published)));
  if (facts.moved != facts.published) text += Figure("Moved", HumanBytes(facts.moved));
  if (facts.failed > 0) text += Figure("Failed", Count(facts.failed));
  if (record.exit_code) text += Figure("Exit status", absl::StrCat(*record.exit_code));
  return absl::StrCat(text, "</dl>\n");
}

std::string Asked(const RunRecord& record) {
  const bool is_sync = record.report.verb.empty() || record.report.verb == "sync";
  std::vector<std::string> steps;
  for (const std::vector<std::string>& step : record.report.queue)
    steps.push_back(absl::StrCat(is_sync ? "--sync " : "", absl::StrJoin(step, ",")));
  const std::string verb = is_sync ? "" : absl::StrCat(record.report.verb, " ");
  std::string text = absl::StrCat("<div class=\"asked\">\n<p>Asked for <code>",
                                  Text(absl::StrCat("sshsync ", verb, absl::StrJoin(steps, " "))), "</code>");
  if (!record.options.empty()) {
    const std::vector<std::string> options = absl::StrSplit(record.options, '\n');
    absl::StrAppend(&text, " with <code>", Text(absl::StrJoin(options, ", ")), "</code>");
  }
  text += "</p>\n";
  if (!record.resumes.empty())
    absl::StrAppend(&text, "<p>Goes on with run <code>", Name(record.resumes), "</code></p>\n");
  if (is_sync && record.exit_code.value_or(1) != 0) text += "<p>To go on, type <code>sshsync resume</code></p>\n";
  return absl::StrCat(text, "</div>\n");
}

}  // namespace

std::string RunPage(const RunRecord& record, const PageInput& input) {
  const RunFacts facts = FactsOf(record, input.alive(record.pid) && !record.exit_code, input.now);
  const std::string date = absl::FormatTime("%A, %e %B %Y", facts.started, input.zone), headline = Headline(facts);
  return absl::StrCat(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src "
      "data:\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>sshsync: ",
      headline, "</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>", StyleSheet(), "</style>\n</head>\n<body>\n",
      MarkSymbols(), "<main>\n<header>\n<p class=\"brand\"><b>sshsync</b><span>", date, "</span></p>\n<p class=\"pill ",
      facts.kind, "\">", Mark(facts.kind), facts.state, "</p>\n<h1>", headline, "</h1>\n<p class=\"lead\">",
      Lead(facts), "</p>\n", Figures(facts, input.zone), Asked(record), "</header>\n", FailuresSection(facts),
      CascadeFigure(facts), TimelineFigure(facts), ThroughputFigure(facts), SlowestSection(facts), HopsSection(facts),
      HistorySection(input.history, record.report.run, input.alive, input.zone), "</main>\n<footer>\n<p>Run <code>",
      Name(record.report.run), "</code>, configuration <code>", Name(record.config), "</code>. Written by sshsync ",
      input.version, " on ", absl::FormatTime("%Y-%m-%d %H:%M %Z", input.now, input.zone),
      ".</p>\n</footer>\n</body>\n</html>\n");
}

}  // namespace sshsync::page
