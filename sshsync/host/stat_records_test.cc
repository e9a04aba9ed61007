#include "sshsync/host/stat_records.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kSecond = 1'000'000'000;
using Resolution = FileStat::Resolution;
using Type = RemoteStat::Type;

std::vector<absl::optional<RemoteStat>> Take(absl::string_view output, std::vector<std::string> names) {
  return TakeStatAnswers(&output, names, "20240310120000");
}

RemoteStat One(absl::string_view fields) {
  const auto stats = Take(absl::StrCat(".//./a//", fields, "\n"), {"a"});
  EXPECT_TRUE(stats[0]) << fields;
  return stats[0].value_or(RemoteStat());
}

TEST(StatRecords, ReadEveryFormOfAMode) {
  for (const absl::string_view mode : {"f644", "x81a4", "o100644"}) {
    const RemoteStat stat = One(absl::StrCat(mode, " 12 345 1700000000.123456789"));
    EXPECT_EQ(stat.type, Type::kFile) << mode;
    EXPECT_EQ(stat.stat.mode, 0644) << mode;
    EXPECT_EQ(stat.stat.inode, 12u);
    EXPECT_EQ(stat.stat.size, 345);
  }
  EXPECT_EQ(One("l777 1 2 3").type, Type::kLink);
  EXPECT_EQ(One("o120777 1 2 3").type, Type::kLink);
  EXPECT_EQ(One("d1755 1 2 3").type, Type::kFolder);
  EXPECT_EQ(One("d1755 1 2 3").stat.mode, 01755);
  EXPECT_EQ(One("p644 1 2 3").type, Type::kOther);
  EXPECT_EQ(One("x11a4 1 2 3").type, Type::kOther);
}

TEST(StatRecords, ReadEveryFormOfATimeAndKnowHowFineItIs) {
  const int64_t time = 1'700'000'000 * kSecond;
  const auto of = [](absl::string_view text) { return One(absl::StrCat("f644 1 2 ", text)).stat; };
  EXPECT_EQ(of("1700000000.1234567890").mtime, time + 123'456'789);
  EXPECT_EQ(of("1700000000.1234567890").resolution, Resolution::kNanosecond);
  EXPECT_EQ(of("1700000000.500000").mtime, time + 500'000'000);
  EXPECT_EQ(of("1700000000.500000").resolution, Resolution::kMicrosecond);
  EXPECT_EQ(of("1700000000").resolution, Resolution::kSecond);
  EXPECT_EQ(of("-1.000000000").mtime, -kSecond);
  EXPECT_EQ(of("2023-11-14 22:13:20.25 +0000").mtime, time + 250'000'000);
  EXPECT_EQ(of("2023-11-14 23:43:20.250000000 +0130").mtime, time + 250'000'000);
  EXPECT_EQ(of("2023-11-14 22:13:20.123456789").resolution, Resolution::kNanosecond);
  EXPECT_EQ(of("2023-11-14 22:13:20").resolution, Resolution::kSecond);
}

TEST(StatRecords, ReadTheTimeOfChangeWhereThereIsOne) {
  EXPECT_EQ(One("f644 1 2 3.0 4.5").stat.ctime, 4 * kSecond + kSecond / 2);
  EXPECT_EQ(One("f644 1 2 2023-11-14 22:13:20 +0000 2023-11-14 22:13:21 +0000").stat.ctime, 1'700'000'001 * kSecond);
  EXPECT_EQ(One("f644 1 2 3.0").stat.ctime, -1);
}

TEST(StatRecords, ReadLsWithAndWithoutAYear) {
  const auto stats = Take(
      "  12 -rwsr-x--T   1 0 0   345 Nov 14  2019 .//./a\n"
      "  13 drwxr-xr-x   2 0 0  4096 Mar  9 22:13 .//./d\n"
      "  15 crw-rw----   1 0 5  4, 65 Mar  9 22:13 .//./device\n"
      "  14 -rw-r--r--   1 0 0     1 Nov 14 22:13 .//./last year\n",
      {"a", "d", "device", "last year"});
  ASSERT_TRUE(stats[0] && stats[1] && stats[2] && stats[3]);
  EXPECT_EQ(stats[0]->stat.mode, 05750);
  EXPECT_EQ(stats[0]->stat.resolution, Resolution::kDay);
  EXPECT_EQ(stats[0]->stat.mtime, 1573689600 * kSecond);
  EXPECT_EQ(stats[1]->type, Type::kFolder);
  EXPECT_EQ(stats[1]->stat.mtime, 1710022380 * kSecond);
  EXPECT_EQ(stats[1]->stat.resolution, Resolution::kMinute);
  EXPECT_EQ(stats[2]->type, Type::kOther);
  EXPECT_EQ(stats[3]->stat.mtime, 1699999980 * kSecond);
}

TEST(StatRecords, ReadLsWithTimesInFull) {
  const auto stats = Take(
      "12 -rw-r--r--+ 1 0 0 345 2023-11-14 22:13:20.123456789 +0000 .//./acl\n"
      "13 -rw-r--r-- 1 0 0 345 2023-11-14 22:13 .//./b\n",
      {"acl", "b"});
  ASSERT_TRUE(stats[0] && stats[1]);
  EXPECT_EQ(stats[0]->stat.mtime, 1'700'000'000 * kSecond + 123'456'789);
  EXPECT_EQ(stats[1]->stat.mtime, 1'699'999'980 * kSecond);
  EXPECT_EQ(stats[1]->stat.resolution, Resolution::kMinute);
}

const std::vector<std::string>& OddTargets() {
  static const std::vector<std::string> targets = {"plain",    "a -> b",     "two\nlines",
                                                   "x .//./m", "\n\n .//./", "99 -rw-r--r-- 1 0 0 5 Jan 1 2020 .//./g"};
  return targets;
}

TEST(StatRecords, FindTheNamesBehindALinkWithAnOddTarget) {
  for (const std::string& target : OddTargets()) {
    const std::string output = absl::StrCat("12 lrwxrwxrwx 1 0 0 ", target.size(), " Nov 14 2019 .//./l -> ", target,
                                            "\n13 -rw-r--r-- 1 0 0 7 Nov 14 2019 .//./m\n");
    const auto stats = Take(output, {"m", "l"});
    ASSERT_TRUE(stats[1]) << target;
    EXPECT_EQ(stats[1]->type, Type::kLink);
    ASSERT_TRUE(stats[0]) << target;
    EXPECT_EQ(stats[0]->stat.size, 7) << target;
    const StatListing listing = ParseStatListing(output, "20240310120000");
    EXPECT_TRUE(listing.understood) << target;
    EXPECT_THAT(listing.paths, ElementsAre("l", "m")) << target;
  }
}

TEST(StatRecords, AreNotTakenForAnotherName) {
  EXPECT_FALSE(Take(".//./ab//f644 1 2 3\n", {"a"})[0]);
  EXPECT_FALSE(Take(".//./a//f644 1 2\n", {"a"})[0]);
  EXPECT_FALSE(Take(".//./a//f644 1 2 3", {"a"})[0]) << "a record that was cut";
  EXPECT_FALSE(Take(".//./a//644 1 2 3\n", {"a"})[0]);
  EXPECT_FALSE(Take(".//./a//f648 1 2 3\n", {"a"})[0]);
  EXPECT_FALSE(Take("12 -rw-r--r-- 1 0 0 7 Nov 14 2019 .//./ab\n", {"a"})[0]);
  EXPECT_FALSE(Take("rubbish .//./a\n", {"a"})[0]);
}

TEST(StatRecords, OfSeveralCallsAreTakenOneAfterTheOther) {
  absl::string_view output = ".//./a//f644 1 2 3\n.//./b//f644 1 2 3\n";
  EXPECT_TRUE(TakeStatAnswers(&output, {"a", "gone"}, "")[0]);
  EXPECT_TRUE(TakeStatAnswers(&output, {"b"}, "")[0]);
  EXPECT_EQ(output, "");
}

TEST(StatListing, SortsPathsAndLeavesTheFolderItselfAndOursOut) {
  const StatListing listing = ParseStatListing(
      "//d755 1 4096 3\n.//d755 1 4096 3\nsub/b\nc//f644 3 1 3\n./a//f640 2 5 3\n.sshsync/x//f644 9 9 9\n", "");
  EXPECT_TRUE(listing.understood);
  EXPECT_THAT(listing.paths, ElementsAre("a", "sub/b\nc"));
  EXPECT_EQ(listing.stats[0].stat.mode, 0640);
  EXPECT_EQ(listing.stats[1].stat.inode, 3u);
}

TEST(StatListing, ReadsLsWithNamesOfSeveralLines) {
  const StatListing listing = ParseStatListing(
      "1 drwxr-xr-x 2 0 0 4096 Mar 9 22:13 .//.\n2 -rw-r--r-- 1 0 0 7 Nov 14 2019 .//./b\nc\n\n3 -rw-r--r-- 1 0 0 8 "
      "Nov 14 2019 .//./a\n",
      "20240310");
  EXPECT_TRUE(listing.understood);
  EXPECT_THAT(listing.paths, ElementsAre("a", "b\nc\n"));
  EXPECT_EQ(listing.stats[1].stat.size, 7);
}

TEST(StatListing, RefusesWhatIsNotCleanAndWhatComesTwice) {
  const StatListing listing =
      ParseStatListing("../evil//f644 1 2 3\na//f644 1 2 3\na//f644 1 2 3\n/abs//f644 1 2 3\n", "");
  EXPECT_THAT(listing.paths, ElementsAre("a"));
  EXPECT_EQ(listing.refused.size(), 3u);
}

TEST(StatListing, SaysWhenItIsNone) {
  for (const absl::string_view output :
       {"rubbish", "a//\n", "a//f644 1 2 3", "a//f644 1 2 3\nb", "12 -rw-r--r-- 1 0 0 7 Nov 14 2019 .//./a",
        "x .//./a\n", "12 lrwxrwxrwx 1 0 0 99 Nov 14 2019 .//./l -> x\n"}) {
    EXPECT_FALSE(ParseStatListing(output, "20240310").understood) << output;
  }
  EXPECT_TRUE(ParseStatListing("", "").understood);
  EXPECT_THAT(ParseStatListing("", "").paths, IsEmpty());
}

}  // namespace
}  // namespace sshsync
