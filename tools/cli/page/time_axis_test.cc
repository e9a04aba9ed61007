#include "tools/cli/page/time_axis.h"

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sshsync::page {
namespace {

const absl::Time kStart = absl::UnixEpoch();

TEST(TimeAxis, PutsTimesInTheirPlaceAndTheRestAtTheEdges) {
  const TimeAxis axis(kStart, kStart + absl::Seconds(10));
  EXPECT_EQ(axis.At(kStart + absl::Seconds(4)), 400);
  EXPECT_EQ(axis.At(kStart - absl::Seconds(4)), 0);
  EXPECT_EQ(axis.At(absl::InfiniteFuture()), 1000);
}

TEST(TimeAxis, HasFewRoundTicksWhateverTheLength) {
  for (const absl::Duration length : {absl::ZeroDuration(), absl::Milliseconds(3), absl::Seconds(1), absl::Seconds(104),
                                      absl::Hours(7), absl::Hours(2000)}) {
    const std::vector<absl::Duration> ticks = TimeAxis(kStart, kStart + length).Ticks();
    EXPECT_LE(ticks.size(), 9U) << length;
    EXPECT_GE(ticks.size(), 2U) << length;
    EXPECT_EQ(ticks[0], absl::ZeroDuration());
  }
  EXPECT_THAT(TimeAxis(kStart, kStart + absl::Seconds(50)).Ticks(), testing::Contains(absl::Seconds(20)));
}

TEST(TimeAxis, LabelsAreAsLongAsTheyNeedBe) {
  const std::string labels = TimeAxis(kStart, kStart + absl::Seconds(104)).Labels();
  EXPECT_TRUE(absl::StrContains(labels, ">15 s<")) << labels;
  EXPECT_TRUE(absl::StrContains(labels, ">1 min<")) << labels;
  EXPECT_TRUE(absl::StrContains(labels, ">1:15 min<")) << labels;
  EXPECT_TRUE(absl::StrContains(TimeAxis(kStart, kStart + absl::Minutes(500)).Labels(), ">2 h<"));
}

}  // namespace
}  // namespace sshsync::page
