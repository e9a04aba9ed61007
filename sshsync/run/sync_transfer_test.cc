#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/sync.h"
#include "sshsync/testing/local_cascade.h"

namespace sshsync {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::string_view kCopy = "cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}";

// A synccmd that counts its calls in `calls` and does `script` with the count in $n, and a file of its own in $f.
std::string Counting(const LocalCascade& local, absl::string_view script) {
  const std::string calls = local.Path("calls");
  return absl::StrCat("n=`cat ", calls, " 2>/dev/null || echo 0`; n=`expr $n + 1`; echo $n >", calls,
                      "; f=${LOCALDIR}/${FILE}; ", script);
}

TEST(Transfer, ThatFailsAFewTimesIsTriedAgain) {
  LocalCascade local;
  local.Write("m/a", "new");
  local["p"].templates["synccmd"] = Counting(local, absl::StrCat("[ $n -gt 2 ] || { echo no luck; exit 1; }; ", kCopy));
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local.Read("p/a"), "new");
  ASSERT_NE(FileOf(Of(report, "p"), "a"), nullptr);
  EXPECT_EQ(local.Read("calls"), "3\n");
}

TEST(Transfer, ThatKeepsFailingFailsItsFileWithWhatItSaid) {
  LocalCascade local;
  local.Write("m/a", "new");
  local.Write("m/b", "new");
  local.Write("p/a", "old");
  local["p"].templates["synccmd"] =
      absl::StrCat("case ${FILE} in a) echo 'no luck'; echo 'at all' >&2; exit 5;; esac; ", kCopy);
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("a: command_failed"));
  const FileOutcome* const failed = FileOf(Of(report, "p"), "a");
  EXPECT_EQ(failed->exit_status, 5);
  EXPECT_EQ(failed->attempts, 3);
  EXPECT_THAT(failed->output, HasSubstr("no luck"));
  EXPECT_THAT(failed->output, HasSubstr("at all"));
  EXPECT_EQ(local.Read("p/a"), "old");
  EXPECT_EQ(local.Read("p/b"), "new");
  EXPECT_EQ(local.Read("n/b"), "new");
  EXPECT_THAT(Failures(Of(report, "n")), ElementsAre("a: waiting"));
  EXPECT_FALSE(local.Exists("n/a")) << "p's old content is not what n is to hold";
}

TEST(Transfer, ThatEndsWellWithoutAFileIsAFailure) {
  LocalCascade local;
  local.Write("m/a", "new");
  for (const char* synccmd :
       {"true ${FILE}", "mkdir ${LOCALDIR}/${FILE}", "ln -s ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}"}) {
    local["p"].templates["synccmd"] = synccmd;
    const Report report = local.Sync({{"p"}});
    EXPECT_EQ(report.exit_code(), 6) << synccmd;
    EXPECT_FALSE(local.Exists("p/a"));
  }
}

TEST(Transfer, ThatDamagesOnceIsRepeatedAndThatAlwaysDoesIsNeverPublished) {
  LocalCascade local;
  local.Write("m/a", "new content");
  local.Write("p/a", "old");
  const std::string damage = "printf X | dd of=\"$f\" bs=1 seek=3 conv=notrunc 2>/dev/null";
  local["p"].templates["synccmd"] = Counting(local, absl::StrCat(kCopy, "; [ $n -gt 1 ] || ", damage));
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("p/a"), "new content");

  local.Write("m/a", "newer content");
  local["p"].templates["synccmd"] = Counting(local, absl::StrCat(kCopy, "; ", damage));
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("a: digest_mismatch"));
  EXPECT_EQ(local.Read("p/a"), "new content");
  local["p"].templates["synccmd"] = std::string(kCopy);
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0) << "the cause is gone";
  EXPECT_FALSE(local.Exists("p/.sshsync/in"));
}

TEST(Transfer, ThatHangsFailsItsFileAndTheOthersArrive) {
  LocalCascade local;
  local["p"].timeout = absl::Milliseconds(400);
  local["p"].retries = 1;
  for (const char* name : {"a", "b", "c"}) local.Write(absl::StrCat("m/", name), name);
  local["p"].templates["synccmd"] = absl::StrCat("[ ${FILE} != b ] || sleep 1000; ", kCopy);
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("b: timeout"));
  EXPECT_EQ(local.Read("p/a"), "a");
  EXPECT_EQ(local.Read("p/c"), "c");
}

TEST(Transfer, OfAMissingToolIsSaidOnceForTheRepository) {
  LocalCascade local;
  for (int i = 0; i < 20; ++i) local.Write(absl::StrCat("m/", i), "x");
  local["p"].templates["synccmd"] = Counting(local, "no-such-tool-at-all ${FILE}");
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(Of(report, "p").failure, Failure::kCommandNotFound);
  EXPECT_THAT(Of(report, "p").message, HasSubstr("no-such-tool-at-all"));
  EXPECT_EQ(local.Read("calls"), "1\n");
}

TEST(Transfer, OfAFileTooBigForItsLimitOfOutputFailsThatFile) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Write("m/b", "b");
  local["p"].retries = 0;
  local["p"].templates["synccmd"] =
      absl::StrCat("[ ${FILE} != a ] || dd if=/dev/zero bs=1048576 count=20 2>/dev/null; ", kCopy);
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("a: command_failed"));
  EXPECT_EQ(local.Read("p/b"), "b");
}

TEST(Transfer, BySeveralStreamsBringsEverythingOnce) {
  LocalCascade local;
  local["p"].streams = 4;
  local["p"].templates["synccmd"] = "echo ${FILE} >>" + local.Path("log") + "; " + std::string(kCopy);
  for (int i = 0; i < 40; ++i) local.Write(absl::StrCat("m/", i), std::string(static_cast<size_t>(i) * 100, 'x'));
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Files("p"), local.Files("m"));
  EXPECT_EQ(local.Shell("sort log | uniq -d; wc -l <log"), "40\n");
}

TEST(Transfer, KeepsModeAndTimeAndNeverSetuid) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Write("m/b", "b");
  local.Shell("chmod 6755 m/a; chmod 640 m/b; touch -d 2020-02-02T02:02:02.5Z m/a m/b");
  local["p"].templates["synccmd"] = "cat ${REMOTEDIR}/${FILE} >${LOCALDIR}/${FILE}";
  EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  for (const char* child : {"p", "n"}) {
    EXPECT_EQ(local.Shell(absl::StrCat("cd ", child, "; stat -c '%a %.2Y' a b")),
              "755 1580608922.50\n640 1580608922.50\n");
  }
}

TEST(Transfer, IntoTheRealFolderSaysThatNothingIsVerifiedFirst) {
  LocalCascade local;
  local.Write("m/sub/a", "new");
  local.Write("p/sub/a", "old");
  local["p"].stage = "no";
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local.Read("p/sub/a"), "new");
  EXPECT_THAT(local.Messages(LogLevel::kWarning), Contains(HasSubstr("stage = no")));
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
}

TEST(Transfer, ThroughAStageOfItsOwnLeavesNothingThere) {
  LocalCascade local;
  local.Shell("mkdir stage");
  local["p"].stage = local.Path("stage");
  local.Write("m/sub/a", "new");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("p/sub/a"), "new");
  EXPECT_EQ(local.Shell("find stage -type f"), "");
}

TEST(Metadata, OfUnchangedFilesIsBroughtInLineWhenAsked) {
  LocalCascade local;
  local.Write("m/a", "same");
  local.Write("p/a", "same");
  local.SetTime("m/a", 1'500'000'000);
  local.Shell("chmod 600 m/a; chmod 644 p/a");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Shell("stat -c %a p/a"), "644\n");
  local["p"].metadata = true;
  const std::string inode = local.Shell("stat -c %i p/a");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Shell("stat -c '%a %Y' p/a"), "600 1500000000\n");
  EXPECT_EQ(local.Shell("stat -c %i p/a"), inode);
}

TEST(Publishing, ThatIsDeniedFailsItsFileOnly) {
  LocalCascade local;
  local.Write("m/sub/a", "new");
  local.Write("m/b", "new");
  local["p"].templates["synccmd"] =
      absl::StrCat(kCopy, "; [ ${FILE} = b ] || { mkdir -p ", local.Path("p/sub/a"), "; }");  // while it is fetched
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("sub/a: obstructed"));
  EXPECT_EQ(local.Read("p/b"), "new");
}

TEST(Secrets, NeverShowInWhatIsReported) {
  LocalCascade local;
  local.Write("m/a", "a");
  local["p"].password = "hunter2";
  local["p"].templates["synccmd"] = "echo it is ${LOCALPASSWORD}; false ${FILE}";
  const Report report = local.Sync({{"p"}});
  const FileOutcome* const failed = FileOf(Of(report, "p"), "a");
  ASSERT_NE(failed, nullptr);
  EXPECT_THAT(failed->output, HasSubstr("it is ***"));
  for (const std::string& text : {failed->output, failed->command, failed->message})
    EXPECT_THAT(text, testing::Not(HasSubstr("hunter2")));
  for (const Event& event : local.events()) {
    EXPECT_THAT(event.message + event.output + event.command, testing::Not(HasSubstr("hunter2")))
        << EventKindName(event.kind);
  }
}

TEST(SyncTransfer, ABigFileThatChangedIsReplacedInEveryHop) {
  LocalCascade local;
  for (const char* name : {"m", "p", "n"}) local[name].templates.clear(), local[name].chunk = 131'072;
  std::string content(5 * 131'072 + 3, 'a');
  local.Write("m/big", content);
  ASSERT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  for (size_t at = 0; at < content.size(); at += 150'000) content[at] = 'b';
  local.Write("m/big", content);
  local.SetTime("m/big", absl::ToUnixSeconds(absl::Now()) + 5);
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local.Read("p/big"), content);
  EXPECT_EQ(local.Read("n/big"), content);
  for (const char* name : {"p", "n"}) {
    EXPECT_EQ(Of(report, name).replaced, 1);
    EXPECT_FALSE(local.Exists(absl::StrCat(name, "/.sshsync/in")));
  }
}

TEST(SyncTransfer, ABigFileThatWasOnlyTouchedIsKept) {
  LocalCascade local;
  for (const char* name : {"m", "p", "n"}) local[name].templates.clear(), local[name].chunk = 131'072;
  const std::string content(5 * 131'072 + 3, 'a');
  for (const char* file : {"m/big", "p/big"}) local.Write(file, content);
  local.SetTime("p/big", absl::ToUnixSeconds(absl::Now()) - 60);
  const auto before = local.Tree("p");
  for (int run = 1; run <= 2; ++run) {
    const Report report = local.Sync({{"p"}});
    EXPECT_EQ(report.exit_code(), 0);
    EXPECT_EQ(Of(report, "p").kept, 1);
    EXPECT_FALSE(local.Exists("p/.sshsync/in"));
  }
  EXPECT_EQ(local.Tree("p"), before);
}

TEST(SyncTransfer, NothingIsStagedToMakeAPlan) {
  LocalCascade local;
  for (const char* name : {"m", "p", "n"}) local[name].templates.clear(), local[name].chunk = 131'072;
  local.Write("m/big", std::string(5 * 131'072, 'a'));
  local.Write("p/big", std::string(5 * 131'072, 'b'));
  local.SetTime("p/big", absl::ToUnixSeconds(absl::Now()) - 60);
  const auto before = local.WholeTree("p");
  EXPECT_EQ(local.Run(Verb::kPlan, {{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.WholeTree("p"), before);
}

TEST(SyncTransfer, AStageElsewhereIsEmptyAfterAGoodRun) {
  LocalCascade local;
  local.Write("m/sub/a", "content");
  local.Shell("mkdir aside");
  local["p"].stage = local.Path("aside");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("p/sub/a"), "content");
  EXPECT_EQ(local.Shell("ls -A aside"), "");
}

}  // namespace
}  // namespace sshsync
