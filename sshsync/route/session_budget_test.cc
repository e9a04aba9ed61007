#include "sshsync/route/session_budget.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(SpareSessions, AreLessThanAHostHas) {
  EXPECT_EQ(SpareSessions::MostOf(16), 7);
  EXPECT_EQ(SpareSessions::MostOf(3), 1);
  for (const int one : {1, 2}) EXPECT_EQ(SpareSessions::MostOf(one), 0);
}

TEST(SpareSessions, AreGrantedAsLongAsEachHostHasSome) {
  SpareSessions spare(5);
  EXPECT_EQ(spare.Take({"a", "b"}, 4), 4);
  EXPECT_EQ(spare.Take({"a", "c"}, 4), 1);
  EXPECT_EQ(spare.Take({"a"}, 4), 0);
  EXPECT_EQ(spare.Take({"c"}, 9), 4);
  spare.Give({"a", "b"}, 3);
  EXPECT_EQ(spare.Take({"a", "b"}, 9), 3);
}

}  // namespace
}  // namespace sshsync
