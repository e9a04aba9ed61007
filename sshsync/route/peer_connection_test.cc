#include "sshsync/route/peer_connection.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/host/digest_session.h"
#include "sshsync/host/host_tools.h"
#include "sshsync/ssh/ssh_runner.h"
#include "sshsync/testing/temp_dir.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

using ::testing::HasSubstr;

const std::vector<std::string> kNames = {"plain", "a b",         "it's", "$(touch pwn)",          "new\nline",
                                         "-rf",   "back\\slash", "\\n",  "\\056\\056\\057secret", "sub/\"q\"",
                                         "end\n"};

class PeerTest : public ::testing::Test {
 protected:
  PeerTest() {
    for (const std::string& name : kNames) dir_.Write("m/" + name, "content of " + name);
    dir_.Write("p/sub/x", "");
  }

  RemoteResult Run(const std::string& text) {
    const auto result = runner_.Run(child_.endpoint, {.script = text}, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : RemoteResult();
  }
  // With the commands of this machine's preset.
  std::string Batch(absl::string_view folder, const std::vector<std::string>& files) {
    Repository gnu;
    gnu.preset = "gnu";
    const HostTools tools = *HostTools::Make(gnu);
    return pull_.PullText(absl::StrCat("cd ", dir_.Path("m"), "\n", tools.OnNames("pack", Operands(files))),
                          absl::StrCat("cd ", dir_.Path(folder), "\n", tools.text("unpack")));
  }
  std::string File(absl::string_view name) {
    return pull_.PullText(absl::StrCat("exec cat ", ShellLiteral(dir_.Path(absl::StrCat("m/", name)))),
                          absl::StrCat("cat >", ShellLiteral(dir_.Path(absl::StrCat("p/", name)))));
  }
  // The child reaches its parent through this script in place of ssh; its last argument is `exec sh`.
  void ReachThrough(absl::string_view script) {
    dir_.Write("ssh", absl::StrCat("#!/bin/sh\n", script));
    Run(absl::StrCat("chmod +x ", dir_.Path("ssh")));
    child_.endpoint.transport = Transport::kSsh;
    parent_.endpoint = {.host = "parent"};
    child_.peerssh = dir_.Path("ssh");
    pull_ = *PeerConnection::Make(child_, parent_, child_.peerssh);
    child_.endpoint.transport = Transport::kLocal;  // of this test's own runner
  }

  TempDir dir_;
  SshRunner runner_;
  Repository parent_{.name = "m", .endpoint = {.transport = Transport::kLocal}};
  Repository child_{.name = "p", .endpoint = {.transport = Transport::kLocal}};
  PeerConnection pull_ = *PeerConnection::Make(child_, parent_, child_.peerssh);
};

TEST_F(PeerTest, BringsOneFileWhateverItsName) {
  for (const std::string& name : kNames) {
    EXPECT_EQ(Run(File(name)).status, 0) << name;
    EXPECT_EQ(dir_.Read("p/" + name), "content of " + name);
  }
  EXPECT_FALSE(dir_.Exists("pwn"));
}

TEST_F(PeerTest, BringsManyFilesInOneArchive) {
  EXPECT_EQ(Run(Batch("p", kNames)).status, 0);
  for (const std::string& name : kNames) EXPECT_EQ(dir_.Read("p/" + name), "content of " + name);
}

TEST_F(PeerTest, AnArchiveHoldsNothingThatANameSpellsInEscapes) {
  dir_.Write("secret", "not of the repository");
  EXPECT_EQ(Run(Batch("p/sub", {"plain", "\\056\\056\\057secret"})).status, 0);
  EXPECT_EQ(dir_.Read("p/sub/\\056\\056\\057secret"), "content of \\056\\056\\057secret");
  EXPECT_FALSE(dir_.Exists("p/secret"));
  EXPECT_FALSE(dir_.Exists("p/sub/secret"));
}

TEST_F(PeerTest, PushesWhateverTheBytesAndTheName) {
  for (const std::string& name : kNames) {
    const RemoteResult result =
        Run(pull_.PushText(absl::StrCat("exec cat ", ShellLiteral(dir_.Path("m/" + name))),
                           absl::StrCat("cat >", ShellLiteral(dir_.Path("p/" + name))), "Mark"));
    EXPECT_EQ(result.status, 0) << name << result.err;
    EXPECT_TRUE(HasFinalWord(result.out, "Mark")) << result.out;
    EXPECT_EQ(dir_.Read("p/" + name), "content of " + name);
  }
}

TEST_F(PeerTest, APushFailsWithEitherEndAndStillTellsThatItsWriterHasEnded) {
  const RemoteResult reader = Run(pull_.PushText("echo x; exit 3", "cat >/dev/null", "Mark"));
  EXPECT_NE(reader.status, 0);
  EXPECT_THAT(reader.err, HasSubstr("the parent's side did not end well: "));
  EXPECT_TRUE(HasFinalWord(reader.out, "Mark"));
  const RemoteResult writer = Run(pull_.PushText("echo x", "echo no room >&2; exit 3", "Mark"));
  EXPECT_NE(writer.status, 0);
  EXPECT_THAT(writer.err, HasSubstr("no room"));
  EXPECT_TRUE(HasFinalWord(writer.out, "Mark"));
}

TEST_F(PeerTest, AFileIsNeverTakenForTheWriterOfAPush) {
  // A printf of its own process takes no long line: it prints nothing, or it is cut off.
  for (const absl::string_view printf : {"printf() { return 1; }\n", "printf() { :; }\n", "printf() { echo cut; }\n"}) {
    const RemoteResult result = Run(absl::StrCat(
        printf, pull_.PushText(absl::StrCat("echo 'touch ", dir_.Path("pwned"), "'"), "cat >/dev/null", "Mark")));
    EXPECT_NE(result.status, 0) << printf;
    EXPECT_FALSE(dir_.Exists("pwned")) << printf;
    EXPECT_FALSE(HasFinalWord(result.out, "Mark")) << printf;
  }
}

TEST_F(PeerTest, APushWaitsForWhatItsWriterLeftInTheBackground) {
  ReachThrough(
      "shift $(( $# - 1 )); exec sh -c \"$1\" 3>&- 4>&-\n");  // as another host's processes hold nothing of this one's
  const RemoteResult result = Run(pull_.PushText(
      "echo x", absl::StrCat("cat; ( sleep 1; echo late >", dir_.Path("p/late"), " ) >/dev/null 2>&1 &"), "Mark"));
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(HasFinalWord(result.out, "Mark"));
  EXPECT_EQ(dir_.Read("p/late"), "late\n");
}

TEST(CiphersOf, TakesAnOrderAndNothingElseOfAHost) {
  EXPECT_EQ(CiphersOf("up aes128-gcm@openssh.com,chacha20-poly1305@openssh.com"),
            "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com");
  for (const char* other : {"up", "up ", "up a b", "up $(touch pwn)", "up a;b", "down aes128-ctr", "aes128-ctr"})
    EXPECT_EQ(CiphersOf(other), absl::nullopt) << other;
  EXPECT_EQ(CiphersOf(absl::StrCat("up ", std::string(2000, 'a'))), absl::nullopt);
}

// The stand-in comes up by running its LocalCommand, and keeps its words.
TEST_F(PeerTest, OneConnectionFindsOutTheOrderOfTheCiphersAndTheOthersAreGivenIt) {
  ReachThrough(
      absl::StrCat("case \" $* \" in *' -G '*) echo ciphers "
                   "chacha20-poly1305@openssh.com,aes128-ctr,aes128-gcm@openssh.com; exit;; esac\necho \"$*\" >>",
                   dir_.Path("words"),
                   "\nfor word do case $word in LocalCommand=*) eval \"${word#LocalCommand=}\"; exec tail -f "
                   "/dev/null;; esac; done\n"));
  const std::string order = "aes128-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,aes128-gcm@openssh.com";
  const RemoteResult first = Run(pull_.ConnectText(dir_.Path("c1"), "", false));
  EXPECT_EQ(first.out, absl::StrCat("up ", order, "\n"));
  EXPECT_EQ(Run(pull_.ConnectText(dir_.Path("c2"), CiphersOf("up " + order), false)).out, "up\n");
  EXPECT_EQ(Run(pull_.ConnectText(dir_.Path("c3"), absl::nullopt, false)).out, "up\n");
  const std::vector<std::string> words = absl::StrSplit(dir_.Read("words"), '\n', absl::SkipEmpty());
  ASSERT_EQ(words.size(), 3u);
  EXPECT_THAT(words[0], HasSubstr(" -o Ciphers=" + order));
  EXPECT_THAT(words[1], HasSubstr(" -o Ciphers=" + order));
  EXPECT_THAT(words[2], testing::Not(HasSubstr("Ciphers")));
}

TEST_F(PeerTest, ThereIsNoFinalWordOfAWriterWhoseConnectionWasLost) {
  ReachThrough("shift $(( $# - 1 )); sh -c \"$1\" >/dev/null; echo noise; exit 255\n");
  const RemoteResult result = Run(pull_.PushText("echo x", "cat >/dev/null", "Mark"));
  EXPECT_NE(result.status, 0);
  EXPECT_FALSE(HasFinalWord(result.out, "Mark"));
}

TEST_F(PeerTest, ReadsStraightIntoAFileFromAnOffset) {
  dir_.Write("p/file", "0123456789");
  EXPECT_EQ(
      Run(pull_.PullIntoText("printf abc", dir_.Path("p/file"), "dd if=/dev/null bs=1 seek=4 count=0 2>/dev/null", ""))
          .status,
      0);
  EXPECT_EQ(dir_.Read("p/file"), "0123abc789");
  EXPECT_NE(Run(pull_.PullIntoText("exit 4", dir_.Path("p/file"), ":", "")).status, 0);
}

TEST_F(PeerTest, DropsWhatTheLoginPrints) {
  ReachThrough("echo noise; echo noise >&2; exec sh\n");
  EXPECT_EQ(Run(File("plain")).status, 0);
  EXPECT_EQ(dir_.Read("p/plain"), "content of plain");
}

TEST_F(PeerTest, FailsWhenTheParentsFileIsGone) {
  const RemoteResult result = Run(File("gone"));
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("No such file"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("the parent's side did not end well: "), std::string::npos) << result.err;
}

TEST_F(PeerTest, FailsWhenTheConnectionEndsEarlyEvenThoughTheWriterDidNotNotice) {
  ReachThrough("sh | head -c 60; exit 255\n");
  EXPECT_NE(Run(File("plain")).status, 0);
}

TEST_F(PeerTest, FailsWhenTheAccountHasNoShell) {
  ReachThrough("echo 'This account is currently not available.'; exit 1\n");
  EXPECT_NE(Run(File("plain")).status, 0);
}

TEST_F(PeerTest, GivesThePeersAddressAsWords) {
  parent_.endpoint = {.host = "10.0.0.1", .user = "deploy", .port = 2222};
  parent_.peerhost = "inner";
  child_.endpoint = {.host = "10.0.0.2"};
  child_.peerssh = "ssh -F /etc/x";
  EXPECT_EQ(PeerConnection::Make(child_, parent_, child_.peerssh)->display(), "ssh -F /etc/x -l deploy -p 2222 inner");
}

TEST_F(PeerTest, ARemoteChildCannotReachAFolderOfTheController) {
  child_.endpoint = {.host = "10.0.0.2"};
  EXPECT_EQ(FailureOf(PeerConnection::Make(child_, parent_, child_.peerssh).status()), Failure::kConfig);
}

}  // namespace
}  // namespace sshsync
