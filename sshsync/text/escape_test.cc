#include "sshsync/text/escape.h"

#include <set>
#include <string>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(Escape, KeepsPrintableTextAndDoublesTheBackslash) {
  EXPECT_EQ(EscapeForTerminal("plain \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80 ~"),
            "plain \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80 ~");
  EXPECT_EQ(EscapeForTerminal(R"(a\n)"), R"(a\\n)");
  EXPECT_EQ(CleanForTerminal(R"(echo \'NONE\')"), R"(echo \'NONE\')");
}

TEST(Escape, WritesWhatATerminalWouldObeyAsHex) {
  EXPECT_EQ(EscapeForTerminal("a\nb\tc\rd\x1b[2J\x7f"), R"(a\nb\tc\x0dd\x1b[2J\x7f)");
  EXPECT_EQ(EscapeForTerminal(absl::string_view("\0", 1)), R"(\x00)");
  EXPECT_EQ(EscapeForTerminal("\xc2\x85|\xc2\x9b"), R"(\xc2\x85|\xc2\x9b)") << "C1 control characters";
  EXPECT_EQ(EscapeForTerminal("\xe2\x80\xae"
                              "gpj.exe"),
            R"(\xe2\x80\xaegpj.exe)")
      << "right-to-left override";
  EXPECT_EQ(EscapeForTerminal("\xe2\x81\xa6|\xe2\x80\xa8"), R"(\xe2\x81\xa6|\xe2\x80\xa8)")
      << "isolate, line separator";
}

TEST(Escape, WritesMalformedUtf8AsHex) {
  EXPECT_EQ(EscapeForTerminal("\xff\xfe"), R"(\xff\xfe)");
  EXPECT_EQ(EscapeForTerminal("\xc3"), R"(\xc3)") << "cut";
  EXPECT_EQ(EscapeForTerminal("\xc0\xaf"), R"(\xc0\xaf)") << "overlong";
  EXPECT_EQ(EscapeForTerminal("\xe0\x80\xaf"), R"(\xe0\x80\xaf)") << "overlong";
  EXPECT_EQ(EscapeForTerminal("\xed\xa0\x80"), R"(\xed\xa0\x80)") << "surrogate";
  EXPECT_EQ(EscapeForTerminal("\xf4\x90\x80\x80"), R"(\xf4\x90\x80\x80)") << "beyond Unicode";
}

TEST(Escape, GivesDifferentNamesDifferentLooks) {
  std::set<std::string> looks;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string look = EscapeForTerminal(std::string{static_cast<char>(a), static_cast<char>(b)});
      EXPECT_TRUE(looks.insert(look).second) << look;
      for (const char c : look) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) << look;
    }
  }
}

}  // namespace
}  // namespace sshsync
