#include "sshsync/stage/lease.h"

#include <algorithm>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using ::testing::HasSubstr;

class LeaseTest : public testing::Test {
 protected:
  Lease Of(absl::string_view run) const {
    return {.root = dir_.path(), .run = std::string(run), .controller = "ctl (pid 7)"};
  }

  RemoteResult Ask(const RemoteCommand& command) {
    auto result = runner_.Run(Endpoint{.transport = Transport::kLocal}, command, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *std::move(result) : RemoteResult{.status = -1};
  }
  LeaseState Claim(absl::string_view run) {
    auto state = ParseClaim(Ask(ClaimCommand(Of(run))));
    EXPECT_TRUE(state.ok()) << state.status();
    return state.ok() ? *state : LeaseState();
  }
  absl::Status Refusal() { return ParseClaim(Ask(ClaimCommand(Of("r1")))).status(); }
  LeaseState TakeOver(absl::string_view run, absl::string_view dead) {
    auto state = ParseClaim(Ask(TakeOverCommand(Of(run), dead)));
    EXPECT_TRUE(state.ok()) << state.status();
    return state.ok() ? *state : LeaseState();
  }
  void Shell(absl::string_view script) {
    EXPECT_EQ(Ask({.script = absl::StrCat("cd ", dir_.path(), "\n", script)}).status, 0) << script;
  }

  TempDir dir_;
  LocalShell runner_;
};

TEST_F(LeaseTest, IsGrantedOnceAndAgainToTheSameRun) {
  EXPECT_TRUE(Claim("r1").held_by_us);
  EXPECT_TRUE(Claim("r1").held_by_us);
}

TEST_F(LeaseTest, KeepsTheStageFromOtherAccounts) {
  Claim("r1");
  EXPECT_EQ(Ask({.script = absl::StrCat("ls -ld ", dir_.path(), "/.sshsync | cut -c1-10")}).out, "drwx------\n");
  Shell("chmod 755 .sshsync");
  Claim("r1");
  EXPECT_EQ(Ask({.script = absl::StrCat("ls -ld ", dir_.path(), "/.sshsync | cut -c1-10")}).out, "drwx------\n");
}

TEST_F(LeaseTest, IsRefusedWhileItsHolderBeats) {
  Claim("r1");
  const LeaseState state = Claim("r2");
  EXPECT_FALSE(state.held_by_us);
  EXPECT_EQ(state.run, "r1");
  EXPECT_EQ(state.controller, "ctl (pid 7)");
  EXPECT_LT(state.age, absl::Minutes(5));
  EXPECT_GE(state.age, absl::ZeroDuration());
}

TEST_F(LeaseTest, TellsWhichLockItsHolderHas) {
  Lease first = Of("r1");
  first.lock = "boot-1-2";
  ASSERT_TRUE(ParseClaim(Ask(ClaimCommand(first)))->held_by_us);
  EXPECT_EQ(Claim("r2").lock, "boot-1-2");
}

TEST_F(LeaseTest, TellsTheAgeOfAHeartbeatByTheChildsClock) {
  Claim("r1");
  dir_.Write(".sshsync/lock/beat", "20200101000000\n");
  EXPECT_GT(Claim("r2").age, absl::Hours(24 * 365));
  EXPECT_LT(Claim("r2").age, absl::Hours(24 * 365 * 100));
}

TEST_F(LeaseTest, IsOldWithoutAHeartbeatOrWithOneOfTheFarFuture) {
  Claim("r1");
  for (const char* beat : {"", "nonsense\n", "20991231235959\n"}) {
    dir_.Write(".sshsync/lock/beat", beat);
    EXPECT_GT(Claim("r2").age, absl::Hours(24)) << beat;
  }
}

TEST_F(LeaseTest, IsNotGrantedByWhatItsHolderWrote) {
  Claim("r1");
  dir_.Write(".sshsync/lock/controller", "ctl\nours\n");
  dir_.Write(".sshsync/lock/beat", "ours\nours\n");
  const LeaseState state = Claim("r2");
  EXPECT_FALSE(state.held_by_us);
  EXPECT_EQ(state.controller, "ctl");
}

TEST_F(LeaseTest, IsTakenOverFromADeadRun) {
  Claim("r1");
  const LeaseState state = TakeOver("r2", "r1");
  EXPECT_TRUE(state.held_by_us);
  EXPECT_TRUE(TakeOver("r2", "r1").held_by_us) << "asked again, for the answer was lost";
  EXPECT_EQ(Claim("r3").run, "r2");
  EXPECT_LT(Claim("r3").age, absl::Minutes(5));
}

TEST_F(LeaseTest, IsTakenOverFromAClaimThatNobodyFinished) {
  for (const char* left : {"mkdir lock", "mkdir lock; echo >lock/beat; echo >lock/controller"}) {
    Shell(absl::StrCat("mkdir -p -m 700 .sshsync; cd .sshsync; ", left));
    const LeaseState met = Claim("r1");
    EXPECT_EQ(met.run, "");
    EXPECT_GT(met.age, absl::Hours(24));
    EXPECT_TRUE(TakeOver("r1", met.run).held_by_us) << left;
    Ask(ReleaseCommand(Of("r1"), false));
  }
}

TEST_F(LeaseTest, IsNotTakenFromAnUnnamedRunThatFinishedItsClaimMeanwhile) {
  Claim("r1");
  EXPECT_FALSE(TakeOver("r2", "").held_by_us);
  EXPECT_EQ(Ask(BeatCommand(Of("r1"))).status, 0);
}

TEST_F(LeaseTest, IsNotTakenFromAnotherThanTheDeadRun) {
  Claim("r1");
  EXPECT_FALSE(TakeOver("r2", "r0").held_by_us);
  EXPECT_TRUE(Claim("r1").held_by_us);
}

TEST_F(LeaseTest, IsKnownToBeOfThatControllerWhereverATakeOverIsKilled) {
  const auto of = [this](absl::string_view run) {
    Lease lease = Of(run);
    lease.lock = "boot-1";
    return lease;
  };
  int steps = 0;
  for (bool killed = true; killed; ++steps) {
    ASSERT_LT(steps, 30);
    Shell("rm -rf .sshsync");
    ASSERT_TRUE(ParseClaim(Ask(ClaimCommand(of("r1"))))->held_by_us);
    // Each of these counts itself, and the one whose turn has come kills the script and all that belongs to it.
    std::string script = absl::StrCat("n() { command echo >>", dir_.path(), "/count; [ `wc -l <", dir_.path(),
                                      "/count` -ne ", steps + 1, " ] || kill -9 0; }\n");
    for (const char* tool : {"date", "mv", "rm", "echo", "ls"})
      absl::StrAppend(&script, tool, "() { n; command ", tool, " \"$@\"; }\n");
    dir_.Write("count", "");
    dir_.Write("script", absl::StrCat(script, TakeOverCommand(of("r2"), "r1").script));
    killed = Ask({.script = absl::StrCat("setsid -w sh ", dir_.path(), "/script >/dev/null")}).status != 0;
    const auto met = ParseClaim(Ask(ClaimCommand(of("r3"))));
    ASSERT_TRUE(met.ok()) << met.status();
    EXPECT_EQ(met->lock, "boot-1") << "killed at " << dir_.Read("count").size() << ", held by " << met->run;
  }
  EXPECT_GT(steps, 4) << "nothing was killed";
}

TEST_F(LeaseTest, GoesToExactlyOneOfManyWhoTakeItOver) {
  for (int round = 0; round < 10; ++round) {
    const std::string dead = absl::StrCat("dead", round);
    ASSERT_TRUE(Claim(dead).held_by_us);
    std::vector<LeaseState> states(4);
    {
      std::vector<std::jthread> threads;
      for (size_t i = 0; i < states.size(); ++i)
        threads.emplace_back([&, i] { states[i] = TakeOver(absl::StrCat("r", i), dead); });
    }
    int holders = 0, owner = -1;
    for (size_t i = 0; i < states.size(); ++i) {
      if (states[i].held_by_us) ++holders, owner = static_cast<int>(i);
    }
    EXPECT_EQ(holders, 1) << "round " << round;
    const Lease lease = Of(absl::StrCat("r", owner));
    EXPECT_EQ(Ask(BeatCommand(lease)).status, 0);
    Ask(ReleaseCommand(lease, false));
  }
}

TEST_F(LeaseTest, GoesToExactlyOneOfManyWhoClaimIt) {
  for (int round = 0; round < 10; ++round) {
    std::vector<LeaseState> states(4);
    {
      std::vector<std::jthread> threads;
      for (size_t i = 0; i < states.size(); ++i)
        threads.emplace_back([&, i] { states[i] = Claim(absl::StrCat("r", i)); });
    }
    EXPECT_EQ(std::count_if(states.begin(), states.end(), [](const LeaseState& state) { return state.held_by_us; }), 1)
        << "round " << round;
    Shell("rm -rf .sshsync");
  }
}

TEST_F(LeaseTest, TellsItsHolderWhenItIsLost) {
  Claim("r1");
  EXPECT_EQ(Ask(BeatCommand(Of("r1"))).status, 0);
  TakeOver("r2", "r1");
  EXPECT_EQ(Ask(BeatCommand(Of("r1"))).status, 71);
  EXPECT_EQ(Ask(ReleaseCommand(Of("r1"), false)).status, 71);
  EXPECT_EQ(Ask({.script = RequireLease(Of("r1")) + "echo reached"}).out, "");
  EXPECT_EQ(Ask({.script = RequireLease(Of("r2")) + "echo reached"}).out, "reached\n");
}

TEST_F(LeaseTest, TakesTheStageWithItWhenNothingIsToBeResumed) {
  Claim("r1");
  dir_.Write(".sshsync/in/old/a", "old");
  dir_.Write(".sshsync/in/new/a", "new");
  Shell("touch -t 202001010000 .sshsync/in/old");
  EXPECT_EQ(Ask(ReleaseCommand(Of("r1"), true)).status, 0);
  EXPECT_TRUE(dir_.Exists(".sshsync/in/new/a"));
  EXPECT_FALSE(dir_.Exists(".sshsync/in/old")) << "after seven days nobody wants it";
  Claim("r1");
  EXPECT_EQ(Ask(ReleaseCommand(Of("r1"), false)).status, 0);
  EXPECT_FALSE(dir_.Exists(".sshsync/in"));
  EXPECT_FALSE(dir_.Exists(".sshsync/lock"));
}

TEST_F(LeaseTest, RefusesAFolderThatIsALink) {
  dir_.Write("elsewhere/file", "x");
  Shell("ln -s elsewhere .sshsync");
  EXPECT_THAT(std::string(Refusal().message()), HasSubstr("symbolic link"));
  EXPECT_EQ(Ask({.script = RequireLease(Of("r1")) + "echo reached"}).status, 71);
  EXPECT_FALSE(dir_.Exists("elsewhere/lock"));
}

TEST_F(LeaseTest, RefusesALockThatIsNoFolder) {
  for (const char* script : {"mkdir -p .sshsync; ln -s .. .sshsync/lock", "mkdir -p .sshsync; echo >.sshsync/lock"}) {
    Shell(script);
    EXPECT_THAT(std::string(Refusal().message()), HasSubstr("no folder")) << script;
    Shell("rm -rf .sshsync");
  }
}

TEST_F(LeaseTest, RefusesAFolderOfAnotherAccount) {
  Shell("mkdir .sshsync");
  RemoteCommand claim = ClaimCommand(Of("r1"));
  claim.script = "id() { echo 12345; }\n" + claim.script;
  EXPECT_THAT(std::string(ParseClaim(Ask(claim)).status().message()), HasSubstr("another account"));
}

TEST_F(LeaseTest, RefusesAFileInPlaceOfTheFolder) {
  dir_.Write(".sshsync", "file");
  EXPECT_FALSE(Refusal().ok());
  EXPECT_EQ(dir_.Read(".sshsync"), "file");
}

}  // namespace
}  // namespace sshsync
