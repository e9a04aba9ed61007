#include "sshsync/text/original_quoting.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "sshsync/text/real_shell.h"

namespace sshsync {
namespace {

TEST(OriginalQuoting, UndoesOneLevelOfFourEscapesAndLeavesOtherBackslashes) {
  EXPECT_EQ(UndoOriginalQuoting("awk '{print \\$1}'").text, "awk '{print $1}'");
  EXPECT_EQ(UndoOriginalQuoting(R"(\"a\" \`b\` \\n \\\$c \'d\' \x \)").text, R"("a" `b` \n \$c \'d\' \x \)");
}

TEST(OriginalQuoting, KnowsWhereEachByteCameFrom) {
  const UnquotedTemplate unquoted = UndoOriginalQuoting(R"(a\$b)");
  EXPECT_EQ(unquoted.text, "a$b");
  EXPECT_EQ(unquoted.places, (std::vector<size_t>{0, 1, 3, 4}));
}

TEST(OriginalQuoting, ReadsEscapesAsTheOriginalsShellDid) {
  for (const absl::string_view text : {R"(if [ -f x ]; then echo \'NONE\'; fi)", R"(\"\$1\" \\\\ \a \`x\`)",
                                       R"(sed 's/\\(a\\)/\\1/' | awk '{print \$1}')"}) {
    EXPECT_EQ(UndoOriginalQuoting(text).text,
              RunRealShell({"/bin/sh", "-c", absl::StrCat("printf %s \"", text, "\"")}).output);
  }
}

TEST(OriginalQuoting, WarnsAtEachPlaceThatTheOriginalReadDifferently) {
  const auto remarks = [](absl::string_view text) {
    std::vector<std::string> shown;
    for (const TemplateDiagnostic& diagnostic : MigrationRemarks(text, TemplateVariables())) {
      EXPECT_EQ(diagnostic.severity, LogLevel::kWarning);
      EXPECT_FALSE(diagnostic.remedy.empty());
      shown.push_back(absl::StrCat(diagnostic.offset, "+", diagnostic.length));
    }
    return absl::StrJoin(shown, " ");
  };
  EXPECT_EQ(remarks("find ${REPOPATH} -type f"), "");
  EXPECT_EQ(remarks("echo \\'NONE\\'"), "");
  EXPECT_EQ(remarks("awk '{print \\$1}'"), "12+2");
  EXPECT_EQ(remarks("cat \"${FILE}\""), "4+1 12+1");
  EXPECT_EQ(remarks("echo $HOME $(date) `date` $1 $$ ${HOME} ${FILE} $FILE"), "5+5 11+2 19+1 24+1 26+2 29+2 32+7 48+5");
  EXPECT_EQ(remarks("cost 5$ ${"), "");
}

}  // namespace
}  // namespace sshsync
