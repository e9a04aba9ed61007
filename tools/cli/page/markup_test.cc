#include "tools/cli/page/markup.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sshsync::page {
namespace {

TEST(Markup, NoByteFromOutsideBecomesMarkupInAnyOfTheDoors) {
  std::string every;
  for (int byte = 0; byte < 256; ++byte) absl::StrAppend(&every, std::string(1, static_cast<char>(byte)), "a");
  const std::string bytes = absl::StrCat("<script>\"'&", every, "\xe2\x80\xae", "--><style>");
  for (const std::string& text : {Name(bytes), ShortName(bytes, 40), Text(bytes), Lines(bytes)}) {
    EXPECT_EQ(text.find_first_of("<>\"'"), std::string::npos) << text;
    EXPECT_FALSE(absl::StrContains(text, "\xe2\x80\xae")) << "it would turn the text around";
    for (size_t at = text.find('&'); at != std::string::npos; at = text.find('&', at + 1)) {
      const std::string entity = text.substr(at, text.find(';', at) - at + 1);
      EXPECT_TRUE(entity == "&amp;" || entity == "&lt;" || entity == "&gt;" || entity == "&quot;" || entity == "&#39;")
          << entity;
    }
  }
}

TEST(Markup, ALongNameLosesItsMiddleAndNoHalfCharacter) {
  EXPECT_EQ(ShortName("short", 5), "short");
  EXPECT_EQ(ShortName("db/update/full.dump", 11), "db/up….dump");
  EXPECT_EQ(ShortName("ääääööööüüüü", 5), "ää…üü");
  EXPECT_EQ(ShortName("<<<<<<", 3), "&lt;…&lt;");
}

TEST(Markup, OutputKeepsItsLinesAndOfMuchBeginningAndEnd) {
  EXPECT_EQ(Lines("one\r\ntwo <b>\n\n"), "one\ntwo &lt;b&gt;");
  std::string much;
  for (int i = 0; i < 200; ++i) absl::StrAppend(&much, "line ", i, "\n");
  const std::string text = Lines(much);
  EXPECT_TRUE(absl::StartsWith(text, "line 0\n"));
  EXPECT_TRUE(absl::StrContains(text, "line 29\n[140 lines left out]\nline 170\n")) << text;
  EXPECT_TRUE(absl::EndsWith(text, "\nline 199"));
}

TEST(Markup, DurationsAndRatesAreReadByPeople) {
  EXPECT_EQ(Duration(absl::Milliseconds(340)), "340 ms");
  EXPECT_EQ(Duration(absl::Milliseconds(999.7)), "1.0 s");
  EXPECT_EQ(Duration(absl::Seconds(9.96)), "10 s");
  EXPECT_EQ(Duration(absl::Seconds(59.6)), "1 min 00 s");
  EXPECT_EQ(Duration(absl::Seconds(7500)), "2 h 05 min");
  EXPECT_EQ(Duration(absl::Hours(76)), "3 d 4 h");
  EXPECT_EQ(Duration(absl::InfiniteDuration()), "–");
  EXPECT_EQ(Rate(54'000'000, absl::Seconds(2)), "27.0 MB/s");
  EXPECT_EQ(Rate(54'000'000, absl::ZeroDuration()), "–");
  EXPECT_EQ(Count(1234), "1234");
  EXPECT_EQ(Count(1'234'567), "1\u202f234\u202f567");
  EXPECT_EQ(Coordinate(12.30), "12.3");
  EXPECT_EQ(Coordinate(-0.0001), "0");
}

}  // namespace
}  // namespace sshsync::page
