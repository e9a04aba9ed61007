#include "tools/cli/text/run_text.h"

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync::cli {
namespace {

TEST(RunText, ChangesAreShownInTheLettersOfRsync) {
  EXPECT_EQ(ItemLine("p", "copy", "a"), "p >f+++++++++ a\n");
  EXPECT_EQ(ItemLine("p", "replace", "a b"), "p >fc........ a b\n");
  EXPECT_EQ(ItemLine("p", "delete", "a\n\x1b[31m"), "p *deleting   a\\n\\x1b[31m\n");
  EXPECT_EQ(ItemLine("p", "mode", "a"), "p .f..tp..... a\n");
  EXPECT_EQ(ItemLine("p", "keep", "a"), "p .f          a\n");
}

TEST(RunText, AFailedCommandIsShownWithAllThatHelps) {
  Event event;
  event.kind = EventKind::kFileFailed;
  event.repository = "repoproxy";
  event.path = "app/a\nb";
  event.failure = Failure::kCommandNotFound;
  event.message = "sha256sum is not installed";
  event.command = "sha256sum \"${FILEPATH}\"";
  event.exit_status = 127;
  event.output = "sh: 1: sha256sum: not found\n\x1b]0;title\x07\n";
  EXPECT_EQ(FailureBlock(event),
            "sshsync: repoproxy: app/a\\nb: sha256sum is not installed\n"
            "  command:  sha256sum \"${FILEPATH}\"\n"
            "  status:   127\n"
            "  printed:\n"
            "    sh: 1: sha256sum: not found\n"
            "    \\x1b]0;title\\x07\n"
            "  hint:     install the tool, or name another in the template\n");
}

TEST(RunText, OfLongOutputTheEndIsShown) {
  Event event;
  event.failure = Failure::kCommandFailed;
  event.message = "failed";
  event.command = "x";
  for (int i = 0; i < 50; ++i) event.output += "line " + std::to_string(i) + "\n";
  const std::string block = FailureBlock(event);
  EXPECT_NE(block.find("(30 lines before that)"), std::string::npos) << block;
  EXPECT_EQ(block.find("line 29\n"), std::string::npos);
  EXPECT_NE(block.find("line 49\n"), std::string::npos);
}

TEST(RunText, AFailureWithoutACommandIsTwoLines) {
  Event event;
  event.repository = "n1";
  event.failure = Failure::kWaiting;
  event.message = "waits for repoproxy";
  EXPECT_EQ(FailureBlock(event), "sshsync: n1: waits for repoproxy\n  hint:     mend the parent, then run again\n");
}

Report PlanOfOne() {
  RepositoryReport repository;
  repository.name = "repoproxy";
  repository.parent = "repomaster";
  repository.outcome = Outcome::kPlanned;
  repository.copied = 1;
  repository.replaced = 1;
  repository.kept = 18;
  repository.bytes = 1300;
  repository.files = {{.path = "new", .action = "copy", .bytes = 300},
                      {.path = "old", .action = "replace", .bytes = 1000, .message = "sha256 ab.. is not cd.."}};
  Report report;
  report.verb = "plan";
  report.repositories = {repository};
  report.started = report.ended = absl::UnixEpoch();
  return report;
}

TEST(RunText, APlanIsExplainedFileByFile) {
  EXPECT_EQ(PlanText(PlanOfOne(), true),
            "repoproxy from repomaster: 1 to copy, 1 to replace, 18 equal\n"
            "  copy    new (300 bytes): the repository does not have it\n"
            "  replace old (1.0 kB): sha256 ab.. is not cd..\n");
}

TEST(RunText, ADryRunListsTheSameFiles) {
  EXPECT_EQ(PlanText(PlanOfOne(), false), "repoproxy >f+++++++++ new\nrepoproxy >fc........ old\n");
}

TEST(RunText, AComparisonNamesWhatDiffers) {
  Report report = PlanOfOne();
  report.verb = "verify";
  report.repositories[0].outcome = Outcome::kDiffers;
  report.repositories.push_back({.name = "n1", .parent = "repoproxy", .outcome = Outcome::kEqual, .kept = 1});
  EXPECT_EQ(VerifyText(report, false), "repoproxy: missing: new\nrepoproxy: differs: old\n");
  EXPECT_EQ(VerifyText(report, true),
            "repoproxy: missing: new\nrepoproxy: differs: old\nn1 from repoproxy: equal, 1 file\n");
}

TEST(RunText, TheSummaryCountsAndSaysHowToGoOn) {
  Report report;
  report.verb = "sync";
  report.started = absl::UnixEpoch();
  report.ended = report.started + absl::Milliseconds(62340);
  report.repositories = {
      {.name = "p", .outcome = Outcome::kChanged, .kept = 15, .copied = 3, .replaced = 2, .bytes = 1'234'567}};
  EXPECT_EQ(SummaryLine(report),
            "sshsync: 1 repository equals its parent, 5 files changed (1.2 MB), 15 already equal; 1m2.3s\n");
  report.repositories.push_back({.name = "n1", .outcome = Outcome::kFailed, .failed = 1, .failure = Failure::kAuth});
  report.repositories.push_back({.name = "n2", .outcome = Outcome::kWaiting, .failure = Failure::kWaiting});
  EXPECT_EQ(SummaryLine(report),
            "sshsync: 1 repository equals its parent, 1 repository failed, 1 repository waits, 5 files changed (1.2 "
            "MB), 15 already equal, "
            "1 file failed; "
            "1m2.3s\nsshsync: `sshsync resume`, or the same command again, goes on from here; nothing verified is sent "
            "twice\n");
}

TEST(RunText, AnErrorComesWithItsHint) {
  EXPECT_EQ(ErrorText(MakeError(Failure::kUsage, "nothing to do")),
            "sshsync: nothing to do\nsshsync: hint: see sshsync --help\n");
}

}  // namespace
}  // namespace sshsync::cli
