#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/sync.h"
#include "sshsync/testing/local_cascade.h"

namespace sshsync {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::string_view kOther = "1111111111111111111111111111111111111111";

// A digestcmd that answers rightly but for files whose name begins with `bad`.
std::string WrongFor(absl::string_view script) {
  return absl::StrCat("d=`sha1sum ${FILEPATH} 2>/dev/null | cut -d' ' -f1`; case ${FILEPATH} in */bad*) ", script,
                      ";; *) echo ${d:-NONE};; esac");
}

TEST(Digests, ThatAreNoneFailTheirFileAndNothingIsPublishedOnThem) {
  for (const std::string& answer :
       {std::string("true"), std::string("echo 0x$d"), std::string("echo ${d}0"), std::string("echo ${d%?}"),
        std::string("echo $d; exit 1"), absl::StrCat("echo '", kOther, "  /another/file'"), std::string("echo oops"),
        std::string("echo $d $d")}) {
    for (const char* where : {"m", "p"}) {
      LocalCascade local;
      for (const char* name : {"m/bad", "m/good"}) local.Write(name, "new");
      local.Write("p/bad", "old");
      local[where].templates["digestcmd"] = WrongFor(answer);
      local[where].retries = 0;
      const Report report = local.Sync({{"p"}});
      EXPECT_EQ(report.exit_code(), 6) << where << ": " << answer;
      EXPECT_EQ(Failures(Of(report, "p")).size(), 1u)
          << where << ": " << answer << testing::PrintToString(Failures(Of(report, "p")));
      EXPECT_EQ(local.Read("p/bad"), "old") << where << ": " << answer;
      EXPECT_EQ(local.Read("p/good"), "new") << where << ": " << answer;
    }
  }
}

TEST(Digests, OfAFileThatIsThereMustNotSayNone) {
  LocalCascade local;
  for (const char* name : {"m/bad", "m/good"}) local.Write(name, "new");
  local["m"].templates["digestcmd"] = WrongFor("echo NONE");
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("bad: bad_listing"));
  EXPECT_FALSE(local.Exists("p/bad"));
}

TEST(Digests, ThatTheChildGivesWronglyNeverPublish) {
  LocalCascade local;
  local.Write("m/bad", "new");
  local.Write("p/bad", "old");
  local["p"].templates["digestcmd"] = WrongFor(absl::StrCat("echo ", kOther));
  const Report report = local.Sync({{"p"}});
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("bad: digest_mismatch"));
  EXPECT_EQ(local.Read("p/bad"), "old");
}

TEST(Digests, MayBeWrittenInManyWays) {
  for (const char* script : {"echo $d | tr a-f A-F", "printf '%s\\r\\n' $d", "echo some noise; echo $d *${FILEPATH}",
                             "printf \"  $d  \\n\\n\"", "printf '\\\\%s\\n' $d", "echo ${d} ${FILEPATH##*/}"}) {
    LocalCascade local;
    for (const char* name : {"m/bad", "m/bad2"}) local.Write(name, name);
    local.Write("p/bad", "m/bad");
    local["p"].templates["digestcmd"] = WrongFor(absl::StrCat("[ -n \"$d\" ] && { ", script, "; } || echo NONE"));
    const Report report = local.Sync({{"p"}});
    EXPECT_EQ(report.exit_code(), 0) << script << testing::PrintToString(Failures(Of(report, "p")));
    EXPECT_EQ(Of(report, "p").kept, 1) << script;
    EXPECT_EQ(Of(report, "p").copied, 1) << script;
  }
}

TEST(Digests, OfDifferentKindsAreNotCompared) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Write("p/a", "a");
  local["p"].templates["digestcmd"] = "sha256sum ${FILEPATH} | cut -d' ' -f1";
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("a: bad_digest"));
  EXPECT_THAT(Of(report, "p").files[0].message, HasSubstr("40 hex digits"));
  EXPECT_THAT(Failures(Of(report, "n")), ElementsAre("a: waiting"));
}

TEST(Digests, ByAToolThatIsNotInstalledFailByItsName) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Write("p/a", "old");
  local["p"].templates["digestcmd"] = "no-such-digest ${FILEPATH}";
  local["p"].retries = 0;
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("a: command_not_found"));
  EXPECT_THAT(Of(report, "p").files[0].message, HasSubstr("no-such-digest"));
  EXPECT_EQ(local.Read("p/a"), "old");
}

TEST(Digests, ThatTakeTooLongFailTheFileTheyWereAt) {
  LocalCascade local;
  for (const char* name : {"m/a", "m/bad", "m/c"}) local.Write(name, name);
  local["m"].timeout = absl::Milliseconds(400);
  local["m"].templates["digestcmd"] = WrongFor("sleep 1000");
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("bad: timeout"));
  EXPECT_EQ(local.Read("p/a"), "m/a");
  EXPECT_EQ(local.Read("p/c"), "m/c");
}

TEST(Digests, ThatPrintTooMuchFailAlone) {
  LocalCascade local;
  for (const char* name : {"m/a", "m/bad", "m/c"}) local.Write(name, name);
  local["m"].templates["digestcmd"] = WrongFor("dd if=/dev/zero bs=1048576 count=100 2>/dev/null");
  const Report report = local.Sync({{"p"}});
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("bad: output_too_large"));
  EXPECT_EQ(local.Read("p/c"), "m/c");
}

TEST(Digests, OfAChildAreReadWhileItsParentIsComparedAndOnlyOnce) {
  LocalCascade local;
  const std::string log = local.Path("aside/read");
  local.Write("aside/read", "");
  for (const char* name : {"same", "stale", "other"}) {
    local.Write(absl::StrCat("m/", name), "new");
    local.Write(absl::StrCat("p/", name), "old");
    local.Write(absl::StrCat("n/", name), "new");
  }
  local.Write("p/same", "new");
  local.Write("n/other", "odd");
  local.Write("n/own", "n");
  for (const char* name : {"m", "p", "n"}) local[name].templates.erase("listcmd");
  // What p has is not known before a digest of n was read.
  local["p"].templates["digestcmd"] =
      absl::StrCat("until [ -s ", log, " ]; do :; done; sha1sum ${FILEPATH} | cut -d' ' -f1");
  local["n"].templates["digestcmd"] = absl::StrCat("echo ${FILE} >>", log, "; sha1sum ${FILEPATH} | cut -d' ' -f1");
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(Of(report, "n").kept, 2);
  EXPECT_EQ(Of(report, "n").replaced, 1);
  for (const char* name : {"same", "stale", "other"}) EXPECT_EQ(local.Read(absl::StrCat("n/", name)), "new");
  EXPECT_EQ(local.Shell(absl::StrCat("sort ", log, " | uniq -c | sed 's/^ *//'")), "2 other\n1 same\n1 stale\n")
      << "and what arrived";
}

TEST(Agreement, FindsADigestWhereNobodyGivesOne) {
  LocalCascade local;
  for (const char* name : {"m", "p", "n"}) local[name].templates.erase("digestcmd");
  local.Write("m/a", "new");
  local.Write("m/same", "same");
  local.Write("p/a", "old");
  local.Write("p/same", "same");
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(Of(report, "p").kept, 1);
  EXPECT_EQ(FileOf(Of(report, "p"), "a")->digest.size(), 64u) << "sha256 is the first choice";
  EXPECT_EQ(local.Files("n"), local.Files("m"));
  EXPECT_THAT(local.Messages(LogLevel::kWarning), IsEmpty());
}

TEST(Agreement, WarnsOfADigestBelowSha256) {
  LocalCascade local;
  for (const char* name : {"m", "p"}) local[name].templates.erase("digestcmd");
  local["m"].digest = {"md5"};
  local.Write("m/a", "new");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_THAT(local.Messages(LogLevel::kWarning), Contains(HasSubstr("md5")));
}

TEST(Agreement, GoesByTheDigestcmdOfTheOtherSide) {
  for (const char* lacking : {"m", "p"}) {
    LocalCascade local;
    local[lacking].templates.erase("digestcmd");
    local.Write("m/a", "new");
    local.Write("m/same", "same");
    local.Write("p/same", "same");
    const Report report = local.Sync({{"p"}, {"n"}});
    EXPECT_EQ(report.exit_code(), 0) << testing::PrintToString(local.Messages(LogLevel::kWarning));
    EXPECT_EQ(Of(report, "p").kept, 1);
    EXPECT_EQ(FileOf(Of(report, "p"), "a")->digest.size(), 40u);
    EXPECT_EQ(local.Files("n"), local.Files("m"));
  }
}

TEST(Agreement, RefusesADigestcmdThatNobodyElseCanDo) {
  LocalCascade local;
  local.Write("m/a", "new");
  local.Write("p/a", "old");
  local["p"].templates.erase("digestcmd");
  local["m"].templates["digestcmd"] = "(echo salt; cat ${FILEPATH}) | sha1sum";
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(local.Read("p/a"), "old");
  EXPECT_THAT(Of(report, "p").message, HasSubstr("or none"));
}

TEST(Agreement, RefusesADigestcmdThatReadsOnlyAPart) {
  LocalCascade local;
  local.Write("m/a", std::string(5000, 'a'));
  local["p"].templates.erase("digestcmd");
  local["m"].templates["digestcmd"] = "head -c 1000 ${FILEPATH} | sha1sum";
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_FALSE(local.Exists("p/a"));
}

TEST(Agreement, RefusesAChainThatContradictsItself) {
  LocalCascade local;
  local.Write("m/a", "new");
  local["p"].templates.erase("digestcmd");
  local["n"].templates["digestcmd"] = "sha256sum ${FILEPATH} | cut -d' ' -f1";
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_FALSE(local.Exists("p/a"));
  EXPECT_FALSE(local.Exists("n/a"));
}

TEST(Agreement, LeavesNoScratchFileBehind) {
  LocalCascade local;
  local["p"].templates.erase("digestcmd");
  local.Write("m/a", "new");
  local.Shell("ls -d /tmp/.sshsync-* >before 2>/dev/null; :");
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  // Other tests have theirs at the same time: those go away.
  EXPECT_EQ(local.Shell("i=0; while ls -d /tmp/.sshsync-* 2>/dev/null | grep -vxF -f before >new; do i=$((i+1)); [ $i "
                        "-lt 600 ] || break; sleep 0.1; done; cat new"),
            "");
}

}  // namespace
}  // namespace sshsync
