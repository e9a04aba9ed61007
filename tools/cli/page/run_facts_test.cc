#include "tools/cli/page/run_facts.h"

#include "gtest/gtest.h"

namespace sshsync::page {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'767'225'600);

MovedBlock Block(const std::string& name, int stream, int from, int to, int64_t bytes) {
  return {.repository = name,
          .stream = stream,
          .began = kStart + absl::Seconds(from),
          .ended = kStart + absl::Seconds(to),
          .path = "f",
          .files = 1,
          .bytes = bytes};
}

RunRecord Record() {
  RunRecord record{.exit_code = 6};
  record.report = {
      .run = "r", .verb = "sync", .queue = {{"p", "q", "w"}}, .started = kStart, .ended = kStart + absl::Seconds(100)};
  record.report.repositories = {
      {.name = "p",
       .outcome = Outcome::kChanged,
       .started = kStart,
       .ended = kStart + absl::Seconds(60),
       .copied = 3,
       .bytes = 500},
      {.name = "q",
       .outcome = Outcome::kChanged,
       .started = kStart,
       .ended = kStart + absl::Seconds(90),
       .copied = 1,
       .failed = 2,
       .bytes = 40},
      {.name = "w", .outcome = Outcome::kWaiting, .started = kStart, .ended = kStart + absl::Seconds(10)},
  };
  record.report.repositories[2].failure = Failure::kWaiting;
  record.blocks = {Block("p", 0, 10, 30, 100), Block("p", 1, 20, 40, 100), Block("p", 0, 50, 60, 100)};
  return record;
}

TEST(RunFacts, TimeInWhichStreamsWorkTogetherCountsOnce) {
  const RunRecord record = Record();
  const RunFacts facts = FactsOf(record, false, kStart);
  EXPECT_EQ(facts.hops[0].moving, absl::Seconds(40));
  EXPECT_EQ(facts.hops[0].moved, 300);
  EXPECT_EQ(facts.hops[0].streams, 2);
  EXPECT_EQ(facts.hops[1].moved, 40) << "its content, where no blocks are known";
  EXPECT_EQ(facts.hops[1].moving, absl::Seconds(90));
}

TEST(RunFacts, TellsWhatEndedWellFromWhatFailedAndWhatWaits) {
  const RunRecord record = Record();
  const RunFacts facts = FactsOf(record, false, kStart);
  EXPECT_EQ(facts.hops[0].kind, "well");
  EXPECT_EQ(facts.hops[1].kind, "bad") << "a file failed";
  EXPECT_EQ(facts.hops[1].state, "failed");
  EXPECT_EQ(facts.hops[2].kind, "held");
  EXPECT_EQ(facts.well, 1);
  EXPECT_EQ(facts.failed, 2);
  EXPECT_EQ(facts.state, "failed");
}

TEST(RunFacts, ARunWithoutAnEndGoesOnOrWasKilled) {
  RunRecord record = Record();
  record.exit_code = absl::nullopt;
  record.report.ended = record.report.repositories[1].ended = absl::InfiniteFuture();
  const RunFacts killed = FactsOf(record, false, kStart + absl::Hours(9));
  EXPECT_EQ(killed.state, "killed");
  EXPECT_EQ(killed.ended, kStart + absl::Seconds(60)) << "the last that is known";
  EXPECT_EQ(killed.hops[1].state, "did not end");
  const RunFacts running = FactsOf(record, true, kStart + absl::Hours(9));
  EXPECT_EQ(running.state, "running");
  EXPECT_EQ(running.took(), absl::Hours(9));
  EXPECT_EQ(running.hops[1].kind, "open");
}

}  // namespace
}  // namespace sshsync::page
