#include "sshsync/plan/explain.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(Explain, SaysWhyAFileIsToBeMovedOrDeleted) {
  FileEntry parent{.path = "a", .stat = {.size = 5}, .digest = {}},
      child{.path = "a", .stat = {.size = 7}, .digest = {}};
  const FileOutcome copy = Explain({Action::kCopy, &parent, nullptr}, Verb::kPlan);
  EXPECT_EQ(copy.action, "copy");
  EXPECT_EQ(copy.bytes, 5);
  EXPECT_EQ(copy.message, "the child does not have it");
  EXPECT_EQ(copy.failure, Failure::kNone);
  EXPECT_EQ(Explain({Action::kReplace, &parent, &child}, Verb::kPlan).message, "no regular file stands there");
  const FileOutcome gone = Explain({Action::kDelete, nullptr, &child}, Verb::kPlan);
  EXPECT_EQ(gone.action, "delete");
  EXPECT_EQ(gone.bytes, 7);
  EXPECT_EQ(gone.message, "the parent does not have it");
}

TEST(Explain, CallsEachOfThemADifferenceWhereOnlyIsVerified) {
  const FileEntry file{.path = "a", .stat = {.size = 5}, .digest = {}};
  for (const PlanItem& item : {PlanItem{Action::kCopy, &file, nullptr}, PlanItem{Action::kReplace, &file, &file},
                               PlanItem{Action::kDelete, nullptr, &file}}) {
    EXPECT_EQ(Explain(item, Verb::kVerify).failure, Failure::kDiffers);
  }
}

TEST(Summary, SaysWhatThereIsAndNothingOfWhatThereIsNot) {
  Plan plan;
  plan.keeps = 3, plan.copies = 1, plan.extra = 2;
  EXPECT_EQ(Summary(plan, 0), "3 equal, 1 to copy, 0 to replace, 2 extra");
  plan.deletes = 4;
  EXPECT_EQ(Summary(plan, 5), "3 equal, 1 to copy, 0 to replace, 4 to delete, 2 extra, 5 excluded");
}

}  // namespace
}  // namespace sshsync
