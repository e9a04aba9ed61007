#include "sshsync/plan/bandwidth.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

int64_t At(absl::string_view bwlimit, int hour, int minute) {
  const absl::TimeZone zone = absl::FixedTimeZone(3600);
  return BandwidthLimit(bwlimit, absl::FromCivil(absl::CivilMinute(2024, 3, 1, hour, minute), zone), zone);
}

TEST(BandwidthTest, ARateInBytesBecomesKilobits) {
  EXPECT_EQ(At("2M", 12, 0), 16777);
  EXPECT_EQ(At("1", 12, 0), 1) << "never 0, which would be no limit at all, or an error of scp";
}

TEST(BandwidthTest, WithoutALimitScpGetsTheMostItTakes) {
  EXPECT_EQ(At("", 12, 0), kNoBandwidthLimit);
  EXPECT_EQ(At("off", 12, 0), kNoBandwidthLimit);
  EXPECT_EQ(At("900G", 12, 0), kNoBandwidthLimit);
}

TEST(BandwidthTest, ATimetableGoesRoundTheDay) {
  constexpr absl::string_view kTable = "08:00,1M 19:00,off 22:30,4M";
  EXPECT_EQ(At(kTable, 8, 0), 8388);
  EXPECT_EQ(At(kTable, 18, 59), 8388);
  EXPECT_EQ(At(kTable, 19, 0), kNoBandwidthLimit);
  EXPECT_EQ(At(kTable, 23, 0), 33554);
  EXPECT_EQ(At(kTable, 7, 59), 33554) << "what the last line of the evening began";
}

}  // namespace
}  // namespace sshsync
