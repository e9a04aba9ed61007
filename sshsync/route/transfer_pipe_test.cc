#include "sshsync/route/transfer_pipe.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/ssh/ssh_runner.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const Endpoint kFar{.host = "m", .user = "u", .port = 22};

TEST(TransferPipe, AutoIsEveryRouteAndAListIsItself) {
  EXPECT_THAT(RoutesOf(Repository()), ElementsAre(Route::kPull, Route::kPush, Route::kRelay));
  Repository child;
  child.route = {Route::kRelay, Route::kPush};
  EXPECT_THAT(RoutesOf(child), ElementsAre(Route::kRelay, Route::kPush));
}

TEST(TransferPipe, TheWayIsToldInWords) {
  Repository child;
  EXPECT_EQ(WayInWords(child), "files are moved by the builtin transfer, route pull, else push, else relay");
  child.route = {Route::kRelay};
  EXPECT_EQ(WayInWords(child), "files are moved by the builtin transfer, route relay");
  child.templates["synccmd"] = "scp x y";
  EXPECT_EQ(WayInWords(child), "files are moved by synccmd");
  child.transfer = Transfer::kStream;
  EXPECT_EQ(WayInWords(child), "files are moved by the builtin transfer, route relay");
}

TEST(TransferPipe, AReplaySaysAndEndsAsThatWhichWasDone) {
  SshRunner runner;
  const Endpoint here{.transport = Transport::kLocal};
  for (const std::string& said :
       {std::string(), std::string("two\nlines"), std::string("it's $(touch pwn) \\n `x`\n"), std::string("a\0b", 3)}) {
    const auto result = runner.Run(here, {.script = ReplayText(3, said)}, StopToken());
    ASSERT_TRUE(result.ok());
    EXPECT_EQ(result->status, 3);
    const std::string text = said.find('\0') == std::string::npos ? said : "ab";
    EXPECT_EQ(result->err, text.empty() || text.back() == '\n' ? text : text + "\n");
  }
}

TEST(TransferPipe, WhatHindersAWayIsWhatSshSaid) {
  const absl::Status refused = WhyNoWay(
      kFar,
      "ssh: connect to host m port 22: Connection refused\nthe parent's side did not end well: reader 255 writer 90\n",
      "reader");
  EXPECT_EQ(FailureOf(refused), Failure::kUnreachable);
  EXPECT_THAT(std::string(refused.message()),
              HasSubstr("connect to host m port 22: Connection refused; ssh u@m port 22"));
  EXPECT_EQ(FailureOf(WhyNoWay(
                kFar, "u@m: Permission denied (publickey).\nthe parent's side did not end well: reader 255 writer 90\n",
                "reader")),
            Failure::kAuth);
  EXPECT_EQ(FailureOf(WhyNoWay(
                kFar, "sh: 1: nossh: not found\nthe child's side did not end well: reader 0 writer 127\n", "writer")),
            Failure::kCommandNotFound);
  EXPECT_EQ(FailureOf(WhyNoWay(kFar, "the parent's side did not end well: reader 1 writer 90\n", "reader")),
            Failure::kNoShell);
}

TEST(TransferPipe, TellsWhenTheOtherHostWasNotReachedAtAll) {
  EXPECT_TRUE(IsAboutTheConnection("ssh: connect to host m port 22: No route to host"));
  EXPECT_TRUE(IsAboutTheConnection("Host key verification failed."));
  EXPECT_TRUE(IsAboutTheConnection("u@m: Permission denied (publickey)."));
  EXPECT_FALSE(IsAboutTheConnection("command-line: line 0: Bad configuration option: controlpersist"));
}

TEST(TransferPipe, PeersHaveTheirOwnAddress) {
  Repository far{.name = "m", .endpoint = {.host = "a", .user = "u", .port = 1}};
  EXPECT_EQ(PeerEndpoint(far).host, "a");
  far.peerhost = "b", far.peeruser = "v", far.peerport = 2;
  EXPECT_EQ(PeerEndpoint(far).host, "b");
  EXPECT_EQ(PeerEndpoint(far).user, "v");
  EXPECT_EQ(PeerEndpoint(far).port, 2);
}

}  // namespace
}  // namespace sshsync
