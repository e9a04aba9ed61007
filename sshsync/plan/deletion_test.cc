#include "sshsync/plan/deletion.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/plan/diff.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Manifest Files(const std::vector<std::string>& paths) {
  Manifest manifest;
  for (const std::string& path : paths) manifest.files.push_back({.path = path, .stat = {.size = 1}, .digest = {}});
  return manifest;
}

std::vector<std::string> PathsOf(const std::vector<const FileEntry*>& files) {
  std::vector<std::string> paths;
  for (const FileEntry* file : files) paths.push_back(file->path);
  return paths;
}

TEST(Deletion, GoesForWhatTheParentDoesNotListAndTheFiltersSelect) {
  const Manifest child = Files({"a", "b", "c", "d"});
  const Extras extras = FindExtras(
      child, [](absl::string_view path) { return path == "b"; }, [](absl::string_view path) { return path != "d"; });
  EXPECT_THAT(PathsOf(extras.files), ElementsAre("a", "c"));
  EXPECT_EQ(extras.selected, 3);
}

TEST(Deletion, IsJudgedByCountAndByAShareThatIsRoundedUp) {
  struct Row {
    int64_t deletions, selected;
    DeleteLimit limit;
    bool allowed;
  };
  for (const Row& row : {Row{0, 0, {10, true}, true}, Row{1, 1, {10, true}, true}, Row{1, 5, {10, true}, true},
                         Row{2, 10, {10, true}, false}, Row{2, 11, {10, true}, true}, Row{3, 20, {10, true}, false},
                         Row{1, 9, {0, true}, false}, Row{9, 9, {100, true}, true}, Row{1, 9, {0, false}, false},
                         Row{2, 2, {2, false}, true}, Row{3, 1000, {2, false}, false}}) {
    const absl::Status status = JudgeDeletions(row.deletions, row.selected, row.limit);
    EXPECT_EQ(status.ok(), row.allowed) << row.deletions << " of " << row.selected << " by " << row.limit.value
                                        << (row.limit.percent ? "%" : "");
    EXPECT_EQ(FailureOf(status), row.allowed ? Failure::kNone : Failure::kSafety);
  }
  EXPECT_EQ(JudgeDeletions(3, 20, {10, true}).message(),
            "3 of 20 files would be deleted, max_delete allows 2 (10%): nothing is deleted");
  EXPECT_EQ(JudgeDeletions(3, 20, {2, false}).message(),
            "3 of 20 files would be deleted, max_delete allows 2: nothing is deleted");
}

TEST(Deletion, IsAPartOfThePlanAndOfWhatIsThereAfterwards) {
  const Manifest parent = Files({"b", "d"}), child = Files({"a", "c", "d", "e"});
  Plan plan = Diff(parent, child, [](absl::string_view path) { return path == "d"; });
  ASSERT_EQ(plan.extra, 3);
  const Extras extras = FindExtras(
      child, [&](absl::string_view path) { return parent.Find(path) != nullptr; },
      [](absl::string_view path) { return path != "e"; });
  AddDeletions(extras.files, &plan);
  EXPECT_EQ(plan.deletes, 2);
  EXPECT_EQ(plan.extra, 1);
  std::vector<std::string> said, left;
  for (const PlanItem& item : plan.items) said.push_back(std::string(ActionName(item.action)) + " " + item.path());
  EXPECT_THAT(said, ElementsAre("delete a", "copy b", "delete c"));
  EXPECT_THAT(DeletedPaths(plan), ElementsAre("a", "c"));
  for (const FileEntry& file : AfterPlan(child, plan).files) left.push_back(file.path);
  EXPECT_THAT(left, ElementsAre("b", "d", "e"));
}

}  // namespace
}  // namespace sshsync
