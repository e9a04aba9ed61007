#include "absl/strings/str_cat.h"
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
using ::testing::Not;

// A cascade without any command of the operator's.
class RouteTest : public ::testing::TestWithParam<Route> {
 protected:
  RouteTest() {
    for (const char* name : {"m", "p", "n"}) {
      local_[name].templates.clear();
      local_[name].chunk = 262'144;
      if (std::string(name) != "m") local_[name].route = {GetParam()};
    }
  }
  static std::string Big(int seed) {
    std::string bytes;
    for (int i = 0; bytes.size() < 1'200'000; ++i) absl::StrAppend(&bytes, seed, " ", i, "\n");
    return bytes;
  }
  LocalCascade local_;
};

TEST_P(RouteTest, BringsSmallFilesAndBigOnesWhateverTheirNames) {
  for (const char* name : {"plain", "a b", "it's", "$(touch pwn)", "new\nline", "-rf", "back\\slash",
                           "\\056\\056\\057x", "sub/\"q\"", "end\n", "empty"}) {
    local_.Write(absl::StrCat("m/", name), std::string(name) == "empty" ? "" : absl::StrCat("content of ", name));
  }
  local_.Write("m/big 'file'", Big(1));
  local_.Write("p/big 'file'", Big(2));
  EXPECT_EQ(local_.Sync({{"p"}, {"n"}}).exit_code(), 0);
  EXPECT_EQ(local_.Files("p"), local_.Files("m"));
  EXPECT_EQ(local_.Files("n"), local_.Files("m"));
  EXPECT_FALSE(local_.Exists("pwn"));
  EXPECT_EQ(local_.Sync({{"p"}, {"n"}}).exit_code(), 0);
}

TEST_P(RouteTest, AFileThatCannotBeReadFailsAloneWithItsReason) {
  local_.Write("m/a", "a");
  local_.Write("m/b", Big(1));
  local_.Write("p/b", "old");
  local_["m"].templates["read"] = "echo 'dd: Input/output error' >&2; exit 1";
  const Report report = local_.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("b: command_failed"));
  EXPECT_THAT(FileOf(Of(report, "p"), "b")->output, HasSubstr("Input/output error"));
  EXPECT_EQ(local_.Read("p/a"), "a");
  EXPECT_EQ(local_.Read("p/b"), "old");
}

TEST_P(RouteTest, AWriterThatFailsFailsItsFileAlone) {
  local_.Write("m/a", "a");
  local_.Write("m/b", Big(1));
  local_["p"].templates["write"] = "echo 'dd: no luck' >&2; exit 3";
  local_["p"].templates["seek"] = "exit 3";
  const Report report = local_.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("b: command_failed"));
  EXPECT_EQ(local_.Read("p/a"), "a");
  EXPECT_FALSE(local_.Exists("p/b"));
}

TEST_P(RouteTest, ADamagedChunkIsNeverPublished) {
  local_.Write("m/b", Big(1));
  local_.Write("p/b", "old");
  local_["p"].templates["write"] = "tr 0 1 | dd of=\"$STAGED\" ibs=131072 obs=131072 seek=\"$SEEK\" conv=notrunc";
  local_["p"].templates["seek"] = "false";
  const Report report = local_.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(local_.Read("p/b"), "old");
  local_["p"].templates.clear();
  EXPECT_EQ(local_.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local_.Files("p"), local_.Files("m"));
}

TEST_P(RouteTest, ChildrenOfOneStepAllGetIt) {
  local_.Add("q", "m").route = {GetParam()};
  local_["q"].templates.clear();
  local_["q"].chunk = 262'144;
  for (int i = 0; i < 50; ++i) local_.Write(absl::StrCat("m/", i), absl::StrCat("content ", i));
  local_.Write("m/big", Big(1));
  local_.Write("q/7", "content 7");
  EXPECT_EQ(local_.Sync({{"p", "q"}}).exit_code(), 0);
  EXPECT_EQ(local_.Files("p"), local_.Files("m"));
  EXPECT_EQ(local_.Files("q"), local_.Files("m"));
}

INSTANTIATE_TEST_SUITE_P(Each, RouteTest, ::testing::Values(Route::kPull, Route::kPush, Route::kRelay),
                         [](const auto& parameter) { return std::string(RouteName(parameter.param)); });

TEST(Routes, AListTakesTheFirstThatWorksAndSaysSo) {
  LocalCascade local;
  for (const char* name : {"m", "p"}) local[name].templates.clear();
  local.Write("m/a", "a");
  local["p"].route = {Route::kPush, Route::kPull};
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 0) << Of(report, "p").message;
  EXPECT_THAT(local.Messages(LogLevel::kInfo), Contains(HasSubstr("p: route push: pushed through sh")));
}

// A writer that is not seen to end may be writing still: the file it has is never published.
TEST(Routes, WhatAPushDidNotSeeTheEndOfIsBroughtAnew) {
  LocalCascade local;
  for (const char* name : {"m", "p"}) local[name].templates.clear(), local[name].chunk = 262'144;
  local["p"].route = {Route::kPush};
  std::string big;
  for (int i = 0; big.size() < 1'200'000; ++i) absl::StrAppend(&big, i, "\n");
  local.Write("m/b", big);
  local["p"].templates["seek"] = "false";
  local["p"].templates["write"] =
      absl::StrCat("dd of=\"$STAGED\" ibs=131072 obs=131072 seek=\"$SEEK\" conv=notrunc 2>/dev/null\n[ -f ",
                   local.Path("unseen"), " ] || { stat -c %i \"$STAGED\" >", local.Path("unseen"), "; kill -9 $$; }");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("p/b"), big);
  EXPECT_THAT(local.Messages(LogLevel::kInfo), Contains(HasSubstr("the end of the writer was not seen")));
  local.Shell("stat -c %i p/b >published");
  EXPECT_NE(local.Read("published"), local.Read("unseen"));
}

TEST(Routes, NothingIsTriedWhereNothingIsToMove) {
  LocalCascade local;
  for (const char* name : {"m", "p"}) local[name].templates.clear();
  local.Write("m/a", "a");
  local.Write("p/a", "a");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_THAT(local.Messages(LogLevel::kInfo), Not(Contains(HasSubstr("route "))));
}

}  // namespace
}  // namespace sshsync
