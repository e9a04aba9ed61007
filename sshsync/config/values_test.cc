#include "sshsync/config/values.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/text/pattern.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;

TEST(Values, HostsAndUsersKeepToTheirAlphabets) {
  for (const absl::string_view host : {"h", "192.168.0.1", "fe80::1%eth0", "node_1.example.com"})
    EXPECT_TRUE(ParseHost(host).ok()) << host;
  for (const absl::string_view host : {"", "-h", "a b", "a;b", "$(x)", "[::1]", "h\n", "\"h\"", "h/x", "\xc3\xa4"}) {
    EXPECT_FALSE(ParseHost(host).ok()) << host;
  }
  EXPECT_TRUE(ParsePeerHost("[::1]").ok());
  EXPECT_FALSE(ParsePeerHost("[]").ok());
  EXPECT_TRUE(ParseUser("o-neil@corp.example").ok());
  for (const absl::string_view user : {"-x", "$(id)", "a b", "a:b", ""}) EXPECT_FALSE(ParseUser(user).ok()) << user;
}

TEST(Values, PortsJumpsAndPrograms) {
  EXPECT_EQ(*ParsePort("65535"), 65535);
  for (const absl::string_view port : {"0", "65536", "99999999999", "+22", "22 ", "x", ""})
    EXPECT_FALSE(ParsePort(port).ok()) << port;
  EXPECT_TRUE(ParseJump("joe@bastion:2222,[fe80::1]:22").ok());
  for (const absl::string_view jump : {"", "a,,b", "a,-oX", "a b"}) EXPECT_FALSE(ParseJump(jump).ok()) << jump;
  EXPECT_TRUE(ParseProgram("/usr/xpg4/bin/sh").ok());
  EXPECT_FALSE(ParseProgram("sh -c").ok());
  EXPECT_FALSE(ParseFileName("-i").ok());
}

TEST(Values, PathsAreAbsoluteAndBecomeClean) {
  EXPECT_EQ(*ParsePath("/srv//app/./x/"), "/srv/app/x");
  EXPECT_EQ(*ParsePath("/srv/a b/..c"), "/srv/a b/..c");
  for (const absl::string_view path :
       {"", "/", "//", "/./", "a", "~/a", "/a/..", "/../a", "'/a'", "/a # b", "/a\n/b"}) {
    EXPECT_FALSE(ParsePath(path).ok()) << path;
  }
}

TEST(Values, CommandsAreSplitIntoWords) {
  EXPECT_THAT(*ParseWords("ssh -F \"/etc/my config\" -o 'A B'\\''s' a\\ b \"x\\\"y\\n\" ''"),
              ElementsAre("ssh", "-F", "/etc/my config", "-o", "A B's", "a b", "x\"y\\n", ""));
  for (const absl::string_view text : {"", "  ", "-x", "ssh 'a", "ssh \"a", "ssh \\", "''"})
    EXPECT_FALSE(ParseWords(text).ok()) << text;
}

TEST(Values, YesAndNoAreThoseOfConfigParser) {
  for (const absl::string_view yes : {"yes", "TRUE", "on", "1"}) EXPECT_TRUE(*ParseBool(yes)) << yes;
  for (const absl::string_view no : {"no", "False", "OFF", "0"}) EXPECT_FALSE(*ParseBool(no)) << no;
  for (const absl::string_view text : {"", "y", "2", "yes!"}) EXPECT_FALSE(ParseBool(text).ok()) << text;
}

TEST(Values, SizesHaveUnitsOf1024) {
  EXPECT_EQ(*ParseSize("0"), 0);
  EXPECT_EQ(*ParseSize("8M"), 8 << 20);
  EXPECT_EQ(*ParseSize("512k"), 512 << 10);
  EXPECT_EQ(*ParseSize("2GiB"), int64_t{2} << 30);
  for (const absl::string_view size :
       {"", "M", "8 M", "-1", "8X", "8MB!", "9999999999T", "99999999999999999999", "1.5M"}) {
    EXPECT_FALSE(ParseSize(size).ok()) << size;
  }
}

TEST(Values, DurationsAreSecondsOrHaveAUnit) {
  EXPECT_EQ(*ParseDuration("300"), absl::Seconds(300));
  EXPECT_EQ(*ParseDuration("0.5"), absl::Milliseconds(500));
  EXPECT_EQ(*ParseDuration("14d"), absl::Hours(24 * 14));
  EXPECT_EQ(*ParseDuration("2H"), absl::Hours(2));
  for (const absl::string_view text : {"", "d", "-1", "1e9", "inf", "nan", "1.2.3", "9999999d", "5 m"}) {
    EXPECT_FALSE(ParseDuration(text).ok()) << text;
  }
}

TEST(Values, RatesMayFollowTheClock) {
  EXPECT_TRUE(ParseRates("off")->empty());
  EXPECT_TRUE(ParseRates("0")->empty());
  EXPECT_EQ(ParseRates("2M")->at(0).rate, 2 << 20);
  const auto rates = *ParseRates("08:00,512k 19:00,off");
  ASSERT_EQ(rates.size(), 2u);
  EXPECT_EQ(rates[0].minute, 480);
  EXPECT_EQ(rates[0].rate, 512 << 10);
  EXPECT_EQ(rates[1].rate, 0);
  for (const absl::string_view text :
       {"", "fast", "24:00,1M", "8:00,1M", "08:00", "2M 3M", "2M 08:00,1M", "19:00,1M 08:00,off", "08:00,1M,2M"}) {
    EXPECT_FALSE(ParseRates(text).ok()) << text;
  }
}

TEST(Values, DeleteLimitsAreCountsOrShares) {
  EXPECT_TRUE(ParseDeleteLimit("10%")->percent);
  EXPECT_FALSE(ParseDeleteLimit("10")->percent);
  EXPECT_EQ(ParseDeleteLimit("100000")->value, 100000);
  for (const absl::string_view text : {"", "%", "101%", "-1", "1.5%", "many"})
    EXPECT_FALSE(ParseDeleteLimit(text).ok()) << text;
}

TEST(Values, ListsChoicesAndFilters) {
  EXPECT_THAT(*ParseList("a, b\n c", {}), ElementsAre("a", "b", "c"));
  EXPECT_FALSE(ParseList("a a", {}).ok());
  EXPECT_FALSE(ParseList("a x", {"a", "b"}).ok());
  EXPECT_FALSE(ParseList(" , ", {}).ok());
  EXPECT_EQ(*ParseChoice("FILE", {"file", "together"}), 0);
  EXPECT_FALSE(ParseChoice("", {"file"}).ok());
  EXPECT_THAT(*ParseFilter("\n+ *.zip\n\n-  a b "), ElementsAre("+ *.zip", "- a b"));
  EXPECT_FALSE(ParseFilter("*.zip").ok());
  EXPECT_FALSE(ParseFilter("+").ok());
}

TEST(Values, AWrongPatternIsNamedWithItsPlace) {
  const absl::Status filter = ParseFilter("+ *.zip\n  -  a/{{b(}} \n- c").status();
  EXPECT_EQ(filter.message(), "`a/{{b(}}` has a wrong regular expression at column 5: RE2 says `missing ): b(`");
  EXPECT_EQ(OffsetOf(filter), 17u);
  const absl::Status no_rule = ParseFilter("+ *.zip\n *.tmp").status();
  EXPECT_EQ(no_rule.message(), "`*.tmp` has a line that is no filter: write `+ PATTERN` or `- PATTERN`, one a line");
  EXPECT_EQ(OffsetOf(no_rule), 9u);
  const absl::Status include = ParsePatterns("a\n b/..", "+ ").status();
  EXPECT_EQ(include.message(), "`b/..` can never match at column 3: a path has no empty, `.` or `..` component");
  EXPECT_EQ(OffsetOf(include), 5u);
}

TEST(Values, AnErrorCompletesASentenceAndSaysWhatToDo) {
  EXPECT_EQ(ParsePort("x").status().message(), "is no port: give a number from 1 to 65535");
  EXPECT_EQ(ParseNumber("7", 8, 9).status().message(), "is not accepted: give a whole number from 8 to 9");
}

}  // namespace
}  // namespace sshsync
