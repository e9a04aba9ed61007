#include "sshsync/text/template_diagnostic.h"

#include <string>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

std::string Render(absl::string_view text, size_t offset, size_t length) {
  TemplateDiagnostic diagnostic;
  diagnostic.offset = offset;
  diagnostic.length = length;
  return RenderDiagnostic(text, diagnostic);
}

TEST(TemplateDiagnostic, PutsACaretUnderThePlace) {
  EXPECT_EQ(Render("cat '${FILE}*'", 5, 7), "cat '${FILE}*'\n     ^~~~~~~");
  EXPECT_EQ(Render("cat", 0, 0), "cat\n^");
  EXPECT_EQ(Render("cat", 3, 1), "cat\n   ^");
  EXPECT_EQ(Render("", 7, 7), "\n^");
}

TEST(TemplateDiagnostic, ShowsTheLineOfThePlaceOnly) {
  EXPECT_EQ(Render("one\ntwo x\nthree", 8, 20), "two x\n    ^");
  EXPECT_EQ(Render("one\ntwo", 2, 1), "one\n  ^");
}

TEST(TemplateDiagnostic, CountsColumnsAsTheyAreShown) {
  EXPECT_EQ(Render("a\t\xc3\xa4\xff x", 6, 1), "a\\t\xc3\xa4\\xff x\n         ^");
  EXPECT_EQ(Render("\x1b[2J x", 5, 1), "\\x1b[2J x\n        ^");
}

}  // namespace
}  // namespace sshsync
