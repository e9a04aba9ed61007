#include "sshsync/host/host_time.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

FileStat At(int64_t seconds, FileStat::Resolution resolution = FileStat::Resolution::kNanosecond) {
  return {.size = 1, .mtime = seconds * kSecond, .resolution = resolution};
}

TEST(HostTime, ReadsAHostsClock) {
  EXPECT_EQ(HostTime("20240229120000\n"), absl::FromUnixSeconds(1709208000));
  EXPECT_EQ(HostTime(""), absl::nullopt);
  EXPECT_EQ(HostTime("date: illegal option"), absl::nullopt);
}

TEST(HostTime, TellsFilesThatCameToRestFromThoseThatMayBeArriving) {
  const absl::Time now = absl::FromUnixSeconds(10'000);
  const absl::Duration settle = absl::Seconds(300);
  EXPECT_TRUE(IsSettled(At(9'700), now, settle));
  EXPECT_FALSE(IsSettled(At(9'701), now, settle));
  EXPECT_FALSE(IsSettled(At(10'000), now, settle));
  EXPECT_FALSE(IsSettled(At(10'200), now, settle)) << "clocks of file servers are a little ahead";
  EXPECT_TRUE(IsSettled(At(10'300), now, settle)) << "no file is written in the future";
  EXPECT_TRUE(IsSettled(At(10'000), now, absl::ZeroDuration()));
  EXPECT_TRUE(IsSettled(FileStat(), now, settle)) << "its time is not known";
}

TEST(HostTime, TakesATimeKnownToTheMinuteForTheEndOfThatMinute) {
  const absl::Duration settle = absl::Seconds(300);
  EXPECT_FALSE(IsSettled(At(6'000, FileStat::Resolution::kMinute), absl::FromUnixSeconds(6'350), settle));
  EXPECT_TRUE(IsSettled(At(6'000, FileStat::Resolution::kMinute), absl::FromUnixSeconds(6'360), settle));
}

}  // namespace
}  // namespace sshsync
