#include "sshsync/exec/work.h"

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

constexpr absl::string_view kOne = "1111111111111111111111111111111111111111";
constexpr absl::string_view kTwo = "2222222222222222222222222222222222222222";

FileEntry File(absl::string_view digest, int64_t mtime) {
  return {.path = "a", .stat = {.size = 1, .mtime = mtime}, .digest = *Digest::FromHex(digest)};
}

Work OneFile(const FileEntry& file, int retries) {
  Plan plan;
  plan.items.push_back({Action::kCopy, &file, nullptr});
  return Work(plan, retries);
}

TEST(Work, TriesThatFailAreNotTakenForChangesOfTheSource) {
  const FileEntry file = File(kOne, 1);
  Work work = OneFile(file, 5);
  for (int i = 0; work.AnyOpen(); ++i) {
    ASSERT_LT(i, 10);
    work.Failed(0, MakeError(Failure::kCommandFailed, "status 1"), "", "", 1);
    if (work.AnyOpen()) work.LookedAgain(0, absl::OkStatus(), &file);
  }
  EXPECT_EQ(work.at(0).outcome.failure, Failure::kCommandFailed);
  EXPECT_EQ(work.at(0).outcome.attempts, 6);
}

TEST(Work, ASourceMayChangeThreeTimes) {
  Work work = OneFile(File(kOne, 1), 5);
  for (int change = 1; change <= 3; ++change) {
    work.at(0).look_again = work.at(0).changed = true;  // seen before its publishing
    const FileEntry now = File(change % 2 == 0 ? kOne : kTwo, 1 + change);
    work.LookedAgain(0, absl::OkStatus(), &now);
    EXPECT_TRUE(work.AnyOpen()) << change;
  }
  const FileEntry now = File(kOne, 9);
  work.LookedAgain(0, absl::OkStatus(), &now);
  EXPECT_EQ(work.at(0).outcome.failure, Failure::kSourceChanged);
}

TEST(Work, ASourceWhoseTimeGoesToAndFroIsGivenUp) {
  const FileEntry file = File(kOne, 1);
  Work work = OneFile(file, 5);
  for (int i = 0; work.AnyOpen(); ++i) {
    ASSERT_LT(i, 10);
    work.at(0).changed = true;                         // when it was to be published,
    work.LookedAgain(0, absl::OkStatus(), &file);      // but not when it was looked at again
  }
  EXPECT_EQ(work.at(0).outcome.failure, Failure::kSourceChanged);
}

TEST(Work, DamageCountsAsTries) {
  const FileEntry file = File(kOne, 1);
  Work work = OneFile(file, 2);
  for (int i = 0; work.AnyOpen(); ++i) {
    ASSERT_LT(i, 10);
    work.at(0).mismatched = true;
    work.LookedAgain(0, absl::OkStatus(), &file);
  }
  EXPECT_EQ(work.at(0).outcome.failure, Failure::kDigestMismatch);
  EXPECT_EQ(work.at(0).outcome.attempts, 3);
}

TEST(Work, AnEqualFileIsKeptWhenTheSourceCameBack) {
  const FileEntry child = File(kTwo, 1), parent = File(kOne, 1);
  Plan plan;
  plan.items.push_back({Action::kReplace, &parent, &child});
  Work work(plan, 5);
  work.LookedAgain(0, absl::OkStatus(), &child);
  EXPECT_EQ(work.at(0).state, WorkItem::State::kKept);
}

}  // namespace
}  // namespace sshsync
