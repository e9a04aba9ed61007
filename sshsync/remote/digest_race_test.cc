#include "sshsync/remote/digest_race.h"

#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/fake_clock.h"

namespace sshsync {
namespace {

using ::testing::HasSubstr;

/// How long each tool takes, and how it ends.
struct Racer {
  absl::Duration takes;
  int status = 0;
};

/// A host that runs a race's script: each record comes after its time.
class RaceTrack {
 public:
  RaceTrack(FakeClock clock, std::vector<Racer> racers) : clock_(std::move(clock)), racers_(std::move(racers)) {}

  absl::StatusOr<RemoteResult> Run(const Endpoint&, const RemoteCommand&, const StopToken&) {
    return MakeError(Failure::kInternal, "a race takes long");
  }
  absl::StatusOr<RemoteResult> RunLong(const Endpoint&, const RemoteCommand& command, OutputSink sink, ProgressProbe,
                                       const StopToken&) {
    script = command.script;
    if (!failure.ok()) return failure;
    const std::string mark = script.substr(script.find("echo; echo \"") + 12, 32);
    clock_.Advance(login);
    SSHSYNC_RETURN_IF_ERROR(sink(absl::StrCat("\n", mark, " start 0\n")));
    for (size_t i = 0; i < racers_.size(); ++i) {
      clock_.Advance(racers_[i].takes);
      SSHSYNC_RETURN_IF_ERROR(sink(absl::StrCat("digest\n\n", mark, " ", i, " ", racers_[i].status, "\n")));
    }
    return RemoteResult{};
  }
  absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint&, const StopToken&) {
    return MakeError(Failure::kInternal, "no session is wanted");
  }

  absl::Status failure;
  absl::Duration login = absl::Seconds(3);
  std::string script;

 private:
  FakeClock clock_;
  const std::vector<Racer> racers_;
};
static_assert(Runner<RaceTrack>);

struct Deaf : EventSink {
  void On(const Event&) override {}
};

absl::StatusOr<std::string> Winner(RaceTrack& track, FakeClock& clock, const std::vector<std::string>& words) {
  Deaf sink;
  Backoff backoff(1, absl::Seconds(1), absl::Seconds(1));
  RunContext<RaceTrack, FakeClock> context{
      .runner = track, .clock = clock, .events = sink, .run = "r", .controller = "c", .backoff = backoff};
  std::vector<DigestTool> tools;
  for (const std::string& word : words) {
    tools.emplace_back();
    tools.back().words = word;
  }
  const auto winner = FastestDigestTool(context, Endpoint(), tools, "PREFIX=1\n", absl::Seconds(60));
  if (!winner.ok()) return winner.status();
  return winner->words;
}

TEST(DigestRace, IsWonByTheFastest) {
  for (size_t fastest : {0, 1, 2}) {
    FakeClock clock;
    std::vector<Racer> racers(3, Racer{absl::Seconds(1)});
    racers[fastest].takes = absl::Milliseconds(900);
    RaceTrack track(clock, racers);
    const std::vector<std::string> words{"sha256sum", "openssl", "shasum"};
    EXPECT_EQ(*Winner(track, clock, words), words[fastest]) << "the login counts for none of them";
    EXPECT_THAT(track.script, HasSubstr("PREFIX=1"));
  }
}

TEST(DigestRace, IsNotWonByOneThatFails) {
  FakeClock clock;
  RaceTrack track(clock, {{absl::Seconds(2)}, {absl::Milliseconds(1), 127}});
  EXPECT_EQ(*Winner(track, clock, {"sha256sum", "openssl"}), "sha256sum");
}

TEST(DigestRace, WhereNobodyComesInTheFirstIsTaken) {
  FakeClock clock;
  RaceTrack track(clock, {});
  EXPECT_EQ(*Winner(track, clock, {"sha256sum", "openssl"}), "sha256sum");
}

TEST(DigestRace, IsOffWhereTheHostIsLost) {
  FakeClock clock;
  RaceTrack track(clock, {});
  track.failure = MakeError(Failure::kUnreachable, "lost");
  EXPECT_EQ(FailureOf(Winner(track, clock, {"sha256sum", "openssl"}).status()), Failure::kUnreachable);
}

}  // namespace
}  // namespace sshsync
