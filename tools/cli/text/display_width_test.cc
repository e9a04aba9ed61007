#include "tools/cli/text/display_width.h"

#include "gtest/gtest.h"

namespace sshsync::cli {
namespace {

TEST(DisplayWidth, CountsColumnsAndNoColours) {
  EXPECT_EQ(DisplayWidth(""), 0U);
  EXPECT_EQ(DisplayWidth("abc"), 3U);
  EXPECT_EQ(DisplayWidth("ä"), 1U);
  EXPECT_EQ(DisplayWidth("\x1b[31mab\x1b[0m"), 2U);
  EXPECT_EQ(DisplayWidth("\x1b[31"), 0U) << "cut within a sequence";
}

TEST(DisplayWidth, WideCharactersTakeTwoColumnsAndMarksNone) {
  EXPECT_EQ(DisplayWidth("日本語"), 6U);
  EXPECT_EQ(DisplayWidth("한글"), 4U);
  EXPECT_EQ(DisplayWidth("ＡＢ"), 4U);
  EXPECT_EQ(DisplayWidth("📦"), 2U);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1U);
  EXPECT_EQ(DisplayWidth("…–é"), 3U);
}

TEST(CutToWidth, NeverCutsACharacterInHalf) {
  EXPECT_EQ(CutToWidth("abc", 5), "abc");
  EXPECT_EQ(CutToWidth("abc", 2), "ab");
  EXPECT_EQ(CutToWidth("日本語", 5), "日本");
  EXPECT_EQ(CutToWidth("日本語", 1), "");
  EXPECT_EQ(CutToWidth("e\u0301x", 1), "e\u0301") << "the mark goes with its letter";
  EXPECT_EQ(CutToWidth("äöü", 0), "");
}

}  // namespace
}  // namespace sshsync::cli
