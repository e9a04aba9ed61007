#include "sshsync/config/settings.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string FileText(absl::string_view name) {
  std::ifstream file(absl::StrCat("testdata/configs/", name), std::ios::binary);
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> Remarks(const LoadedConfiguration& loaded, Severity severity) {
  std::vector<std::string> remarks;
  for (const ConfigDiagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity == severity) remarks.push_back(Render(diagnostic));
  }
  return remarks;
}


TEST(Settings, TheFileOfTheOriginalIsReadUnchanged) {
  const LoadedConfiguration loaded = ReadConfiguration("classic.conf", FileText("good/classic.conf"));
  EXPECT_THAT(Remarks(loaded, Severity::kError), IsEmpty());
  ASSERT_EQ(loaded.configuration.repositories.size(), 3u);
  const Repository& node = loaded.configuration.repositories[2];
  EXPECT_EQ(node.name, "appnode1");
  EXPECT_EQ(node.parent, "repoproxy");
  EXPECT_EQ(node.endpoint.user, "john");
  EXPECT_EQ(node.peeruser, "john");
  EXPECT_EQ(node.path, "/apprepo/latest");
  EXPECT_EQ(node.password, "******");
  EXPECT_EQ(node.line, 19);
  EXPECT_EQ(node.templates.at("digestcmd"), R"(if [ -f ${FILEPATH} ]; then digest -a sha1 ${FILEPATH}; else echo \'NONE\'; fi)");
}

TEST(Settings, TheSmallestFileLeavesTheRestToDefaults) {
  const LoadedConfiguration loaded = ReadConfiguration("minimal.conf", FileText("good/minimal.conf"));
  EXPECT_THAT(loaded.diagnostics, IsEmpty());
  const Repository& proxy = *loaded.configuration.Find("repoproxy");
  EXPECT_EQ(proxy.endpoint.user, "deploy");
  EXPECT_EQ(proxy.endpoint.ssh, std::vector<std::string>{"ssh"});
  EXPECT_EQ(proxy.peerhost, "192.168.1.1");
  EXPECT_THAT(proxy.templates, IsEmpty());
  EXPECT_EQ(proxy.timeout, absl::Seconds(300));
}

TEST(Settings, OneSectionMakesManyNodes) {
  const LoadedConfiguration loaded = ReadConfiguration("fleet.conf", FileText("good/fleet.conf"));
  EXPECT_THAT(loaded.diagnostics, IsEmpty());
  ASSERT_EQ(loaded.configuration.repositories.size(), 5u);
  const Repository& node = *loaded.configuration.Find("appnode02");
  EXPECT_EQ(node.endpoint.host, "app02.example.com");
  EXPECT_EQ(node.node, "02");
  EXPECT_EQ(node.path, "/srv/app");
  EXPECT_THAT(node.endpoint.ssh, ElementsAre("ssh", "-F", "/etc/sshsync/ssh config", "-o", "LogLevel=ERROR"));
  EXPECT_THAT(node.groups, ElementsAre("app", "site"));
  EXPECT_EQ(node.chunk, 16 << 20);
  EXPECT_EQ(node.timeout, absl::Minutes(10));
  EXPECT_EQ(node.templates.at("listcmd"), "cd ${REPOPATH} &&\nfind . -type f |\nsed 's/^\\.\\///'");
  const Repository& proxy = *loaded.configuration.Find("repoproxy");
  EXPECT_EQ(proxy.endpoint.port, 2222);
  EXPECT_EQ(proxy.peerport, 22);
  EXPECT_EQ(proxy.peerhost, "10.0.0.2");
  EXPECT_EQ(loaded.configuration.Find("repomaster")->path, "/srv/app/incoming");
  EXPECT_EQ(loaded.configuration.settings.jobs, 8);
  EXPECT_EQ(loaded.configuration.settings.state_dir, "/var/lib/sshsync");
}

}  // namespace
}  // namespace sshsync
