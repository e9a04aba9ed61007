#include "sshsync/exec/builtin_pull.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/exec/ssh_runner.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

const std::vector<std::string> kNames = {"plain", "a b", "it's", "$(touch pwn)", "new\nline", "-rf", "back\\slash", "\\n", "\\056\\056\\057secret", "sub/\"q\"", "end\n"};

class BuiltinPullTest : public ::testing::Test {
 protected:
  BuiltinPullTest() {
    for (const std::string& name : kNames) dir_.Write("m/" + name, "content of " + name);
    dir_.Write("p/sub/x", "");
  }

  RemoteResult Run(const std::string& text) {
    const auto result = runner_.Run(child_.endpoint, {.script = text}, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : RemoteResult();
  }
  // The child reaches its parent through this script in place of ssh; its last argument is `exec sh`.
  void ReachThrough(absl::string_view script) {
    dir_.Write("ssh", absl::StrCat("#!/bin/sh\n", script));
    Run(absl::StrCat("chmod +x ", dir_.Path("ssh")));
    child_.endpoint.transport = Transport::kSsh;
    parent_.endpoint = {.host = "parent"};
    child_.peerssh = dir_.Path("ssh");
    pull_ = *BuiltinPull::Make(child_, parent_);
    child_.endpoint.transport = Transport::kLocal;  // of this test's own runner
  }

  TempDir dir_;
  SshRunner runner_;
  Repository parent_{.name = "m", .endpoint = {.transport = Transport::kLocal}};
  Repository child_{.name = "p", .endpoint = {.transport = Transport::kLocal}};
  BuiltinPull pull_ = *BuiltinPull::Make(child_, parent_);
};

TEST_F(BuiltinPullTest, BringsOneFileWhateverItsName) {
  for (const std::string& name : kNames) {
    EXPECT_EQ(Run(pull_.FileText(dir_.Path("m"), dir_.Path("p"), name)).status, 0) << name;
    EXPECT_EQ(dir_.Read("p/" + name), "content of " + name);
  }
  EXPECT_FALSE(dir_.Exists("pwn"));
}

TEST_F(BuiltinPullTest, BringsManyFilesInOneArchive) {
  EXPECT_EQ(Run(pull_.BatchText(dir_.Path("m"), dir_.Path("p"), kNames)).status, 0);
  for (const std::string& name : kNames) EXPECT_EQ(dir_.Read("p/" + name), "content of " + name);
}

TEST_F(BuiltinPullTest, AnArchiveHoldsNothingThatANameSpellsInEscapes) {
  dir_.Write("secret", "not of the repository");
  EXPECT_EQ(Run(pull_.BatchText(dir_.Path("m"), dir_.Path("p/sub"), {"plain", "\\056\\056\\057secret"})).status, 0);
  EXPECT_EQ(dir_.Read("p/sub/\\056\\056\\057secret"), "content of \\056\\056\\057secret");
  EXPECT_FALSE(dir_.Exists("p/secret"));
  EXPECT_FALSE(dir_.Exists("p/sub/secret"));
}

TEST_F(BuiltinPullTest, DropsWhatTheLoginPrints) {
  ReachThrough("echo noise; echo noise >&2; exec sh\n");
  EXPECT_EQ(Run(pull_.FileText(dir_.Path("m"), dir_.Path("p"), "plain")).status, 0);
  EXPECT_EQ(dir_.Read("p/plain"), "content of plain");
}

TEST_F(BuiltinPullTest, FailsWhenTheParentsFileIsGone) {
  const RemoteResult result = Run(pull_.FileText(dir_.Path("m"), dir_.Path("p"), "gone"));
  EXPECT_EQ(result.status, 1);
  EXPECT_NE(result.err.find("No such file"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("the parent's side ended with"), std::string::npos) << result.err;
}

TEST_F(BuiltinPullTest, FailsWhenTheConnectionEndsEarlyEvenThoughTheWriterDidNotNotice) {
  ReachThrough("sh | head -c 60; exit 255\n");
  EXPECT_NE(Run(pull_.FileText(dir_.Path("m"), dir_.Path("p"), "plain")).status, 0);
}

TEST_F(BuiltinPullTest, FailsWhenTheAccountHasNoShell) {
  ReachThrough("echo 'This account is currently not available.'; exit 1\n");
  EXPECT_NE(Run(pull_.FileText(dir_.Path("m"), dir_.Path("p"), "plain")).status, 0);
}

TEST_F(BuiltinPullTest, GivesThePeersAddressAsWords) {
  parent_.endpoint = {.host = "10.0.0.1", .user = "deploy", .port = 2222};
  parent_.peerhost = "inner";
  child_.endpoint = {.host = "10.0.0.2"};
  child_.peerssh = "ssh -F /etc/x";
  EXPECT_EQ(BuiltinPull::Make(child_, parent_)->display(), "ssh -F /etc/x -l deploy -p 2222 inner");
}

TEST_F(BuiltinPullTest, ARemoteChildCannotReachAFolderOfTheController) {
  child_.endpoint = {.host = "10.0.0.2"};
  EXPECT_EQ(FailureOf(BuiltinPull::Make(child_, parent_).status()), Failure::kConfig);
}

}  // namespace
}  // namespace sshsync
