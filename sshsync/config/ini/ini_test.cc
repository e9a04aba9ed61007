#include "sshsync/config/ini/ini.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

IniFile Parse(absl::string_view bytes) {
  DiagnosticCollector diagnostics("x", bytes);
  IniFile ini = IniFile::Parse(bytes, diagnostics);
  EXPECT_FALSE(diagnostics.has_errors()) << bytes;
  return ini;
}

/// The raw value of the only key of the only section.
std::string OnlyValue(absl::string_view bytes) {
  const IniFile ini = Parse(bytes);
  return ini.sections.size() == 1 && ini.sections[0].entries.size() == 1 ? ini.sections[0].entries[0].value : "?";
}

std::string Interpolated(absl::string_view bytes, absl::string_view key) {
  const IniFile ini = Parse(bytes);
  const IniText text = ini.Interpolate(ini.sections[0], *ini.Lookup(ini.sections[0], key));
  return text.error.empty() ? text.text : absl::StrCat("error: ", text.error);
}

TEST(Ini, TheFirstEqualsSignOrColonSplits) {
  EXPECT_EQ(OnlyValue("[a]\nurl = a:b=c"), "a:b=c");
  EXPECT_EQ(OnlyValue("[a]\npath:/x=y"), "/x=y");
  EXPECT_EQ(OnlyValue("[a]\nkey\t:\t v \t"), "v");
  EXPECT_EQ(OnlyValue("[a]\nkey ="), "");
}

TEST(Ini, DeeperIndentedLinesContinueTheValue) {
  EXPECT_EQ(OnlyValue("[a]\nk = one\n  two\n\tthree\n"), "one\ntwo\nthree");
  EXPECT_EQ(OnlyValue("[a]\nk = one\n\n  two\n\n\n"), "one\n\ntwo");
  EXPECT_EQ(OnlyValue("[a]\nk =\n  two"), "\ntwo");
  EXPECT_EQ(OnlyValue("[a]\nk = one\n# comment\n  # another\n  two"), "one\ntwo");
  EXPECT_EQ(OnlyValue("[a]\nk = one\n  [b]\n"), "one\n[b]");
}

TEST(Ini, AnIndentedFirstKeyIsAKey) {
  const IniFile ini = Parse("[a]\n    k = 1\n    l = 2\n  m = 3\n");
  EXPECT_EQ(ini.sections[0].entries.size(), 3u);
}

TEST(Ini, LineEndsAndMarksOfOtherSystemsAreAccepted) {
  EXPECT_EQ(OnlyValue("\xef\xbb\xbf[a]\r\nk = one\r\n two\r\n"), "one\ntwo");
}

TEST(Ini, KeysAreInAnyCaseAndSectionsAreNot) {
  const IniFile ini = Parse("[a]\nHoSt = h\n[A]\nhost = i\n[default]\nx = 1\n");
  EXPECT_EQ(ini.sections.size(), 3u);
  EXPECT_NE(ini.sections[0].Find("host"), nullptr);
  EXPECT_TRUE(ini.defaults.entries.empty());
}

TEST(Ini, DefaultsAreInheritedAndMayComeInPieces) {
  const IniFile ini = Parse("[DEFAULT]\nx = 1\n[a]\ny = 2\n[DEFAULT]\nz = 3\n");
  EXPECT_EQ(ini.Lookup(ini.sections[0], "x")->value, "1");
  EXPECT_EQ(ini.Lookup(ini.sections[0], "z")->value, "3");
  EXPECT_EQ(ini.sections[0].Find("z"), nullptr);
  EXPECT_EQ(ini.Lookup(ini.sections[0], "w"), nullptr);
}

TEST(Ini, EveryByteOfAValueKnowsItsPlace) {
  const IniFile ini = Parse("[a]\n  key = one\n\n     two\n");
  const IniEntry& entry = ini.sections[0].entries[0];
  EXPECT_EQ(entry.place.line, 2);
  EXPECT_EQ(entry.place.column, 3);
  EXPECT_EQ(entry.PlaceOf(0).column, 9);
  EXPECT_EQ(entry.PlaceOf(2).column, 11);
  EXPECT_EQ(entry.PlaceOf(entry.value.find("wo")).line, 4);
  EXPECT_EQ(entry.PlaceOf(entry.value.find("wo")).column, 7);
}

TEST(Ini, ReferencesAreReplacedAndOtherPercentSignsKept) {
  EXPECT_EQ(Interpolated("[DEFAULT]\nb = B\n[a]\nk = %(b)s-%(B)s-%%(b)s\n", "k"), "B-B-%(b)s");
  EXPECT_EQ(Interpolated("[a]\nk = 100% %% %d\n", "k"), "100% %% %d");
  EXPECT_EQ(Interpolated("[a]\np = 50%\nk = %(p)s!\n", "k"), "50%!");
  EXPECT_EQ(Interpolated("[DEFAULT]\nk = <%(b)s>\n[a]\nb = own\n", "k"), "<own>");
}

TEST(Ini, ReferencesOfThePasswordAreKnownAsSecret) {
  const IniFile ini = Parse("[a]\npassword = p\nk = x%(l)s\nl = %(password)s\nm = y\n");
  EXPECT_TRUE(ini.Interpolate(ini.sections[0], *ini.sections[0].Find("k")).secret);
  EXPECT_FALSE(ini.Interpolate(ini.sections[0], *ini.sections[0].Find("m")).secret);
}

TEST(Ini, LoopsAndBombsOfReferencesEnd) {
  EXPECT_EQ(Interpolated("[a]\nk = %(l)s\nl = %(k)s\n", "k").substr(0, 6), "error:");
  std::string bomb = "[a]\nk0 = 0123456789\n";
  for (int i = 1; i < 10; ++i) {
    absl::StrAppend(&bomb, "k", i, " = ");
    for (int j = 0; j < 100; ++j) absl::StrAppend(&bomb, "%(k", i - 1, ")s");
    bomb += '\n';
  }
  EXPECT_EQ(Interpolated(bomb, "k9"), "error: `%(k1)s` makes the value larger than 1 MiB: shorten it");
}

TEST(Ini, WhatCanBeUnderstoodIsThereDespiteErrors) {
  const std::string bytes = "x = 1\n[a]\nk = 1\nword\n[b\nlost = 1\n[c]\nl = 2\n[a]\nm = 3\n";
  DiagnosticCollector diagnostics("x", bytes);
  const IniFile ini = IniFile::Parse(bytes, diagnostics);
  EXPECT_EQ(diagnostics.Take().size(), 4u);
  ASSERT_EQ(ini.sections.size(), 2u);
  EXPECT_EQ(ini.sections[0].entries.size(), 1u);
  EXPECT_EQ(ini.sections[1].name, "c");
}

TEST(Ini, AFileInUtf16IsRecognised) {
  DiagnosticCollector diagnostics("x", "\xff\xfe[");
  IniFile::Parse("\xff\xfe[", diagnostics);
  EXPECT_EQ(Render(diagnostics.Take().at(0)), "x:1: the file is UTF-16: save it as UTF-8");
}

}  // namespace
}  // namespace sshsync
