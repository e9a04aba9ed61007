#include "sshsync/config/template_checker.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "sshsync/config/ini/ini.h"

namespace sshsync {
namespace {

std::vector<ConfigDiagnostic> Check(const std::string& text, const Repository& repository) {
  DiagnosticCollector diagnostics("x", text);
  const IniFile ini = IniFile::Parse(text, diagnostics);
  EntryReader reader(ini, ini.sections.at(0), "", diagnostics);
  TemplateChecker checker(diagnostics);
  checker.Check("listcmd", *reader.GetTemplate("listcmd"), repository, false);
  return diagnostics.Take();
}

TEST(TemplateChecker, ARefusalStandsAtItsLineAndColumn) {
  const auto all = Check("[a]\nlistcmd = cd ${REPOPATH} &&\n    ls '*${FILE}'\n", Repository());
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all[0].severity, Severity::kError);
  EXPECT_EQ(all[0].line, 3);
  EXPECT_GE(all[0].column, 8);
  EXPECT_EQ(all[0].message.substr(0, 9), "listcmd: ");
}

TEST(TemplateChecker, AnUnknownVariableIsAWarningWithTheNearestName) {
  const auto all = Check("[a]\nlistcmd = ls ${REPOPAHT}\n", Repository());
  ASSERT_FALSE(all.empty());
  EXPECT_EQ(all[0].severity, Severity::kWarning);
  EXPECT_NE(RenderWithCaret(all[0]).find("REPOPATH"), std::string::npos);
}

TEST(TemplateChecker, WhatTwoSectionsReadInDifferentWaysIsLookedAtTwice) {
  const std::string text = "[a]\nlistcmd = echo \\$HOME\n";
  DiagnosticCollector diagnostics("x", text);
  const IniFile ini = IniFile::Parse(text, diagnostics);
  EntryReader reader(ini, ini.sections.at(0), "", diagnostics);
  TemplateChecker checker(diagnostics);
  Repository original;
  original.original_quoting = true;
  checker.Check("listcmd", *reader.GetTemplate("listcmd"), original, false);
  const size_t quiet = diagnostics.Take().size();
  checker.Check("listcmd", *reader.GetTemplate("listcmd"), original, false);
  EXPECT_TRUE(diagnostics.Take().empty());
  checker.Check("listcmd", *reader.GetTemplate("listcmd"), Repository(), false);
  EXPECT_GT(diagnostics.Take().size(), quiet);
}

TEST(TemplateChecker, AnInterpolatedTemplateIsReportedAtItsStart) {
  const auto all = Check("[a]\nx = ${REPOPAHT}\nlistcmd = ls  %(x)s\n", Repository());
  ASSERT_FALSE(all.empty());
  for (const ConfigDiagnostic& diagnostic : all) {
    EXPECT_EQ(diagnostic.line, 3);
    EXPECT_EQ(diagnostic.column, 11);
  }
}

TEST(TemplateChecker, AnActionHasVariablesOfItsOwn) {
  const auto check = [](absl::string_view key) {
    const std::string text = absl::StrCat("[a]\n", key, " = dd if=${FILEPATH} skip=${SKIP}\n");
    DiagnosticCollector diagnostics("x", text);
    const IniFile ini = IniFile::Parse(text, diagnostics);
    EntryReader reader(ini, ini.sections.at(0), "", diagnostics);
    TemplateChecker(diagnostics).Check(key, *reader.GetTemplate(key), Repository(), true);
    return diagnostics.Take();
  };
  EXPECT_TRUE(check("action.read").empty());
  EXPECT_FALSE(check("listcmd").empty());
}

TEST(TemplateChecker, TheQuotingOfTheOriginalIsRespected) {
  const std::string text = "[a]\nlistcmd = echo \\'NONE\\' \\$HOME\n";
  Repository original;
  original.original_quoting = true;
  EXPECT_GT(Check(text, Repository()).size(), Check(text, original).size());
}

TEST(TemplateChecker, WhereTheFileSaysHowItIsQuotedNothingIsSaidOfTheOriginal) {
  const std::string text = "[a]\nlistcmd = find ${REPOPATH} | awk '{print $1}'\n";
  DiagnosticCollector diagnostics("c", text);
  const IniFile file = IniFile::Parse(text, diagnostics);
  EntryReader reader(file, file.sections[0], "", diagnostics);
  TemplateChecker checker(diagnostics);
  checker.Check("listcmd", *reader.GetTemplate("listcmd"), Repository(), true);
  EXPECT_TRUE(diagnostics.Take().empty());
  checker.Check("listcmd", *reader.GetTemplate("listcmd"), Repository(), false);
  EXPECT_FALSE(diagnostics.Take().empty());
}

}  // namespace
}  // namespace sshsync
