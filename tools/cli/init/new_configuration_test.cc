#include "tools/cli/init/new_configuration.h"

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/config/settings.h"

namespace sshsync::init {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Joined(absl::string_view text) {
  const auto one = ReadNewRepository(text);
  if (!one.ok()) return std::string(InfoOf(FailureOf(one.status())).name);
  return one->name + "|" + one->user + "|" + one->host + "|" + one->port + "|" + one->path + "|" + one->parent;
}

TEST(ReadNewRepository, ReadsAPlaceAsSshWritesIt) {
  EXPECT_EQ(Joined("m=deploy@192.168.0.1:/srv/app"), "m|deploy|192.168.0.1||/srv/app|");
  EXPECT_EQ(Joined("p=host:2222:/srv/app,m"), "p||host|2222|/srv/app|m");
  EXPECT_EQ(Joined("p=u@[fe80::1]:22:/a"), "p|u|fe80::1|22|/a|");
  EXPECT_EQ(Joined("l=/srv/here,m"), "l||||/srv/here|m");
  EXPECT_EQ(Joined("n[1-2]=10.0.0.${NODE}:/srv/a,b/c,p"), "n[1-2]||10.0.0.${NODE}||/srv/a,b/c|p");
  EXPECT_EQ(Joined("n=h:/srv/a,b/c"), "n||h||/srv/a,b/c|") << "a comma within the path";
}

TEST(ReadNewRepository, RefusesWhatIsNoPlace) {
  for (const char* text :
       {"", "m", "=h:/p", "m=", "m=h", "m=h:p", "m=@h:/p", "m=:/p", "m=h::/p", "m=[::1:/p", "m=[::1]x:/p", "m=h:/p,"})
    EXPECT_EQ(Joined(text), "option") << text;
}

TEST(ConfigurationText, IsWhatTheReaderAccepts) {
  const std::string text =
      ConfigurationText({{.name = "m", .host = "192.168.0.1", .user = "deploy", .path = "/srv/app"},
                         {.name = "n[1-2]",
                          .host = "192.168.2.${NODE}",
                          .user = "deploy",
                          .port = "2222",
                          .path = "/srv/app",
                          .parent = "m"},
                         {.name = "here", .user = "deploy", .path = "/srv/copy", .parent = "m"}});
  const LoadedConfiguration loaded = ReadConfiguration("x", text);
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_TRUE(loaded.diagnostics.empty());
  ASSERT_EQ(loaded.configuration.repositories.size(), 4U);
  EXPECT_EQ(loaded.configuration.repositories[1].endpoint.host, "192.168.2.1");
  EXPECT_EQ(loaded.configuration.repositories[1].endpoint.user, "deploy");
  EXPECT_EQ(loaded.configuration.repositories[2].endpoint.port, 2222);
  EXPECT_EQ(loaded.configuration.repositories[3].endpoint.transport, Transport::kLocal);
}

TEST(ConfigurationText, UsersThatDifferStandInTheirSections) {
  const std::string text = ConfigurationText({{.name = "m", .host = "a", .user = "one", .path = "/p"},
                                              {.name = "n", .host = "b", .path = "/p", .parent = "m"}});
  const LoadedConfiguration loaded = ReadConfiguration("x", text);
  EXPECT_EQ(loaded.configuration.repositories.at(0).endpoint.user, "one");
  EXPECT_EQ(loaded.configuration.repositories.at(1).endpoint.user, "");
}

TEST(KeysText, NamesTheLoginsThatTheFilesGoBy) {
  const LoadedConfiguration loaded =
      ReadConfiguration("x",
                        "[m]\nhost=10.0.0.1\nuser=a\npath=/"
                        "p\npeerhost=m.inside\n[p]\nhost=10.0.0.2\nuser=b\nport=2222\npath=/p\nparent=m\n");
  const std::string text = KeysText(loaded.configuration);
  EXPECT_THAT(text, HasSubstr("    ssh-copy-id a@10.0.0.1\n    ssh-copy-id -p 2222 b@10.0.0.2\n"));
  EXPECT_THAT(text, HasSubstr("    on 10.0.0.2, as b: ssh-copy-id a@m.inside\n"));
}

TEST(KeysText, FoldersOfThisMachineNeedNone) {
  EXPECT_EQ(
      KeysText(
          ReadConfiguration("x", "[DEFAULT]\ntransport=local\n[m]\npath=/a\n[p]\npath=/b\nparent=m\n").configuration),
      "");
}

TEST(KeysText, AThousandHostsAreNotAThousandLines) {
  const std::string text = KeysText(
      ReadConfiguration("x", "[m]\nhost=m\npath=/p\n[n[1-1000]]\nhost=n${NODE}\npath=/p\nparent=m\n").configuration);
  EXPECT_LT(std::count(text.begin(), text.end(), '\n'), 60);
  EXPECT_THAT(text, HasSubstr("977 more"));
}

}  // namespace
}  // namespace sshsync::init
