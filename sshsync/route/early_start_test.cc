#include "sshsync/route/early_start.h"

#include "gtest/gtest.h"
#include "sshsync/testing/local_hop.h"

namespace sshsync {
namespace {

class EarlyStartTest : public ::testing::Test {
 protected:
  using Early = EarlyStart;

  EarlyStartTest() {
    hop_.dir.Write("m/a", "content");
    hop_.Survey();
  }
  Early Begin(int64_t files, int64_t bytes) {
    const auto& parts = hop_.parts();
    return Early(parts.context, parts.parent, parts.child, {.files = files, .bytes = bytes, .sample = "a"}, false);
  }
  SpareSessions& spare() { return *hop_.parts().context.spare_sessions; }
  // How many sessions are left for others.
  int Spare() {
    const std::set<std::string> host = {hop_.child_config.endpoint.host};
    const int left = spare().Take(host, 100);
    spare().Give(host, left);
    return left;
  }

  LocalHop hop_;
};

TEST_F(EarlyStartTest, BeginsNothingWhereNothingIsLikelyToMove) {
  Early early = Begin(0, 0);
  const auto begun = early.Take(0);
  EXPECT_EQ(begun.stream.session, nullptr);
  EXPECT_TRUE(begun.status.ok());
}

TEST_F(EarlyStartTest, ReadiesAsManyStreamsAsAreOfUseAndGivesEachOnce) {
  const int before = Spare();
  Early early = Begin(1, int64_t{9} << 20);
  EXPECT_EQ(Spare(), before - 2);
  for (int number = 0; number < 2; ++number) {
    auto begun = early.Take(number);
    EXPECT_TRUE(begun.status.ok()) << begun.status;
    EXPECT_EQ(begun.stream.number, number);
    ASSERT_NE(begun.stream.session, nullptr) << number;
    EXPECT_EQ(begun.stream.route, Route::kPull);
    early.routes().Close(begun.stream);
  }
  EXPECT_EQ(Spare(), before);
  EXPECT_EQ(early.Take(0).stream.session, nullptr);
  EXPECT_EQ(early.Take(2).stream.session, nullptr) << "it was not begun";
}

TEST_F(EarlyStartTest, TakesNoMoreThanAHostHasToSpareAndGivesBackWhatNobodyTook) {
  const std::set<std::string> host = {hop_.child_config.endpoint.host};
  const int others = spare().Take(host, 100) - 1;
  spare().Give(host, 1);
  {
    Early early = Begin(1, int64_t{1} << 30);
    EXPECT_EQ(Spare(), 0);
    EXPECT_EQ(early.Take(1).stream.session, nullptr) << "only one was begun";
  }
  EXPECT_EQ(Spare(), 1);
  spare().Give(host, others);
}

}  // namespace
}  // namespace sshsync
