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

}  // namespace
}  // namespace sshsync
