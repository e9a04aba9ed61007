#include "sshsync/sync.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/local_cascade.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Three folders deep, with the sizes at which buffers end.
void WriteSome(const LocalCascade& local, absl::string_view repository) {
  const std::string root(repository);
  local.Write(root + "/empty", "");
  local.Write(root + "/a", "a");
  local.Write(root + "/sub/b", std::string(4095, 'b'));
  local.Write(root + "/sub/c", std::string(4096, 'c'));
  local.Write(root + "/sub/deeper/still/d", std::string(1 << 20, 'd'));
}

std::vector<std::string> Changed(const std::map<std::string, std::string>& before,
                                 const std::map<std::string, std::string>& after) {
  std::vector<std::string> changed;
  for (const auto& [name, stat] : after) {
    const auto at = before.find(name);
    if (at == before.end() || at->second != stat) changed.push_back(name);
  }
  for (const auto& [name, stat] : before) {
    if (!after.contains(name)) changed.push_back("-" + name);
  }
  return changed;
}

TEST(Sync, BringsEveryFileDownTheCascade) {
  LocalCascade local;
  WriteSome(local, "m");
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local.Files("p"), local.Files("m"));
  EXPECT_EQ(local.Files("n"), local.Files("m"));
  EXPECT_EQ(Of(report, "p").copied, 5);
  EXPECT_EQ(Of(report, "n").copied, 5);
  EXPECT_EQ(Of(report, "n").outcome, Outcome::kChanged);
  EXPECT_FALSE(local.Exists("p/.sshsync/in"));
  EXPECT_FALSE(local.Exists("p/.sshsync/lock"));
}

TEST(Sync, TouchesNothingTheSecondTime) {
  LocalCascade local;
  WriteSome(local, "m");
  ASSERT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  const auto p = local.Tree("p"), n = local.Tree("n");
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local.Tree("p"), p);
  EXPECT_EQ(local.Tree("n"), n);
  EXPECT_EQ(Of(report, "n").outcome, Outcome::kEqual);
  EXPECT_EQ(Of(report, "n").kept, 5);
  EXPECT_EQ(Of(report, "n").bytes, 0);
}

TEST(Sync, ReplacesOnlyWhatDiffersThoughSizeAndTimeAreTheSame) {
  LocalCascade local;
  WriteSome(local, "m");
  local.SetTime("m/a", 1'600'000'000);
  ASSERT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  const auto before = local.Tree("n");
  local.Write("m/a", "b");
  local.SetTime("m/a", 1'600'000'000);
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local.Read("n/a"), "b");
  EXPECT_THAT(Changed(before, local.Tree("n")), ElementsAre("a"));
  EXPECT_EQ(Of(report, "n").replaced, 1);
}

TEST(Sync, RepairsAChildThatWasDamagedBehindItsBack) {
  LocalCascade local;
  WriteSome(local, "m");
  ASSERT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  local.Shell(
      "cp -p p/sub/b aside; printf x | dd of=p/sub/b bs=1 seek=100 conv=notrunc 2>/dev/null; touch -r aside p/sub/b");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Files("p"), local.Files("m"));
}

TEST(Sync, LeavesExtraFilesAndEmptyFoldersOfTheChildAlone) {
  LocalCascade local;
  local.Write("m/a", "new");
  local.Write("p/extra", "mine");
  local.Shell("mkdir p/empty");
  const auto before = local.Tree("p");
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_THAT(Changed(before, local.Tree("p")), ElementsAre("a"));
  EXPECT_EQ(Of(report, "p").extra, 1);
}

TEST(Sync, ComparesExtraFilesOfAChildWithItsOwnChildren) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Write("p/extra", "mine");
  ASSERT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("n/extra"), "mine");
  local["n"].templates["synccmd"] =
      "echo ${FILE} >>" + local.Path("aside") + "; cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}";
  const auto before = local.Tree("n");
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local.Tree("n"), before);
  EXPECT_FALSE(local.Exists("aside")) << local.Read("aside") << "was transferred again";
  EXPECT_EQ(local.Run(Verb::kVerify, {{"p"}, {"n"}}).exit_code(), 0);
}

TEST(Sync, MakesTheFolderOfAChildButNotWhatIsAboveIt) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Shell("rmdir p n");
  local["n"].path = local.Path("n/too/deep");
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(local.Read("p/a"), "a");
  EXPECT_EQ(Of(report, "n").outcome, Outcome::kFailed);
  EXPECT_FALSE(local.Exists("n"));
}

TEST(Plan, TellsWhatWouldBeDoneAndChangesNothing) {
  LocalCascade local;
  local.Write("m/a", "new");
  local.Write("m/b", "b");
  local.Write("p/a", "old");
  local.Write("n/b", "b");
  const auto m = local.WholeTree("m"), p = local.WholeTree("p"), n = local.WholeTree("n");
  const Report report = local.Run(Verb::kPlan, {{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local.WholeTree("m"), m);
  EXPECT_EQ(local.WholeTree("p"), p);
  EXPECT_EQ(local.WholeTree("n"), n);
  EXPECT_EQ(Of(report, "p").replaced, 1);
  EXPECT_EQ(Of(report, "p").copied, 1);
  EXPECT_EQ(Of(report, "p").outcome, Outcome::kPlanned);
  // n is compared with what p will hold.
  EXPECT_EQ(Of(report, "n").copied, 1);
  EXPECT_EQ(Of(report, "n").kept, 1);
}

TEST(Plan, DoesNotMakeAMissingFolder) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Shell("rmdir p");
  local.Run(Verb::kPlan, {{"p"}});
  EXPECT_FALSE(local.Exists("p"));
}

TEST(Verify, SaysWhatDiffersAndChangesNothing) {
  LocalCascade local;
  local.Write("m/a", "new");
  local.Write("m/b", "b");
  local.Write("p/a", "old");
  local.Write("p/b", "b");
  local.Write("n/a", "old");
  local.Write("n/b", "b");
  const auto p = local.WholeTree("p"), n = local.WholeTree("n");
  const Report report = local.Run(Verb::kVerify, {{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 10);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("a: differs"));
  EXPECT_EQ(Of(report, "p").outcome, Outcome::kDiffers);
  EXPECT_THAT(Failures(Of(report, "n")), IsEmpty()) << "it equals its parent as it is now";
  EXPECT_EQ(local.WholeTree("p"), p);
  EXPECT_EQ(local.WholeTree("n"), n);
}

TEST(Verify, NeverCallsAFileDifferentThatNobodyCouldCompare) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Write("p/a", "a");
  local.Write("n/a", "a");
  local["m"].templates["digestcmd"] = "echo oops ${FILEPATH}";
  for (const Verb verb : {Verb::kPlan, Verb::kVerify}) {
    const Report report = local.Run(verb, {{"p"}, {"n"}});
    EXPECT_EQ(report.exit_code(), 6);
    EXPECT_EQ(Of(report, "n").replaced, 0);
  }
}

TEST(Sync, NeedsNothingButPathsAndParents) {
  LocalCascade local;
  for (const char* name : {"m", "p", "n"}) local[name].templates.clear();
  WriteSome(local, "m");
  local.Write("m/it's $(touch pwn)\nodd", "odd");
  local.Write("m/big", std::string(3 << 20, 'x'));
  EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  EXPECT_EQ(local.Files("n"), local.Files("m"));
  const auto before = local.Tree("n");
  EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  EXPECT_THAT(Changed(before, local.Tree("n")), IsEmpty());
}

TEST(Sync, ANameThatASecondParserWouldReadGoesByTheBuiltinTransfer) {
  LocalCascade local;
  local["p"].templates["synccmd"] = "sh -c \"cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}\"";
  local.Write("m/plain", "plain");
  local.Write("m/a b", "odd");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("p/a b"), "odd");
  local["p"].transfer = Transfer::kCommand;
  local.Write("m/c d", "odd");
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(Of(report, "p").files[0].failure, Failure::kUnsafeName);
  EXPECT_FALSE(local.Exists("p/c d"));
}

}  // namespace
}  // namespace sshsync
