#include "tools/cli/flags/flags.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/config/keys.h"
#include "tools/cli/flags/completions.h"
#include "tools/cli/flags/help.h"
#include "tools/cli/flags/man_page.h"

namespace sshsync::cli {
namespace {

using Document = std::pair<std::string, std::string>;

std::vector<Document> Documents() {
  return {{"short help", ShortHelp(VerbId::kSync)},
          {"long help", LongHelp(VerbId::kSync)},
          {"manual page", CommandManPage()},
          {"bash", BashCompletion()},
          {"zsh", ZshCompletion()},
          {"fish", FishCompletion()}};
}

/// Whether a flag stands in a document, and not only as the beginning of a longer one.
bool HasFlag(const std::string& document, absl::string_view dashed) {
  for (size_t at = document.find(std::string(dashed)); at != std::string::npos;
       at = document.find(std::string(dashed), at + 1)) {
    const absl::string_view rest = absl::string_view(document).substr(at + dashed.size());
    if (!rest.empty() && !absl::ascii_isalnum(rest[0]) && rest[0] != '-' && !absl::StartsWith(rest, "\\-")) return true;
  }
  return false;
}

std::string AsIn(const std::string& document, absl::string_view name) {
  if (document == "fish") return absl::StrCat("-l ", name);
  return document == "manual page" ? TroffText(absl::StrCat("--", name)) : absl::StrCat("--", name);
}

TEST(Flags, EveryFlagStandsInEveryDocument) {
  for (const auto& [name, text] : Documents()) {
    for (const Flag& flag : AllFlags()) {
      EXPECT_TRUE(HasFlag(text, AsIn(name, flag.name))) << flag.name << " in " << name;
    }
  }
}

TEST(Flags, EveryVerbStandsInEveryDocument) {
  for (const auto& [name, text] : Documents()) {
    for (const Verb& verb : AllVerbs()) {
      EXPECT_TRUE(absl::StrContains(text, verb.name)) << verb.name << " in " << name;
    }
  }
}

TEST(Flags, EveryKeyOfTheConfigurationIsInItsManualPage) {
  const std::string page = ConfigManPage();
  for (const KeyInfo& key : AllKeys())
    EXPECT_TRUE(absl::StrContains(page, TroffText(absl::StrCat(key.name, " = ", key.form)))) << key.name;
}

TEST(Flags, EveryRowIsExplained) {
  for (const Flag& flag : AllFlags()) {
    EXPECT_FALSE(flag.brief.empty()) << flag.name;
    EXPECT_TRUE(absl::EndsWith(flag.doc, ".")) << flag.name;
    EXPECT_FALSE(flag.group.empty()) << flag.name;
    EXPECT_NE(flag.verbs, 0U) << flag.name;
    EXPECT_EQ(flag.value == Value::kNone, flag.placeholder.empty()) << flag.name;
  }
  for (const Verb& verb : AllVerbs()) {
    EXPECT_FALSE(verb.synopsis.empty() || verb.brief.empty() || verb.doc.empty()) << verb.name;
  }
}

TEST(Flags, NamesAndLettersAreUsedOnce) {
  std::set<absl::string_view> names;
  std::set<char> letters;
  for (const Flag& flag : AllFlags()) {
    EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
    EXPECT_TRUE(flag.letter == 0 || letters.insert(flag.letter).second) << flag.name;
  }
}

TEST(Flags, HelpOfAVerbShowsOnlyWhatGoesWithIt) {
  const std::string help = ShortHelp(VerbId::kGraph);
  EXPECT_TRUE(HasFlag(help, "--format"));
  EXPECT_TRUE(HasFlag(help, "--config"));
  EXPECT_FALSE(HasFlag(help, "--sync"));
}

TEST(Flags, HelpFitsAnOldTerminal) {
  for (const std::string& help : {ShortHelp(VerbId::kSync), LongHelp(VerbId::kSync)}) {
    size_t column = 0;
    for (const char c : help) {
      column = c == '\n' ? 0 : column + 1;
      ASSERT_LE(column, 80U) << help;
    }
  }
}

TEST(Flags, ExitCodesOfTheContractAreDocumented) {
  std::vector<absl::string_view> codes;
  for (const ExitCode& code : AllExitCodes()) codes.push_back(code.code);
  EXPECT_EQ(codes, (std::vector<absl::string_view>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "128+N"}));
}

}  // namespace
}  // namespace sshsync::cli
