#include "sshsync/config/ini/diagnostic.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(Diagnostic, SaysWhereWhatAndWhatToDo) {
  DiagnosticCollector diagnostics("sshsync.conf", "[a]\nport = 0\n");
  diagnostics.Error({2, 8}, "port `0` is no port", "give a number from 1 to 65535");
  const auto all = diagnostics.Take();
  EXPECT_EQ(Render(all[0]), "sshsync.conf:2: port `0` is no port: give a number from 1 to 65535");
  EXPECT_EQ(RenderWithCaret(all[0]), absl::StrCat(Render(all[0]), "\n    port = 0\n           ^"));
}

TEST(Diagnostic, TheCaretStandsUnderTheCharacterAsItIsShown) {
  DiagnosticCollector diagnostics("x", "\xef\xbb\xbf\xc3\xa4\tk = \x01v\r\nnext\n");
  diagnostics.Error({1, 9}, "m", "r");
  EXPECT_EQ(RenderWithCaret(diagnostics.Take()[0]), "x:1: m: r\n    \xc3\xa4\\tk = \\x01v\n               ^");
}

TEST(Diagnostic, LongLinesAreCutAroundTheCaret) {
  const std::string line(100'000, 'x');
  DiagnosticCollector diagnostics("x", line);
  diagnostics.Error({1, 50'000}, "m", "r");
  diagnostics.Error({1, 100'000}, "m", "r");
  for (const ConfigDiagnostic& diagnostic : diagnostics.Take()) {
    EXPECT_LT(diagnostic.source.size(), 250u);
    EXPECT_LT(diagnostic.caret, diagnostic.source.size());
  }
}

TEST(Diagnostic, ComeInTheOrderOfTheFileAndOnlyOnce) {
  DiagnosticCollector diagnostics("x", "a\nb\nc\n");
  diagnostics.Warning({3, 1}, "late", "r");
  diagnostics.Error({1, 1}, "early", "r");
  diagnostics.Error({1, 1}, "early again", "r");
  const auto all = diagnostics.Take();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].message, "early");
  EXPECT_EQ(all[0].source, "a");
  EXPECT_EQ(all[1].source, "c");
}

TEST(Diagnostic, HiddenLinesAreNotShown) {
  DiagnosticCollector diagnostics("x", "password = s\n");
  diagnostics.Hide(1);
  diagnostics.Error({1, 1}, "m", "r");
  EXPECT_EQ(RenderWithCaret(diagnostics.Take()[0]), "x:1: m: r");
}

TEST(Diagnostic, PlacesOutsideTheFileDoNoHarm) {
  DiagnosticCollector diagnostics("x", "a");
  for (const int line : {0, 2, 1'000'000}) diagnostics.Error({line, 70}, "m", "r");
  for (const ConfigDiagnostic& diagnostic : diagnostics.Take()) EXPECT_EQ(diagnostic.source, "");
}

TEST(Diagnostic, TheFirstErrorDecidesAboutTheExitAndAWrongFileComesFirst) {
  DiagnosticCollector diagnostics("x", "");
  EXPECT_TRUE(FirstError(diagnostics.Take()).ok());
  diagnostics.Warning({1, 1}, "w", "r");
  diagnostics.Error({2, 1}, "missing", "r", Failure::kMissingSection);
  diagnostics.Error({3, 1}, "wrong", "r");
  diagnostics.Error({4, 1}, "wrong too", "r");
  const absl::Status status = FirstError(diagnostics.Take());
  EXPECT_EQ(FailureOf(status), Failure::kConfig);
  EXPECT_EQ(status.message(), "x:3: wrong: r (and 2 more)");
}

}  // namespace
}  // namespace sshsync
