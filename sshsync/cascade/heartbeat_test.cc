#include "sshsync/cascade/heartbeat.h"

#include <atomic>
#include <string>

#include "gtest/gtest.h"
#include "sshsync/process/backoff.h"

namespace sshsync {
namespace {

// A host that knows one command, the beat, and answers with a status of the test's choice.
class BeatingHost : public Runner {
 public:
  absl::StatusOr<RemoteResult> Run(const Endpoint&, const RemoteCommand& command, const StopToken&) override {
    if (command.script.find("beat") != std::string::npos) ++beats;
    return RemoteResult{.status = status};
  }
  absl::StatusOr<RemoteResult> RunLong(const Endpoint&, const RemoteCommand&, OutputSink, ProgressProbe,
                                       const StopToken&) override {
    return absl::UnimplementedError("");
  }
  absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint&, const StopToken&) override {
    return absl::UnimplementedError("");
  }
  std::atomic<int> beats = 0;
  std::atomic<int> status = 0;
};

struct Silent : EventSink {
  void On(const Event&) override {}
};

class HeartbeatTest : public ::testing::Test {
 protected:
  // Waits for it, for ten seconds at most.
  template <class Condition>
  static bool Comes(Condition condition) {
    StopToken never;
    for (int i = 0; i < 1000 && !condition(); ++i) never.WaitFor(absl::Milliseconds(10));
    return condition();
  }

  BeatingHost host_;
  RealClock clock_;
  Silent events_;
  Backoff backoff_{1};
  RunContext context_{.runner = host_, .clock = clock_, .events = events_, .run = "r", .backoff = backoff_};
  Repository repository_{.name = "p", .timeout = absl::Milliseconds(40)};
  RemoteRepository child_{context_, repository_,
                          *RepositoryTemplates::Make(repository_, nullptr, "r", absl::UnixEpoch())};
  Lease lease_{.root = "/srv", .run = "r", .controller = "c"};
};

TEST_F(HeartbeatTest, BeatsAgainAndAgain) {
  const Heartbeat heartbeat(child_, lease_);
  EXPECT_TRUE(Comes([this] { return host_.beats >= 3; }));
  EXPECT_FALSE(heartbeat.lost());
}

TEST_F(HeartbeatTest, NoticesThatAnotherRunTookTheLeaseAndBeatsNoMore) {
  host_.status = 71;
  const Heartbeat heartbeat(child_, lease_);
  EXPECT_TRUE(Comes([&] { return heartbeat.lost(); }));
  EXPECT_EQ(host_.beats, 1);
}

TEST_F(HeartbeatTest, EndsAtOnceHoweverRarelyItBeats) {
  repository_.timeout = absl::Hours(1);
  { const Heartbeat heartbeat(child_, lease_); }
  EXPECT_EQ(host_.beats, 0);
}

}  // namespace
}  // namespace sshsync
