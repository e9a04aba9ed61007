#include "tools/cli/text/history_text.h"

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tools/cli/text/display_width.h"

namespace sshsync::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1'767'225'600);
const HistoryFormat kLook{.now = kNow, .zone = absl::UTCTimeZone()};

bool IsAlive(int pid) { return pid == 42; }

std::vector<RepositoryStatus> RepositoryStatuses() {
  return {{.repository = "repoproxy",
           .parent = "repomaster",
           .state = "failed",
           .last_equal = kNow - absl::Hours(72),
           .why = "Permission denied (publickey)",
           .failed = 3},
          {.repository = "appnode1",
           .parent = "repoproxy",
           .state = "equal",
           .last_equal = kNow - absl::Minutes(5),
           .behind = "repoproxy"},
          {.repository = "n\x1b[31m2", .parent = "repoproxy", .state = "never"}};
}

TEST(StatusText, IsATableWithTheReasonsBelow) {
  EXPECT_EQ(StatusText(RepositoryStatuses(), "r1", kLook),
            "REPOSITORY  PARENT      STATE   LAST EQUAL\n"
            "repoproxy   repomaster  failed  2025-12-29 00:00 (3 days ago)\n"
            "  Permission denied (publickey); 3 files failed\n"
            "appnode1    repoproxy   equal   2025-12-31 23:55 (5 minutes ago)\n"
            "  equal to a parent that lags\n"
            "n\\x1b[31m2  repoproxy   never   never\n"
            "run r1 is unfinished: sshsync resume continues it\n");
}

TEST(StatusText, ColourIsForTerminalsAndChangesNoColumn) {
  HistoryFormat look = kLook;
  look.colour = true;
  const std::string text = StatusText(RepositoryStatuses(), "", look);
  EXPECT_THAT(text, HasSubstr("repomaster  \x1b[31mfailed\x1b[0m  2025"));
  EXPECT_THAT(StatusText(RepositoryStatuses(), "", kLook), Not(HasSubstr("\x1b")));
}

TEST(StatusText, BreaksLongReasonsAtEightyColumns) {
  std::vector<RepositoryStatus> statuses = RepositoryStatuses();
  for (int i = 0; i < 20; ++i) statuses[0].why += " and more words";
  for (const absl::string_view line : absl::StrSplit(StatusText(statuses, "", kLook), '\n'))
    EXPECT_LE(DisplayWidth(line), 80U) << line;
}

RunRecord Sample() {
  RunRecord record{.report = {.run = "20260101-000000-abcd",
                              .verb = "sync",
                              .queue = {{"p"}, {"n1", "n2"}},
                              .started = kNow,
                              .ended = kNow + absl::Seconds(92)},
                   .exit_code = 6,
                   .options = "jobs 3\nfail-fast yes",
                   .resumes = "20251231-230000-abcd",
                   .pid = 42};
  record.report.repositories = {{.name = "p",
                                 .parent = "m",
                                 .outcome = Outcome::kFailed,
                                 .ended = kNow,
                                 .kept = 7,
                                 .copied = 1,
                                 .failed = 1,
                                 .bytes = 1000,
                                 .files = {{.path = "new\n", .action = "copy", .bytes = 1000},
                                           {.path = "big",
                                            .action = "replace",
                                            .failure = Failure::kNoSpace,
                                            .message = "full",
                                            .command = "cp x y",
                                            .output = "cp: full\n"}}},
                                {.name = "n1", .parent = "p"}};
  return record;
}

TEST(RunsText, IsALineForEachRun) {
  RunRecord killed = Sample(), running = Sample();
  killed.exit_code.reset();
  killed.pid = 1;
  killed.report.ended = absl::InfiniteFuture();
  running.exit_code.reset();
  EXPECT_EQ(RunsText({Sample(), killed, running}, IsAlive, kLook),
            "RUN                   STARTED           TOOK   EXIT     QUEUE\n"
            "20260101-000000-abcd  2026-01-01 00:00  1m32s  6        --sync p --sync n1,n2\n"
            "20260101-000000-abcd  2026-01-01 00:00  -      killed   --sync p --sync n1,n2\n"
            "20260101-000000-abcd  2026-01-01 00:00  1m32s  running  --sync p --sync n1,n2\n");
}

TEST(RunText, TellsOfRepositoriesAndFiles) {
  EXPECT_EQ(RunText(Sample(), IsAlive, kLook),
            "run       20260101-000000-abcd\n"
            "asked     --sync p --sync n1,n2\n"
            "options   jobs 3, fail-fast yes\n"
            "resumes   20251231-230000-abcd\n"
            "started   2026-01-01 00:00\n"
            "took      1m32s\n"
            "exit      6\n"
            "\n"
            "p from m: failed, 1 copied, 1 failed, 7 already equal (1.0 kB)\n"
            "  copy    new\\n (1.0 kB)\n"
            "  FAILED  big: full\n"
            "    command: cp x y\n"
            "      cp: full\n"
            "n1 from p: did not end\n");
}

TEST(Ago, HasOneUnit) {
  EXPECT_EQ(Ago(-absl::Seconds(1)), "just now");
  EXPECT_EQ(Ago(absl::Seconds(119)), "1 minute ago");
  EXPECT_EQ(Ago(absl::Hours(47)), "47 hours ago");
  EXPECT_EQ(Ago(absl::Hours(49)), "2 days ago");
}

}  // namespace
}  // namespace sshsync::cli
