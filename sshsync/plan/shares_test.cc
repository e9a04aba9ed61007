#include "sshsync/plan/shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sshsync {
namespace {

using ::testing::ElementsAre;

TEST(SharesTest, EqualPiecesAreDividedEvenly) {
  EXPECT_THAT(Shares({5, 5, 5, 5}, 2), ElementsAre(0, 2, 4));
  EXPECT_THAT(Shares({1, 1, 1}, 3), ElementsAre(0, 1, 2, 3));
}

TEST(SharesTest, ABigPieceIsARunOfItsOwn) {
  EXPECT_THAT(Shares({1, 1, 100, 1, 1}, 2), ElementsAre(0, 3, 5));
  EXPECT_THAT(Shares({100, 1, 1, 1}, 2), ElementsAre(0, 1, 4));
}

TEST(SharesTest, NoRunIsEmpty) {
  EXPECT_THAT(Shares({7, 7}, 5), ElementsAre(0, 1, 2));
  EXPECT_THAT(Shares({100, 1, 1}, 3), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Shares({1, 1, 100}, 3), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(Shares({0, 0, 0}, 2), ElementsAre(0, 1, 3));
}

TEST(SharesTest, OneWorkerTakesAll) { EXPECT_THAT(Shares({1, 2, 3}, 1), ElementsAre(0, 3)); }

TEST(SharesTest, NoWorkHasNoRuns) { EXPECT_THAT(Shares({}, 3), ElementsAre(0)); }

TEST(SharesTest, StreamsAreAsManyAsTheyAreWorth) {
  EXPECT_EQ(UsefulStreams(0, 0, 4), 1);
  EXPECT_EQ(UsefulStreams(1000, 10, 4), 1);
  EXPECT_EQ(UsefulStreams(0, 1000, 4), 2);
  EXPECT_EQ(UsefulStreams(int64_t{20} << 20, 1, 4), 3);
  EXPECT_EQ(UsefulStreams(int64_t{1} << 30, 1, 4), 4);
}

}  // namespace
}  // namespace sshsync
