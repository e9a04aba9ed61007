// What the contract of Runner does not say of streams of bytes.
#include "sshsync/ssh/byte_channel.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using ::testing::HasSubstr;

class ByteChannelTest : public ::testing::Test {
 protected:
  // Through a script in place of ssh, whose last argument is the command.
  absl::Status Open(const std::string& ssh, ByteWay way, const ChannelOptions& options = {},
                    const StopToken& stop = {}) {
    dir_.Write("ssh", "#!/bin/sh\n" + ssh);
    const Endpoint host{
        .host = "node", .ssh = {"/bin/sh", dir_.Path("ssh")}, .connect_timeout = absl::Milliseconds(500)};
    return ByteChannel::Open(host, way, {.script = "cat"}, options, stop).status();
  }
  TempDir dir_;
};

TEST_F(ByteChannelTest, WhatEndsALoginIsTold) {
  const absl::Status refused = Open("echo 'node: Permission denied (publickey).' >&2; exit 255\n", ByteWay::kToHost);
  EXPECT_EQ(FailureOf(refused), Failure::kAuth);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("ssh node"));
  EXPECT_EQ(FailureOf(Open("echo 'This account is currently not available.'; exit 1\n", ByteWay::kFromHost)),
            Failure::kNoShell);
}

TEST_F(ByteChannelTest, ALoginThatDoesNotAnswerIsGivenUp) {
  EXPECT_EQ(FailureOf(Open("exec sleep 1000\n", ByteWay::kToHost)), Failure::kTimeout);
}

TEST_F(ByteChannelTest, ALoginThatPrintsWithoutEndIsGivenUp) {
  EXPECT_EQ(FailureOf(Open("exec yes\n", ByteWay::kFromHost, {.max_noise = 100'000})), Failure::kNoShell);
}

TEST_F(ByteChannelTest, AStopIsSeenDuringTheLogin) {
  StopSource stop;
  stop.Request(kStopByCaller);
  EXPECT_EQ(FailureOf(Open("exec sleep 1000\n", ByteWay::kToHost, {}, stop.token())), Failure::kStopped);
}

TEST_F(ByteChannelTest, AWriterThatHangsIsNotWaitedForForever) {
  const Endpoint here{.transport = Transport::kLocal};
  auto channel = ByteChannel::Open(here, ByteWay::kToHost,
                                   {.script = "cat >/dev/null; exec sleep 1000", .timeout = absl::Milliseconds(100)},
                                   {}, StopToken());
  ASSERT_TRUE(channel.ok()) << channel.status();
  int asked = 0;
  EXPECT_EQ(FailureOf((*channel)->Finish([&] { return ++asked < 3; }, StopToken()).status()), Failure::kTimeout);
  EXPECT_EQ(asked, 3);
}

}  // namespace
}  // namespace sshsync
