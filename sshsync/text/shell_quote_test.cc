#include "sshsync/text/shell_quote.h"

#include <random>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/real_shell.h"

namespace sshsync {
namespace {

TEST(ShellQuote, WritesTheExamplesOfItsHeader) {
  EXPECT_EQ(ShellLiteral("it's"), R"('it'\''s')");
  EXPECT_EQ(ShellLiteral(""), "''");
  EXPECT_EQ(ShellWordForAnyLogin("it's"), R"('it'\''s')");
  EXPECT_EQ(ShellWordForAnyLogin("hey!"), R"('hey'\!)");
  EXPECT_EQ(ShellWordForAnyLogin("/srv/app"), "/srv/app");
  EXPECT_EQ(ShellWordForAnyLogin(""), "''");
  EXPECT_EQ(OctalEscape("a b"), R"(a\0040b)");
}

// All strings of one and two bytes, and 100,000 longer ones in which the bytes that shells care about are frequent.
std::vector<std::string> Strings(bool with_newline) {
  std::vector<std::string> strings = {""};
  for (int a = 1; a < 256; ++a) {
    strings.push_back({static_cast<char>(a)});
    for (int b = 1; b < 256; ++b) strings.push_back({static_cast<char>(a), static_cast<char>(b)});
  }
  constexpr absl::string_view kSpecial = "'\"\\!$`*?[]{}()<>|&;~#%=^@:, \t\n\r-+ax\x01\x7f\xc3\xa4\xff";
  std::mt19937 random(20240229);
  for (int i = 0; i < 100000; ++i) {
    std::string& string = strings.emplace_back();
    for (size_t length = 3 + random() % 20; length > 0; --length) {
      string += random() % 4 == 0 ? static_cast<char>(1 + random() % 255) : kSpecial[random() % kSpecial.size()];
    }
  }
  if (!with_newline) {
    for (std::string& string : strings) {
      for (char& c : string) c = c == '\n' ? ' ' : c;
    }
  }
  return strings;
}

class ShellQuoteIn : public testing::TestWithParam<RealShell> {
 protected:
  void SetUp() override {
    if (!IsInstalled(GetParam()))
      GTEST_SKIP() << GetParam().name << " is not installed; tools/workspace/packages.txt names its package";
  }

  // Many strings a process: `run` gets a command that prints its arguments, each followed by a NUL, and answers with
  // the output.
  void ExpectRoundTrip(absl::FunctionRef<std::string(absl::string_view)> quote,
                       absl::FunctionRef<ShellAnswer(const std::string&)> run) {
    const std::vector<std::string> strings = Strings(GetParam().is_posix);
    size_t wrong = 0;
    for (size_t begin = 0; begin < strings.size();) {
      std::string command = "/usr/bin/printf '%s\\0'";
      size_t end = begin;
      for (; end < strings.size() && command.size() < 60000; ++end) absl::StrAppend(&command, " ", quote(strings[end]));
      const ShellAnswer answer = run(command);
      const std::vector<absl::string_view> got = absl::StrSplit(answer.output, '\0');
      ASSERT_EQ(answer.status, 0);
      ASSERT_EQ(got.size(), end - begin + 1);
      for (size_t i = begin; i < end; ++i) {
        if (got[i - begin] == strings[i] || ++wrong > 10) continue;
        ADD_FAILURE() << EscapeForTerminal(strings[i]) << " came back as " << EscapeForTerminal(got[i - begin]);
      }
      begin = end;
    }
    EXPECT_EQ(wrong, 0u);
  }

  ShellAnswer RunAsArgument(const std::string& command) {
    std::vector<std::string> argv = GetParam().command;
    argv.insert(argv.end(), {"-c", command});
    return RunRealShell(argv);
  }
};

TEST_P(ShellQuoteIn, LiteralsOfAScriptComeBackByteForByte) {
  if (!GetParam().is_posix) return;
  ExpectRoundTrip(ShellLiteral, [](const std::string& script) { return RunRealShell(GetParam().command, script); });
}

TEST_P(ShellQuoteIn, WordsForAnyLoginComeBackByteForByte) {
  ExpectRoundTrip(ShellWordForAnyLogin, [this](const std::string& command) { return RunAsArgument(command); });
}

TEST_P(ShellQuoteIn, OctalEscapesComeBackByteForByteOverStandardInput) {
  if (!GetParam().is_posix) return;
  for (const std::string& string : {std::string("a\nb\n"), std::string("\\0101'\"$x`!%s\xff\x01")}) {
    const std::string script = "IFS= read -r e; p=$(printf %b \"${e}x\"); p=${p%x}; printf %s \"$p\"";
    std::vector<std::string> argv = GetParam().command;
    argv.insert(argv.end(), {"-c", script});
    EXPECT_EQ(RunRealShell(argv, absl::StrCat(OctalEscape(string), "\n")).output, string);
  }
}

INSTANTIATE_TEST_SUITE_P(EveryShell, ShellQuoteIn, testing::ValuesIn(RealShells()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace sshsync
