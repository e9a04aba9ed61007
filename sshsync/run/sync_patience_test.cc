// What a run does not show, and how long it does not wait.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/sync.h"
#include "sshsync/testing/local_cascade.h"

namespace sshsync {
namespace {

TEST(Secrets, AreNotShownWhoeverPrintsThem) {
  constexpr absl::string_view kSecret = "it's $ecret";
  for (const absl::string_view key : {"listcmd", "digestcmd"}) {
    LocalCascade local;
    local.Write("m/a", "a");
    local.Write("p/a", "b");
    local["p"].password = std::string(kSecret);
    local["p"].templates[std::string(key)] = "echo \"using ${LOCALPASSWORD}\" >&2; false";
    const Report report = local.Sync({{"p"}});
    EXPECT_EQ(report.exit_code(), 6) << key;
    std::string shown = Of(report, "p").message + Of(report, "p").output;
    for (const FileOutcome& file : Of(report, "p").files)
      absl::StrAppend(&shown, file.message, file.command, file.output);
    for (const Event& event : local.events()) absl::StrAppend(&shown, event.message, event.command, event.output);
    EXPECT_FALSE(absl::StrContains(shown, kSecret)) << key << ": " << shown;
    EXPECT_TRUE(absl::StrContains(shown, "using ***")) << key << ": " << shown;
  }
}

TEST(Patience, ASilentListingIsNotAskedAgain) {
  LocalCascade local;
  local.Write("m/a", "a");
  local["m"].timeout = absl::Seconds(1);
  local["m"].templates["listcmd"] = absl::StrCat("echo x >>", local.Path("aside-asked"), "; sleep 100");
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(Of(report, "p").failure, Failure::kTimeout);
  EXPECT_EQ(local.Read("aside-asked"), "x\n");
}

TEST(Patience, AHostThatNeverAnsweredHasItsWaitAndNoMore) {
  LocalCascade local;
  Repository& m = local["m"];
  m.endpoint.transport = Transport::kSsh;
  m.endpoint.host = "nobody";
  m.wait = local["p"].wait = local["n"].wait = absl::ZeroDuration();
  m.endpoint.ssh = {"sh", "-c",
                    absl::StrCat("echo x >>", local.Path("aside-logins"),
                                 "; echo 'ssh: connect to host nobody port 22: Connection refused' >&2; exit 255")};
  m.retries = 5;
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(Of(report, "p").failure, Failure::kUnreachable);
  EXPECT_EQ(local.Read("aside-logins"), "x\n");
}

TEST(Patience, AWriterThatSynccmdLeftBehindIsWaitedFor) {
  LocalCascade local;
  local["p"].templates["synccmd"] =
      "cp -p ${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}; (exec 3>>${LOCALDIR}/${FILE}; sleep 0.3; echo late >&3) "
      ">/dev/null 2>&1 & sleep 0.1";
  for (const absl::string_view name : {"m/a", "m/b", "m/c", "m/d"}) local.Write(name, name);
  const Report report = local.Sync({{"p"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_TRUE(local.Files("p").empty()) << "each of them would have been torn";
}

TEST(Patience, AParentWhoseDigestsFailedServesNobodyWhoComesLater) {
  LocalCascade local;
  local.Write("m/a", "a");
  local.Add("q", "m");
  local["m"].timeout = absl::Seconds(1);
  local["m"].retries = 0;
  local["m"].templates["digestcmd"] = "sleep 100";
  const Report report = local.Sync({{"p"}, {"q"}});
  EXPECT_EQ(report.exit_code(), 6);
  EXPECT_EQ(Of(report, "q").failure, Failure::kTimeout);
}

}  // namespace
}  // namespace sshsync
