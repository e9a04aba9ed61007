#include "tools/cli/page/page.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/cli/page/cascade_section.h"
#include "tools/cli/page/history_section.h"
#include "tools/cli/page/style.h"
#include "tools/cli/page/tables.h"
#include "tools/cli/page/timeline.h"

namespace sshsync::page {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kStart = absl::FromUnixSeconds(1'767'225'600);

size_t CountOf(absl::string_view text, absl::string_view part) {
  return std::vector<absl::string_view>(absl::StrSplit(text, std::string(part))).size() - 1;
}

RepositoryReport Hop(absl::string_view name, absl::string_view parent, Outcome outcome) {
  return {.name = std::string(name),
          .parent = std::string(parent),
          .outcome = outcome,
          .started = kStart,
          .ended = kStart + absl::Seconds(10)};
}

RunRecord Record(std::vector<RepositoryReport> hops, int exit_code) {
  RunRecord record{.exit_code = exit_code, .config = "/etc/sshsync/sshsync.conf"};
  record.report = {.run = "20260101-000000-abcd",
                   .verb = "sync",
                   .queue = {{}},
                   .started = kStart,
                   .ended = kStart + absl::Seconds(20)};
  for (const RepositoryReport& hop : hops) record.report.queue[0].push_back(hop.name);
  record.report.repositories = std::move(hops);
  return record;
}

std::string PageOf(const RunRecord& record) {
  return RunPage(record, {.history = {record},
                          .now = kStart,
                          .zone = absl::UTCTimeZone(),
                          .alive = [](int) { return false; },
                          .version = "1.0.0"});
}

TEST(RunPage, AnswersWhatMovedHowLongItTookAndWhatFailedAndWhy) {
  RunRecord record = Record({Hop("proxy", "master", Outcome::kChanged), Hop("node1", "proxy", Outcome::kFailed)}, 6);
  record.report.repositories[0].copied = 12;
  record.report.repositories[0].bytes = 96'400'000;
  record.report.repositories[1].failed = 1;
  record.report.repositories[1].files = {{.path = "lib/a.jar",
                                          .action = "copy",
                                          .failure = Failure::kNoSpace,
                                          .message = "No space left on device",
                                          .command = "cat > x",
                                          .output = "cat: full",
                                          .exit_status = 1}};
  const std::string page = PageOf(record);
  for (const char* part :
       {"1 of 2 repositories equal their parents", "12 files brought in line, 1 failed in 20 s.", "96.4 MB",
        "lib/a.jar", "No space left on device", "make room on the child", "cat &gt; x", "exit status 1",
        "<pre tabindex=\"0\">cat: full</pre>", "sshsync resume", "--sync proxy,node1"}) {
    EXPECT_THAT(page, HasSubstr(part));
  }
}

TEST(RunPage, ARestoreIsToldAsSuch) {
  RunRecord record = Record({Hop("p", "m", Outcome::kRestored)}, 0);
  record.report.verb = "restore";
  record.report.queue = {{"p"}};
  const std::string page = PageOf(record);
  EXPECT_THAT(page, HasSubstr("<h1>p was restored</h1>"));
  EXPECT_THAT(page, HasSubstr("<code>sshsync restore p</code>"));
  EXPECT_THAT(page, HasSubstr("<g class=\"card well\">"));
}

TEST(RunPage, IsWholeInItselfAndNeedsNoScript) {
  RunRecord record = Record({Hop("p", "m", Outcome::kChanged)}, 0);
  record.blocks = {
      {.repository = "p", .began = kStart, .ended = kStart + absl::Seconds(5), .path = "f", .files = 1, .bytes = 1000}};
  const std::string page = PageOf(record);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("http://")));
  EXPECT_THAT(page, Not(HasSubstr("https://")));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
}

TEST(RunPage, WhatComesFromOutsideIsTextWhereverItStands) {
  const std::string evil = "<script>alert(1)</script>\"'>&\x1b[31m\xff\n<!--";
  RunRecord record = Record({Hop(evil, evil, Outcome::kFailed)}, 6);
  record.report.run = record.config = record.options = record.resumes = record.report.verb = evil;
  RepositoryReport& hop = record.report.repositories[0];
  hop.host = hop.message = hop.command = hop.output = evil;
  hop.failure = Failure::kAuth;
  hop.files = {
      {.path = evil, .action = evil, .failure = Failure::kTimeout, .message = evil, .command = evil, .output = evil}};
  record.blocks = {{.repository = evil,
                    .began = kStart,
                    .ended = kStart + absl::Seconds(5),
                    .path = evil,
                    .files = 1,
                    .bytes = 1000}};
  const std::string page = PageOf(record);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("<!--")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, Not(HasSubstr("\xff")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)"));
  // Outside the style sheet every quote belongs to an attribute of ours.
  const std::string body = page.substr(page.find("</style>"));
  EXPECT_EQ(CountOf(body, "\"") % 2, 0U);
}

TEST(RunPage, AnEmptyRecordIsAPageToo) {
  RunRecord record = Record({}, 0);
  EXPECT_THAT(PageOf(record), HasSubstr("A run without repositories"));
  record.exit_code = absl::nullopt;
  record.report.ended = absl::InfiniteFuture();
  EXPECT_THAT(PageOf(record), HasSubstr("killed"));
}

TEST(CascadeFigure, HasACardForEachHopAndForAParentThatWasNotWritten) {
  const RunRecord record = Record({Hop("proxy", "master", Outcome::kChanged), Hop("node1", "proxy", Outcome::kEqual),
                                   Hop("node2", "proxy", Outcome::kFailed)},
                                  6);
  const std::string figure = CascadeFigure(FactsOf(record, false, kStart));
  EXPECT_EQ(CountOf(figure, "<g class=\"card "), 2 * 4U) << "once wide, once narrow";
  EXPECT_EQ(CountOf(figure, "<path class=\"edge "), 2 * 3U);
  EXPECT_EQ(CountOf(figure, "<g class=\"card bad\""), 2U);
}

TEST(CascadeFigure, ManySiblingsAlikeShareACardAndWhatFailedStandsOut) {
  std::vector<RepositoryReport> hops = {Hop("proxy", "master", Outcome::kChanged)};
  for (int i = 0; i < 200; ++i)
    hops.push_back(Hop(absl::StrCat("node", i), "proxy", i == 150 ? Outcome::kFailed : Outcome::kEqual));
  const RunRecord record = Record(hops, 6);
  const std::string figure = CascadeFigure(FactsOf(record, false, kStart));
  EXPECT_THAT(figure, HasSubstr(">199 repositories<"));
  EXPECT_THAT(figure, HasSubstr(">node150<"));
  EXPECT_EQ(CountOf(figure, "<g class=\"card "), 2 * 4U);
}

TEST(CascadeFigure, ARecordWhoseParentsRunInACircleIsDrawnOnce) {
  const RunRecord record =
      Record({Hop("a", "b", Outcome::kEqual), Hop("b", "a", Outcome::kEqual), Hop("c", "c", Outcome::kEqual)}, 0);
  EXPECT_EQ(CountOf(CascadeFigure(FactsOf(record, false, kStart)), "<g class=\"card "), 2 * 3U);
}

TEST(TimelineFigure, HasALaneForEachHopAndABarForEachBlock) {
  RunRecord record = Record({Hop("p", "m", Outcome::kChanged), Hop("n", "p", Outcome::kChanged)}, 0);
  for (int i = 0; i < 3; ++i) {
    record.blocks.push_back({.repository = "p",
                             .stream = i,
                             .began = kStart + absl::Seconds(2),
                             .ended = kStart + absl::Seconds(4),
                             .path = "f",
                             .files = 1,
                             .bytes = 9});
  }
  const std::string figure = TimelineFigure(FactsOf(record, false, kStart));
  EXPECT_EQ(CountOf(figure, "<rect class=\"bar\" x=\"100\""), 3U) << figure;
  EXPECT_EQ(CountOf(figure, "role=\"img\""), 2U);
  EXPECT_THAT(figure, HasSubstr("<title>f: 9 bytes in 2.0 s</title>"));
}

TEST(TimelineFigure, OfManyHopsThoseThatFailedAreAmongTheLanes) {
  std::vector<RepositoryReport> hops;
  for (int i = 0; i < 300; ++i)
    hops.push_back(Hop(absl::StrCat("node", i), "m", i == 7 ? Outcome::kFailed : Outcome::kEqual));
  const std::string figure = TimelineFigure(FactsOf(Record(hops, 6), false, kStart));
  EXPECT_THAT(figure, HasSubstr("aria-label=\"node7: failed"));
  EXPECT_THAT(figure, HasSubstr("260 more hops"));
}

TEST(ThroughputFigure, SpreadsBytesOverTheTimeOfTheirBlock) {
  RunRecord record = Record({Hop("p", "m", Outcome::kChanged)}, 0);
  EXPECT_EQ(ThroughputFigure(FactsOf(record, false, kStart)), "") << "nothing was moved";
  record.blocks = {{.repository = "p",
                    .began = kStart,
                    .ended = kStart + absl::Seconds(10),
                    .path = "f",
                    .files = 1,
                    .bytes = 1'000'000}};
  EXPECT_THAT(ThroughputFigure(FactsOf(record, false, kStart)), HasSubstr("at most 100.0 kB/s, on average 50.0 kB/s"));
}

TEST(SlowestSection, RangesOfAFileAreOneFile) {
  RunRecord record = Record({Hop("p", "m", Outcome::kChanged)}, 0);
  for (int i = 0; i < 4; ++i) {
    record.blocks.push_back({.repository = "p",
                             .stream = i,
                             .began = kStart + absl::Seconds(i),
                             .ended = kStart + absl::Seconds(i + 2),
                             .path = "big",
                             .offset = i * 100,
                             .files = 1,
                             .bytes = 100});
  }
  record.blocks.push_back({.repository = "p",
                           .began = kStart,
                           .ended = kStart + absl::Seconds(1),
                           .path = "small/a",
                           .files = 40,
                           .bytes = 80});
  const std::string section = SlowestSection(FactsOf(record, false, kStart));
  EXPECT_EQ(CountOf(section, "<tr>"), 3U) << "head, file, batch";
  EXPECT_THAT(section, HasSubstr("<td class=\"number\">5.0 s</td><td class=\"number\">400 bytes</td>"));
  EXPECT_THAT(section, HasSubstr("and 39 more"));
}

TEST(FailuresSection, FilesThatFailedAlikeAreToldOfOnce) {
  RunRecord record = Record({Hop("p", "m", Outcome::kFailed)}, 6);
  for (int i = 0; i < 600; ++i)
    record.report.repositories[0].files.push_back(
        {.path = absl::StrCat("f", i), .failure = Failure::kNoSpace, .message = "full"});
  const std::string section = FailuresSection(FactsOf(record, false, kStart));
  EXPECT_EQ(CountOf(section, ">full<"), 1U);
  EXPECT_THAT(section, HasSubstr("592 more"));
  EXPECT_THAT(section, HasSubstr("and 100 more"));
}

TEST(FailuresSection, MessagesThatDifferInTheNameOfTheirFileAreAlike) {
  RunRecord record = Record({Hop("p", "m", Outcome::kFailed)}, 6);
  for (int i = 0; i < 60; ++i) {
    const std::string name = absl::StrCat("site-", i, ".xml");
    record.report.repositories[0].files.push_back(
        {.path = "conf/" + name,
         .failure = Failure::kPermission,
         .message = absl::StrCat("mv: cannot move '/r/.sshsync/in/d96c54074dd0c48584ca67e797c887f3f61b29c3-", 10 + i,
                                 "/conf/", name, "' to './", name, "'")});
  }
  record.report.repositories[0].files.push_back(
      {.path = "conf/x", .failure = Failure::kPermission, .message = "something else"});
  const std::string section = FailuresSection(FactsOf(record, false, kStart));
  EXPECT_EQ(CountOf(section, "<div class=\"alike\">"), 2U);
  EXPECT_THAT(section, HasSubstr("52 more"));
}

TEST(FailuresSection, ManyKindsOfFailureAreNotAPageOfTheirOwn) {
  RunRecord record = Record({Hop("p", "m", Outcome::kFailed)}, 6);
  for (char c = 'a'; c <= 'z'; ++c)
    record.report.repositories[0].files.push_back(
        {.path = "f", .failure = Failure::kTimeout, .message = std::string(3, c) + " went wrong"});
  EXPECT_THAT(FailuresSection(FactsOf(record, false, kStart)), HasSubstr("6 more kinds of failure"));
}

TEST(HopsSection, HasARowForEachHop) {
  const RunRecord record = Record({Hop("p", "m", Outcome::kChanged), Hop("n", "p", Outcome::kWaiting)}, 6);
  EXPECT_EQ(CountOf(HopsSection(FactsOf(record, false, kStart)), "<th scope=\"row\">"), 2U);
}

TEST(HistorySection, TellsOfThirtyRunsAndMarksThisOne) {
  std::vector<RunRecord> runs;
  for (int i = 0; i < 40; ++i) {
    runs.push_back(Record({Hop("p", "m", Outcome::kEqual)}, i == 3 ? 6 : 0));
    runs.back().report.run = absl::StrCat("run", i);
  }
  const std::string section = HistorySection(
      runs, "run2", [](int) { return false; }, absl::UTCTimeZone());
  EXPECT_EQ(CountOf(section, "<th scope=\"row\">"), 30U);
  EXPECT_EQ(CountOf(section, "aria-current"), 1U);
  EXPECT_EQ(CountOf(section, "class=\"column bad"), 1U);
  EXPECT_THAT(HistorySection(
                  {runs[0]}, "run0", [](int) { return false; }, absl::UTCTimeZone()),
              Not(HasSubstr("class=\"column")));
}

TEST(StyleSheet, HasDarkNarrowAndPaper) {
  for (const char* part : {"prefers-color-scheme:dark", "max-width:720px", "@media print"})
    EXPECT_TRUE(absl::StrContains(StyleSheet(), part)) << part;
  for (const char* kind : {"well", "bad", "held", "open"})
    EXPECT_TRUE(absl::StrContains(MarkSymbols(), absl::StrCat("id=\"mark-", kind, "\""))) << kind;
}

}  // namespace
}  // namespace sshsync::page
