#include "sshsync/plan/diff.h"

#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

Manifest Of(const std::vector<std::pair<std::string, char>>& files) {
  Manifest manifest;
  for (const auto& [path, content] : files) {
    FileEntry entry{.path = path, .stat = {.size = 10}, .digest = {}};
    if (content != '?') entry.digest = *Digest::FromHex(std::string(40, content));
    manifest.files.push_back(entry);
  }
  return manifest;
}

std::string Text(const Plan& plan) {
  std::string text;
  for (const PlanItem& item : plan.items) text += std::string(ActionName(item.action)) + " " + item.path() + "\n";
  return text;
}

bool Nothing(absl::string_view) { return false; }

TEST(Diff, EqualDigestsAreKeptAndTheRestIsCopiedOrReplaced) {
  const Manifest parent = Of({{"a", 'a'}, {"b", 'b'}, {"c", 'c'}, {"d", 'd'}});
  const Manifest child = Of({{"0", '0'}, {"b", 'b'}, {"c", 'f'}, {"cc", 'c'}, {"e", 'e'}});
  const Plan plan = Diff(parent, child, Nothing);
  EXPECT_EQ(Text(plan), "copy a\nreplace c\ncopy d\n");
  EXPECT_EQ(plan.keeps, 1);
  EXPECT_EQ(plan.copies, 2);
  EXPECT_EQ(plan.replaces, 1);
  EXPECT_EQ(plan.extra, 3);
  EXPECT_EQ(plan.bytes, 30);
}

TEST(Diff, AChildFileWithoutADigestIsReplaced) {
  EXPECT_EQ(Text(Diff(Of({{"a", 'a'}}), Of({{"a", '?'}}), Nothing)), "replace a\n");
}

TEST(LikelyChanged, GoesByTheSizeAndByAMtimeThatIsLaterThanTheChilds) {
  constexpr int64_t kSecond = 1'000'000'000;
  const FileStat child{.size = 10, .mtime = 100 * kSecond};
  EXPECT_TRUE(LikelyChanged({.size = 11, .mtime = 50 * kSecond}, child));
  EXPECT_TRUE(LikelyChanged({.size = 10, .mtime = 101 * kSecond}, child));
  EXPECT_FALSE(LikelyChanged({.size = 10, .mtime = 100 * kSecond}, child));
  EXPECT_FALSE(LikelyChanged({.size = 10, .mtime = 99 * kSecond}, child)) << "it was copied without its time";
  EXPECT_FALSE(LikelyChanged({.size = 10, .mtime = 101 * kSecond}, {.size = 10})) << "whose time is not known";
  const FileStat coarse{.size = 10, .mtime = 60 * kSecond, .resolution = FileStat::Resolution::kMinute};
  EXPECT_FALSE(LikelyChanged({.size = 10, .mtime = 119 * kSecond}, coarse)) << "the same minute";
  EXPECT_TRUE(LikelyChanged({.size = 10, .mtime = 120 * kSecond}, coarse));
}

TEST(Diff, ExcludedPathsLeaveThePlan) {
  const Manifest parent = Of({{"a", 'a'}, {"b", 'b'}});
  EXPECT_EQ(Text(Diff(parent, Of({{"b", 'f'}}), [](absl::string_view path) { return path == "b"; })), "copy a\n");
}

TEST(Diff, ThePlanCarriedOutGivesTheParentAndTheExtraFiles) {
  const Manifest parent = Of({{"a", 'a'}, {"b", 'b'}, {"c", 'c'}, {"d", 'd'}});
  const Manifest child = Of({{"0", '0'}, {"b", 'b'}, {"c", 'f'}, {"e", 'e'}});
  const Manifest after = AfterPlan(child, Diff(parent, child, Nothing));
  EXPECT_EQ(Text(Diff(parent, after, Nothing)), "");
  ASSERT_EQ(after.files.size(), 6u);
  EXPECT_EQ(after.files.front().path, "0");
  EXPECT_EQ(after.files.back().path, "e");
}

TEST(Diff, AManifestThatIsGivenAwayIsChangedInPlaceByThePlanThatPointsIntoIt) {
  const Manifest parent = Of({{"b", 'b'}, {"c", 'c'}});
  Manifest child = Of({{"0", '0'}, {"a", 'a'}, {"c", 'f'}, {"d", 'd'}});
  Plan plan = Diff(parent, child, Nothing);
  plan.items.insert(plan.items.begin(), {Action::kDelete, nullptr, child.Find("0")});
  plan.items.push_back({Action::kDelete, nullptr, child.Find("d")});
  EXPECT_EQ(Text(plan), "delete 0\ncopy b\nreplace c\ndelete d\n");
  const Manifest after = AfterPlan(std::move(child), plan);
  ASSERT_EQ(after.files.size(), 3u);
  EXPECT_EQ(after.files[0].path, "a");
  EXPECT_EQ(after.files[1].path, "b");
  EXPECT_EQ(after.files[2].digest, parent.files[1].digest);
}

}  // namespace
}  // namespace sshsync
