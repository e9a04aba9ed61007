#include "tools/cli/text/paragraph.h"

#include "gtest/gtest.h"

namespace sshsync::cli {
namespace {

TEST(Paragraph, LinesAreBrokenAtBlanks) { EXPECT_EQ(Paragraph("one two three", 2, 9), "  one two\n  three\n"); }

TEST(Paragraph, AWordThatIsTooLongHasALineOfItsOwn) {
  EXPECT_EQ(Paragraph("a longer-than-that b", 0, 5), "a\nlonger-than-that\nb\n");
}

TEST(Paragraph, NothingIsNoLine) { EXPECT_EQ(Paragraph("  ", 4), ""); }

TEST(Paragraph, ADefinitionStandsInTwoColumns) {
  EXPECT_EQ(Definition("-x", "one two three", 2, 6, 13), "  -x  one two\n      three\n");
}

TEST(Paragraph, ALongTermPushesItsMeaningToTheNextLine) {
  EXPECT_EQ(Definition("--long", "one", 2, 9), "  --long\n         one\n");
}

TEST(Paragraph, ATermWithoutMeaningStandsAlone) { EXPECT_EQ(Definition("-x", "", 2, 6), "  -x\n"); }

}  // namespace
}  // namespace sshsync::cli
