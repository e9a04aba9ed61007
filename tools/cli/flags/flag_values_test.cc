#include "tools/cli/flags/flag_values.h"

#include "gtest/gtest.h"

namespace sshsync::cli {
namespace {

TEST(Values, ACountIsDigitsOnlyAndBounded) {
  EXPECT_EQ(ReadCount("0"), 0);
  EXPECT_EQ(ReadCount("1000000"), 1'000'000);
  for (const char* bad : {"", " 1", "1 ", "-1", "+1", "1.5", "0x10", "1000001", "99999999999999999999"}) {
    EXPECT_EQ(ReadCount(bad), absl::nullopt) << bad;
  }
}

TEST(Values, SecondsTakeTheUnitsOfAClock) {
  EXPECT_EQ(ReadSeconds("90"), absl::Seconds(90));
  EXPECT_EQ(ReadSeconds("90s"), absl::Seconds(90));
  EXPECT_EQ(ReadSeconds("5m"), absl::Minutes(5));
  EXPECT_EQ(ReadSeconds("2h"), absl::Hours(2));
  EXPECT_EQ(ReadSeconds("1d"), absl::Hours(24));
  for (const char* bad : {"", "s", "-1", "1.5h", "5 m", "5w", "9999999999d", "99999999999999999999"}) {
    EXPECT_EQ(ReadSeconds(bad), absl::nullopt) << bad;
  }
}

TEST(Values, ARateIsANumberOrATimetable) {
  for (const char* good : {"off", "0", "2M", "512k", "1G", "08:00,512k 19:00,off"}) EXPECT_TRUE(IsRate(good)) << good;
  for (const char* bad : {"", "fast", "2T", "M", "-1", "08:00", "25:00,1k", "08:00,fast"})
    EXPECT_FALSE(IsRate(bad)) << bad;
}

TEST(Values, ATimeIsOneOfTheDay) {
  for (const char* good : {"00:00", "23:59", "06:30"}) EXPECT_TRUE(IsTime(good)) << good;
  for (const char* bad : {"", "24:00", "6:30", "06:60", "06.30", "06:30:00"}) EXPECT_FALSE(IsTime(bad)) << bad;
}

TEST(Values, ALimitIsANumberOrAPercentage) {
  for (const char* good : {"0", "10", "10%", "100%", "5000"}) EXPECT_TRUE(IsLimit(good)) << good;
  for (const char* bad : {"", "%", "101%", "10 %", "-1", "ten"}) EXPECT_FALSE(IsLimit(bad)) << bad;
}

TEST(Values, NamesAreSplitAtCommasAndNoneMayBeEmpty) {
  EXPECT_EQ(ReadNames("a"), (std::vector<std::string>{"a"}));
  EXPECT_EQ(ReadNames("a,b"), (std::vector<std::string>{"a", "b"}));
  for (const char* bad : {"", ",", "a,,b", "a,", ",a"}) EXPECT_EQ(ReadNames(bad), absl::nullopt) << bad;
}

}  // namespace
}  // namespace sshsync::cli
