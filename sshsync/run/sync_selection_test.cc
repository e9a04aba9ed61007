#include <ctime>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/sync.h"
#include "sshsync/testing/local_cascade.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> Names(const std::map<std::string, std::string>& files) {
  std::vector<std::string> names;
  for (const auto& [name, content] : files) names.push_back(name);
  return names;
}

constexpr int64_t kLongAgo = 1'600'000'000;

TEST(Selection, CopiesWhatTheChildsFilterSelects) {
  LocalCascade local;
  for (const absl::string_view name : {"a", "a.tmp", "cache/x", "sub/cache/y", "sub/b"})
    local.Write(absl::StrCat("m/", name), name);
  local["p"].filter = {"- *.tmp", "- cache/"};
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_THAT(Names(local.Files("p")), ElementsAre("a", "sub/b"));
  EXPECT_THAT(Names(local.Files("n")), ElementsAre("a", "sub/b"));
  EXPECT_EQ(Of(report, "p").excluded, 3);
  EXPECT_EQ(Of(report, "p").copied, 2);
  EXPECT_EQ(Of(report, "n").excluded, 0);
}

TEST(Selection, LeavesExcludedFilesOfTheChildAlone) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Write("m/x.tmp", "theirs");
  local.Write("p/x.tmp", "ours");
  local.Write("p/y.tmp", "ours");
  local.Write("p/gone", "extra");
  local["p"].filter = {"- *.tmp"};
  local["p"].del = true;
  local["p"].max_delete = {.value = 1, .percent = false};
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_THAT(Names(local.Files("p")), ElementsAre("a", "x.tmp", "y.tmp"));
  EXPECT_EQ(local.Read("p/x.tmp"), "ours");
  EXPECT_EQ(local.Run(Verb::kVerify, {{"p"}}).exit_code(), 0);
}

TEST(Selection, TakesAPercentageOfTheSelectedFiles) {
  LocalCascade local;
  local.Write("m/a", "a");
  for (int i = 0; i < 30; ++i) local.Write(absl::StrCat("p/", i, ".tmp"), "x");
  local.Write("p/a", "a");
  local.Write("p/b", "b");
  local["p"].filter = {"- *.tmp"};
  local["p"].del = true;
  local["p"].max_delete = {.value = 49, .percent = true};
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_FALSE(local.Exists("p/b"));
  local.Write("p/b", "b");
  local.Write("p/c", "c");
  local.Write("p/d", "d");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 8) << "49% of four files are two; of all 34 they would be 17";
}

TEST(Selection, IsNotHeldUpByExcludedFilesThatCannotBeRead) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Write("m/bad", "b");
  local["m"].templates["digestcmd"] = "case ${FILEPATH} in */bad) exit 1;; esac; sha1sum ${FILEPATH}";
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 6);
  local["p"].filter = {"- /bad"};
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
}

TEST(Selection, PutsTheRunsPatternsFirst) {
  LocalCascade local;
  for (const absl::string_view name : {"a", "b", "c"}) local.Write(absl::StrCat("m/", name), name);
  local["p"].filter = {"- c", "- b"};
  SyncOptions options;
  options.filter = {"+ b", "- a"};
  EXPECT_EQ(local.Sync({{"p"}}, options).exit_code(), 0);
  EXPECT_THAT(Names(local.Files("p")), ElementsAre("b"));
}

TEST(Settle, LeavesFilesAloneThatMayStillBeArrivingAndFailsThem) {
  LocalCascade local;
  local.Write("m/old", "1");
  local.Write("m/young", "2");
  local.Write("p/young", "before");
  local.Write("n/young", "before");
  local.SetTime("m/old", kLongAgo);
  local.SetTime("m/young", std::time(nullptr));
  local["p"].settle = absl::Hours(10);
  local["p"].del = true;
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(local.Read("p/old"), "1");
  EXPECT_EQ(local.Read("p/young"), "before");
  EXPECT_EQ(local.Read("n/young"), "before");
  EXPECT_THAT(FileOf(Of(report, "p"), "young")->message, HasSubstr("source still arriving"));
  EXPECT_EQ(FileOf(Of(report, "n"), "young")->failure, Failure::kWaiting);
  local.SetTime("m/young", kLongAgo);
  EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("n/young"), "2");
}

TEST(Settle, TakesUpWhatCameToRestWhileTheOthersWereCopied) {
  LocalCascade local;
  local.Write("m/a", "1");
  local.Write("m/late", "2");
  local.SetTime("m/a", kLongAgo);
  local.SetTime("m/late", std::time(nullptr));
  local["p"].settle = absl::Hours(10);
  local["p"].templates["synccmd"] =
      absl::StrCat("case ${FILE} in a) echo more >>", local.Path("m/late"), "; touch -d @", kLongAgo, " ",
                   local.Path("m/late"), ";; esac; cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}");
  local.Write("p/late", "before");
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(Of(report, "p").copied, 1);
  EXPECT_EQ(Of(report, "p").replaced, 1);
  EXPECT_THAT(local.Read("p/late"), HasSubstr("2more"));
  EXPECT_EQ(local.Read("n/late"), local.Read("p/late"));
}

TEST(Settle, TakesWhatTheRunBroughtForSettled) {
  LocalCascade local;
  local.Write("m/a", "1");
  local["n"].settle = absl::Hours(10);
  EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("n/a"), "1");
}

}  // namespace
}  // namespace sshsync
