#include "sshsync/remote/selection.h"

#include <memory>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kSecond = 1'000'000'000;
constexpr absl::string_view kNow = "19700101024640";  // 10,000 seconds after 1970

std::shared_ptr<RepositorySnapshot> SourceState(const std::vector<std::pair<std::string, int64_t>>& files) {
  auto contents = std::make_shared<RepositorySnapshot>();
  for (const auto& [path, seconds] : files)
    contents->manifest.files.push_back({.path = path, .stat = {.size = 1, .mtime = seconds * kSecond}, .digest = {}});
  return contents;
}

Repository Child(std::vector<std::string> filter, int64_t settle) {
  Repository child;
  child.filter = std::move(filter);
  child.settle = absl::Seconds(settle);
  return child;
}

std::vector<std::string> PathsOf(const RepositorySnapshot& contents) {
  std::vector<std::string> paths;
  for (const FileEntry& file : contents.manifest.files) paths.push_back(file.path);
  return paths;
}

TEST(Selection, IsAllOfItWhereNothingIsSaid) {
  const auto all = SourceState({{"a", 9'999}, {"b", 1}});
  const auto selection = Selection::Make(Child({}, 0), all, "");
  ASSERT_TRUE(selection.ok());
  EXPECT_EQ(selection->Of(all), all) << "no copy is made of a million files";
  EXPECT_EQ(selection->excluded(), 0);
}

TEST(Selection, LeavesOutWhatIsExcludedAndWhatMayStillBeArriving) {
  const auto all = SourceState({{"a", 1}, {"b.tmp", 1}, {"c", 9'900}, {"d.tmp", 9'900}});
  all->failed["e.tmp"] = FailedPath("e.tmp", Failure::kBadDigest, "x");
  all->failed["f"] = FailedPath("f", Failure::kBadDigest, "x");
  all->links = {"g", "h.tmp"};
  const auto selection = Selection::Make(Child({"- *.tmp"}, 300), all, kNow);
  ASSERT_TRUE(selection.ok());
  EXPECT_EQ(selection->excluded(), 2);
  EXPECT_THAT(selection->unsettled(), ElementsAre("c"));
  const auto part = selection->Of(all);
  EXPECT_THAT(PathsOf(*part), ElementsAre("a"));
  EXPECT_TRUE(part->usable("e.tmp"));
  EXPECT_FALSE(part->usable("f"));
  EXPECT_THAT(part->links, ElementsAre("g"));
}

TEST(Selection, KnowsAllThatTheParentListsInWhateverState) {
  const auto all = SourceState({{"a.tmp", 1}, {"young", 9'999}});
  all->failed["failed"] = FailedPath("failed", Failure::kBadListing, "x");
  all->links = {"link"};
  all->vanished = {"vanished"};
  all->others = {"pipe"};
  const auto selection = Selection::Make(Child({"- *.tmp"}, 300), all, kNow);
  ASSERT_TRUE(selection.ok());
  for (const absl::string_view path : {"a.tmp", "young", "failed", "link", "vanished", "pipe"})
    EXPECT_TRUE(selection->ParentLists(path)) << path;
  EXPECT_FALSE(selection->ParentLists("own"));
}

TEST(Selection, TakesWhatTheRunBroughtToTheParentForSettled) {
  const auto all = SourceState({{"brought", 9'999}, {"own", 9'999}});
  all->own = {"own"};
  const auto selection = Selection::Make(Child({}, 300), all, kNow);
  ASSERT_TRUE(selection.ok());
  EXPECT_THAT(selection->unsettled(), ElementsAre("own"));
}

TEST(Selection, NeedsAClockOnlyToSettle) {
  EXPECT_TRUE(Selection::Make(Child({"- x"}, 0), SourceState({}), "no time").ok());
  EXPECT_EQ(FailureOf(Selection::Make(Child({}, 1), SourceState({}), "no time").status()), Failure::kCommandFailed);
  EXPECT_EQ(FailureOf(Selection::Make(Child({"- [x"}, 0), SourceState({}), kNow).status()), Failure::kConfig);
}

}  // namespace
}  // namespace sshsync
