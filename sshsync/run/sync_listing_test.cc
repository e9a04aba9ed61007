#include <algorithm>

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

TEST(Listing, OfAnEmptyParentTouchesNothingOfAFullChild) {
  LocalCascade local;
  local.Write("p/a", "a");
  local.Write("n/a", "old");
  const auto p = local.Tree("p"), n = local.Tree("n");
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 8);
  EXPECT_EQ(Of(report, "p").outcome, Outcome::kRefused);
  EXPECT_THAT(Of(report, "p").message, HasSubstr("empty listing"));
  EXPECT_EQ(Of(report, "n").outcome, Outcome::kWaiting);
  EXPECT_EQ(local.Tree("p"), p);
  EXPECT_EQ(local.Tree("n"), n);
}

TEST(Listing, OfAnEmptyParentIsFineForAnEmptyChild) {
  LocalCascade local;
  EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
}

TEST(Listing, OfPathsThatAreNotTheParentsOwnIsRefusedByName) {
  LocalCascade local;
  local.Write("m/good", "good");
  local.Write("evil", "outside");
  local.Write("mx/f", "outside");
  local.Shell("mkdir m/d");
  local["m"].templates["listcmd"] =
      "find ${REPOPATH} -type f; printf '%s\\n' ${REPOPATH}/../evil /etc/passwd a/../../evil '' . .. d/ ${REPOPATH}x/f "
      "${REPOPATH}/d";
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(local.Files("p"), (std::map<std::string, std::string>{{"good", "good"}}));
  for (const char* path : {"/etc/passwd", "a/../../evil", ".", "..", "d/", "d"}) {
    EXPECT_THAT(Failures(Of(report, "p")), Contains(absl::StrCat(path, ": bad_listing")));
  }
  EXPECT_EQ(Of(report, "p").failed, static_cast<int64_t>(Failures(Of(report, "p")).size()));
  EXPECT_GE(Of(report, "p").failed, 8);
}

TEST(Listing, ThatIsIncompleteBringsWhatItListsAndSaysSo) {
  for (const char* end : {"; exit 2", "; echo oops >&2"}) {
    LocalCascade local;
    local.Write("m/a", "a");
    local["m"].templates["listcmd"] += end;
    const Report report = local.Sync({{"p"}, {"n"}});
    EXPECT_EQ(report.exit_code(), 6) << end;
    EXPECT_EQ(local.Read("p/a"), "a");
    EXPECT_EQ(local.Read("n/a"), "a");
    EXPECT_EQ(Of(report, "p").failure, Failure::kBadListing);
  }
}

TEST(Listing, ThatPrintsNothingAndFailsIsNoEmptyParent) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Write("p/a", "old");
  local["m"].templates["listcmd"] = "exit 3";
  const Report report = local.Sync({{"p"}});
  EXPECT_NE(report.exit_code(), 0);
  EXPECT_EQ(local.Read("p/a"), "old");
}

TEST(Listing, ThatHangsIsGivenUp) {
  LocalCascade local;
  local["m"].timeout = absl::Milliseconds(300);
  local["m"].retries = 0;
  local["m"].templates["listcmd"] = "echo f; sleep 1000";
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(Of(report, "p").failure, Failure::kTimeout);
}

TEST(Listing, AndDigestsOfAParentAreMadeOnceForAllItsChildren) {
  LocalCascade local;
  for (const char* child : {"p2", "p3", "p4"}) local.Add(child, "m");
  for (int i = 0; i < 5; ++i) local.Write(absl::StrCat("m/", i), "content");
  local["m"].batch_digest = false;
  local["m"].templates["listcmd"] += "; echo >>" + local.Path("listed");
  local["m"].templates["digestcmd"] += "; echo >>" + local.Path("digested") + " \"${FILEPATH}\" ; sha1sum ${FILEPATH}";
  const Report report = local.Sync({{"p", "p2"}, {"p3", "p4"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local.Read("listed"), "\n");
  const std::string digested = local.Read("digested");
  EXPECT_EQ(std::count(digested.begin(), digested.end(), '\n'), 5);
  EXPECT_EQ(local.Files("p4"), local.Files("m"));
}

TEST(Listing, OfAFileThatGoesAwayIsAWarning) {
  LocalCascade local;
  local.Write("m/stays", "stays");
  local.Write("m/goes", "goes");
  local.Write("p/goes", "old");
  local["m"].templates["listcmd"] = "find ${REPOPATH} -type f; rm -f ${REPOPATH}/goes";
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_EQ(local.Read("p/goes"), "old");
  EXPECT_EQ(local.Read("p/stays"), "stays");
  EXPECT_THAT(local.Messages(LogLevel::kWarning), Contains(HasSubstr("went away")));
}

TEST(Listing, OfAFileThatIsNotThereFails) {
  LocalCascade local;
  local.Write("m/a", "a");
  local["m"].templates["listcmd"] += "; echo ${REPOPATH}/ghost";
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("ghost: bad_listing"));
}

TEST(Listing, WithoutAListcmdIsTheToolsOwn) {
  LocalCascade local;
  for (const char* name : {"m", "p", "n"}) local[name].templates.erase("listcmd");
  local.Write("m/new\nline", "a");
  local.Write("m/sub/b", "b");
  EXPECT_EQ(local.Sync({{"p"}, {"n"}}).exit_code(), 0);
  EXPECT_EQ(local.Files("n"), local.Files("m"));
}

TEST(Names, OfAnyKindArriveAndAreNeverRun) {
  LocalCascade local;
  for (const char* name : {"m", "p", "n"}) local[name].templates.erase("listcmd");
  for (const char* name :
       {" lead", "trail ", "it's",      "\"q\"", "`touch pwn`", "$(touch pwn)", ";touch pwn", "&",        "|",
        "<",     ">",      "*",         "?",     "[a]",         "{x,y}",        "~",          "#",        "!",
        "%s",    "\\",     "end\\",     "tab\t", "-rf",         "--help",       "..a",        "a..",      "${FILE}",
        "$$",    "a:b",    "=x",        "@h",    "new\nline",   "trailing\n",   "\xff\xfe",   "\xc3\xa9", "e\xcc\x81",
        "a",     "A",      "folder\n/f"}) {
    local.Write(absl::StrCat("m/", name), name);
  }
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 0);
  EXPECT_THAT(Failures(Of(report, "p")), IsEmpty());
  EXPECT_EQ(local.Files("p"), local.Files("m"));
  EXPECT_EQ(local.Files("n"), local.Files("m"));
  EXPECT_EQ(local.Shell("find . -name 'pwn*'"), "");
}

TEST(Links, InPlaceOfFilesAreReplacedAndTheirTargetsStay) {
  for (const char* target : {"../outside/file", "../outside", "dangling", "f"}) {
    LocalCascade local;
    local.Write("outside/file", "precious");
    local.Write("m/f", "new");
    local.Shell(absl::StrCat("ln -s ", target, " p/f"));
    const Report report = local.Sync({{"p"}});
    EXPECT_EQ(report.exit_code(), 0) << target;
    EXPECT_EQ(local.Read("p/f"), "new");
    EXPECT_EQ(local.Shell("test -h p/f || echo file"), "file\n");
    EXPECT_EQ(local.Read("outside/file"), "precious");
    EXPECT_EQ(local.Shell("ls outside"), "file\n");
    EXPECT_THAT(local.Messages(LogLevel::kWarning), Contains(HasSubstr("symbolic link")));
  }
}

TEST(Links, AmongTheFoldersOfAChildAreFollowedOnlyWhenAllowed) {
  LocalCascade local;
  local.Shell("mkdir outside; ln -s ../outside p/sub");
  local.Write("m/sub/f", "new");
  local.Write("m/g", "new");
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_THAT(Failures(Of(report, "p")), ElementsAre("sub/f: link_in_path"));
  EXPECT_EQ(local.Shell("ls outside"), "");
  EXPECT_EQ(local.Read("p/g"), "new");
  local["p"].follow_symlinks = true;
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Read("outside/f"), "new");
}

TEST(Links, OfAParentAreLeftOutInOneWarning) {
  LocalCascade local;
  local.Write("m/f", "f");
  local.Shell("ln -s f m/l1; ln -s /etc/passwd m/l2");
  local["m"].templates["listcmd"] = "find ${REPOPATH} ! -type d";
  EXPECT_EQ(local.Sync({{"p"}}).exit_code(), 0);
  EXPECT_EQ(local.Files("p"), (std::map<std::string, std::string>{{"f", "f"}}));
  EXPECT_THAT(local.Messages(LogLevel::kWarning), ElementsAre(HasSubstr("2 symbolic links")));
}

TEST(Obstacles, OfTheChildFailTheirFileOnly) {
  LocalCascade local;
  local.Write("m/f", "f");
  local.Write("m/dir/g", "g");
  local.Write("m/h", "h");
  local.Shell("mkdir p/f; touch p/f/mine; echo file >p/dir");
  const Report report = local.Sync({{"p"}, {"n"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(Failures(Of(report, "p")).size(), 2u);
  EXPECT_THAT(Failures(Of(report, "p")), Contains("f: obstructed"));
  EXPECT_EQ(local.Read("n/h"), "h");
  EXPECT_TRUE(local.Exists("p/f/mine"));
  EXPECT_EQ(local.Read("p/dir"), "file\n");
}

}  // namespace
}  // namespace sshsync
