#include "tools/cli/init/migration.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/config/settings.h"

namespace sshsync::init {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kOriginal[] = R"(# the old one
[repomaster]
user = owner
password = secret
host = 192.168.0.1
path = /srv/app
listcmd = find ${REPOPATH} -type f
digestcmd = sha1sum ${FILEPATH} | awk '{print \$1}'

[repoproxy]
user = runner
password : secret too
host = 192.168.1.1
path = /dat/app
parent = repomaster
; two lines
digestcmd = if [ -f \"${FILEPATH}\" ]; then
    sha1sum ${FILEPATH} | awk '{print \$1}'; else echo NONE; fi
synccmd = scp -i $HOME/.ssh/id ${REMOTEUSER}@${REMOTEHOST}:${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}
)";

const Repository& Find(const LoadedConfiguration& loaded, absl::string_view name) {
  for (const Repository& one : loaded.configuration.repositories) {
    if (one.name == name) return one;
  }
  return loaded.configuration.repositories.at(0);
}

TEST(MigrateOriginal, MeansTheSameAsTheOriginalReadAsSuch) {
  const LoadedConfiguration before =
      ReadConfiguration("old", absl::StrCat("[DEFAULT]\noriginal_quoting = yes\n", kOriginal));
  const LoadedConfiguration after = ReadConfiguration("new", MigrateOriginal(kOriginal).text);
  ASSERT_TRUE(after.ok()) << after.status();
  for (const char* name : {"repomaster", "repoproxy"}) {
    EXPECT_FALSE(Find(after, name).original_quoting);
    EXPECT_EQ(Find(after, name).templates.size(), Find(before, name).templates.size());
    EXPECT_EQ(Find(after, name).endpoint.host, Find(before, name).endpoint.host);
    EXPECT_FALSE(absl::StrContains(Find(after, name).templates.at("digestcmd"), "\\"));
  }
  EXPECT_EQ(Find(after, "repoproxy").templates.at("digestcmd"),
            "if [ -f \"${FILEPATH}\" ]; then\nsha1sum ${FILEPATH} | awk '{print $1}'; else echo NONE; fi");
}

TEST(MigrateOriginal, KeepsCommentsAndOrderAndDropsPasswords) {
  const Migration migration = MigrateOriginal(kOriginal);
  EXPECT_THAT(
      migration.text,
      HasSubstr("[DEFAULT]\noriginal_quoting = no\n\n# the old one\n[repomaster]\nuser = owner\nhost = 192.168.0.1\n"));
  EXPECT_THAT(migration.text, HasSubstr("; two lines\n"));
  EXPECT_THAT(migration.text, Not(HasSubstr("secret")));
  EXPECT_THAT(ChangesText(migration), Not(HasSubstr("secret")));
  EXPECT_FALSE(migration.has_password);
}

TEST(MigrateOriginal, SaysOfEachChangeWhatItWasAndWhy) {
  const std::string text = ChangesText(MigrateOriginal(kOriginal));
  EXPECT_THAT(text, HasSubstr("line 8, [repomaster] digestcmd\n  was      sha1sum ${FILEPATH} | awk '{print \\$1}'\n  "
                              "becomes  sha1sum ${FILEPATH} | awk '{print $1}'\n"));
  EXPECT_THAT(text, HasSubstr("line 4, [repomaster] password\n  was      ******\n  is left out\n"));
  EXPECT_THAT(text,
              HasSubstr("the original expanded $HOME on the controller; the repository's host expands\n  it now"));
  EXPECT_EQ(ChangesText(MigrateOriginal("[m]\nhost = h\npath = /p\n")), "nothing has to be changed\n");
}

TEST(MigrateOriginal, APasswordThatATemplateNamesStays) {
  const Migration migration =
      MigrateOriginal("[m]\nhost = h\npath = /p\npassword = x\nlistcmd = SSHPASS=${LOCALPASSWORD} find ${REPOPATH}\n");
  EXPECT_THAT(migration.text, HasSubstr("password = x"));
  EXPECT_TRUE(migration.has_password);
}

TEST(MigrateOriginal, WhatIsPutTogetherOfPartsIsReadTheOldWay) {
  const char* const composed =
      "[m]\nhost = h\npath = /p\nfirst = awk '{print \\$1}'\ndigestcmd = sha1sum ${FILEPATH} | %(first)s\n";
  const Migration migration = MigrateOriginal(composed);
  EXPECT_THAT(migration.text, HasSubstr("[DEFAULT]\noriginal_quoting = yes\n"));
  EXPECT_THAT(migration.text, HasSubstr("\\$1"));
  const std::string with_defaults = MigrateOriginal(absl::StrCat("[DEFAULT]\nuser = u\n", composed)).text;
  EXPECT_TRUE(absl::StartsWith(with_defaults, "[DEFAULT]\noriginal_quoting = yes\nuser = u\n")) << with_defaults;
}

TEST(MigrateOriginal, AFileThatWasMigratedBeforeStaysAsItIs) {
  const std::string text =
      "[m]\nhost = h\npath = /p\noriginal_quoting = yes\ndigestcmd = awk '{print \\$1}' ${FILEPATH}\n";
  EXPECT_EQ(MigrateOriginal(text).text, text);
}

TEST(MigrateOriginal, CheckSaysNothingMoreOfTheOriginal) {
  const Migration migration = MigrateOriginal(kOriginal);
  for (const ConfigDiagnostic& diagnostic : ReadConfiguration("new", migration.text).diagnostics)
    EXPECT_FALSE(absl::StrContains(diagnostic.message, "original")) << Render(diagnostic);
  EXPECT_EQ(MigrateOriginal(migration.text).text, migration.text) << "done once";
}

TEST(MigrateOriginal, NonsenseComesBackAsItIs) {
  for (const std::string text : {"", "\n\n", "no section", "[a\n=\n", "[a]\nlistcmd\n", "\xff\xfe"})
    EXPECT_EQ(MigrateOriginal(text).text, text);
}

}  // namespace
}  // namespace sshsync::init
