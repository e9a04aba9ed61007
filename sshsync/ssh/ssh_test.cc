#include "sshsync/ssh/ssh.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

Endpoint Node() {
  Endpoint host;
  host.host = "node1";
  host.user = "deploy";
  return host;
}

/// The words after `word`, as many as there are up to the end.
std::vector<std::string> From(const std::vector<std::string>& words, const std::string& word) {
  return {std::find(words.begin(), words.end(), word), words.end()};
}

SshEnd Ended(int code, std::string err, std::string out = "") {
  return {.end = {.signalled = false, .code = code}, .out = out, .err = err};
}

TEST(Ssh, AsksNothingForwardsNothingAndSharesNothing) {
  const ProcessOptions options = ShellAt(Node());
  EXPECT_EQ(options.argv[0], "ssh");
  for (const char* option :
       {"-T", "BatchMode=yes", "ConnectTimeout=15", "ServerAliveInterval=15", "ServerAliveCountMax=4", "RequestTTY=no",
        "ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes", "ControlMaster=no", "ControlPath=none"}) {
    EXPECT_THAT(options.argv, Contains(option));
  }
  EXPECT_THAT(options.argv, Not(Contains(testing::HasSubstr("StrictHostKeyChecking"))));
  EXPECT_THAT(From(options.argv, "-l"), ElementsAre("-l", "deploy", "--", "node1", "exec sh"));
  EXPECT_THAT(options.environment, ElementsAre("LC_ALL=C"));
  EXPECT_TRUE(options.input);
}

TEST(Ssh, PassesOnWhatTheEndpointNames) {
  Endpoint host = Node();
  host.user = "";
  host.ssh = {"ssh", "-F", "/etc/sshsync/ssh_config"};
  host.port = 2222;
  host.identity = "/keys/id";
  host.jump = "bastion";
  host.shell = "/usr/xpg4/bin/sh";
  host.compress = true;
  host.connect_timeout = absl::Milliseconds(1500);
  const ProcessOptions options = ShellAt(host, {.compress = true});
  EXPECT_THAT(std::vector<std::string>(options.argv.begin(), options.argv.begin() + 3),
              ElementsAre("ssh", "-F", "/etc/sshsync/ssh_config"));
  EXPECT_THAT(options.argv, Contains("ConnectTimeout=2"));
  EXPECT_THAT(From(options.argv, "-C"), ElementsAre("-C", "-p", "2222", "-i", "/keys/id", "-J", "bastion", "--",
                                                    "node1", "exec /usr/xpg4/bin/sh"));
  EXPECT_THAT(ShellAt(host).argv, Not(Contains("-C")));
}

TEST(Ssh, ALocalEndpointIsAShellWithoutSsh) {
  Endpoint host;
  host.transport = Transport::kLocal;
  host.shell = "bash";
  EXPECT_THAT(ShellAt(host).argv, ElementsAre("/bin/sh", "-c", "exec bash"));
  EXPECT_EQ(Describe(host), "this machine");
}

TEST(Ssh, ItsMessagesTellWhatFailed) {
  const struct {
    const char* err;
    Failure failure;
  } rows[] = {
      {"ssh: Could not resolve hostname node1: Name or service not known\n", Failure::kNameUnknown},
      {"ssh: Could not resolve hostname node1: Temporary failure in name resolution\n", Failure::kUnreachable},
      {"ssh: connect to host node1 port 22: Connection refused\n", Failure::kUnreachable},
      {"ssh: connect to host node1 port 22: No route to host\n", Failure::kUnreachable},
      {"ssh: connect to host node1 port 22: Connection timed out\n", Failure::kUnreachable},
      {"Connection timed out during banner exchange\r\nConnection to 10.0.0.1 port 22 timed out\r\n",
       Failure::kTimeout},
      {"Timeout, server node1 not responding.\r\n", Failure::kTimeout},
      {"kex_exchange_identification: Connection closed by remote host\r\nConnection closed by 10.0.0.1 port 22\r\n",
       Failure::kUnreachable},
      {"kex_exchange_identification: read: Connection reset by peer\r\n", Failure::kUnreachable},
      {"deploy@node1: Permission denied (publickey,password).\r\n", Failure::kAuth},
      {"Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures\r\nDisconnected from 10.0.0.1 "
       "port 22\r\n",
       Failure::kAuth},
      {"Your account has expired; please contact your system administrator.\r\nConnection closed by 10.0.0.1 port "
       "22\r\n",
       Failure::kAuth},
      {"No ED25519 host key is known for node1 and you have requested strict checking.\r\nHost key verification "
       "failed.\r\n",
       Failure::kHostKey},
      {"@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\r\nHost key verification failed.\r\n", Failure::kHostKey},
      {"Unable to negotiate with 10.0.0.1 port 22: no matching host key type found. Their offer: ssh-dss\r\n",
       Failure::kHostKey},
      {"Unable to negotiate with 10.0.0.1 port 22: no matching cipher found. Their offer: 3des-cbc\r\n",
       Failure::kAuth},
      {"command-line: line 0: Bad configuration option: x\r\n", Failure::kAuth},
      {"channel 0: open failed: connect failed: Connection refused\r\nstdio forwarding failed\r\n",
       Failure::kUnreachable},
      {"something that nobody has seen\n", Failure::kUnreachable},
      {"", Failure::kUnreachable},
  };
  for (const auto& row : rows)
    EXPECT_EQ(FailureOf(ClassifySshFailure(Node(), Ended(255, row.err))), row.failure) << row.err;
}

TEST(Ssh, AnErrorNamesTheCauseAndTheConnection) {
  Endpoint host = Node();
  host.port = 2222;
  EXPECT_EQ(
      ClassifySshFailure(host, Ended(255, "ssh: connect to host node1 port 2222: Connection refused\r\n")).message(),
      "connect to host node1 port 2222: Connection refused; ssh deploy@node1 port 2222");
  EXPECT_EQ(ClassifySshFailure(Node(), Ended(255, "Host key verification failed.\r\n")).message(),
            "host key refused: Host key verification failed; ssh deploy@node1");
}

TEST(Ssh, AnAccountWithoutAShellIsToldWithItsEscapedWords) {
  EXPECT_EQ(ClassifySshFailure(Node(), Ended(1, "", "This account\x1b[1m is closed.\nGo away.\n")),
            MakeError(Failure::kNoShell,
                      "the account gives no shell: This account\\x1b[1m is closed. / Go away.; ssh deploy@node1"));
  EXPECT_EQ(ClassifySshFailure(Node(), Ended(1, "")).message(),
            "the account gives no shell: it ended with status 1 without a word; ssh deploy@node1");
  EXPECT_EQ(FailureOf(ClassifySshFailure(Node(), Ended(127, "bash: exec: mysh: not found\n"))), Failure::kNoShell);
}

TEST(Ssh, WhatACommandPrintedIsNotTakenForARefusal) {
  SshEnd end = Ended(255, "cat: x: Permission denied (really)\nHost key verification failed.\n");
  end.ready = true;
  EXPECT_EQ(FailureOf(ClassifySshFailure(Node(), end)), Failure::kUnreachable);
  end = Ended(1, "");
  end.ready = true;
  EXPECT_EQ(ClassifySshFailure(Node(), end),
            MakeError(Failure::kUnreachable, "connection lost: ssh ended with status 1; ssh deploy@node1"));
}

TEST(Ssh, AKilledClientIsALostConnection) {
  SshEnd end;
  end.end = {.signalled = true, .code = 9};
  end.ready = true;
  EXPECT_EQ(ClassifySshFailure(Node(), end).message(),
            "connection lost: ssh was killed by signal 9 (Killed); ssh deploy@node1");
}

TEST(Ssh, AMessageIsBounded) {
  const absl::Status status = ClassifySshFailure(Node(), Ended(1, std::string(100'000, 'x')));
  EXPECT_LT(status.message().size(), 500u);
}

}  // namespace
}  // namespace sshsync
