#include "tools/cli/page/run_facts.h"

#include <algorithm>
#include <map>
#include <set>

#include "sshsync/record/state/state.h"

namespace sshsync::page {
namespace {

absl::string_view KindOf(const RepositoryReport& report) {
  if (EndedWell(report)) return "well";
  if (report.outcome == Outcome::kRestored)
    return report.failed > 0 || report.failure != Failure::kNone ? "bad" : "well";
  switch (report.outcome) {
    case Outcome::kWaiting:
    case Outcome::kStopped:
    case Outcome::kPlanned:
      return "held";
    default:
      return "bad";
  }
}

/// The time that the blocks cover; they are sorted by their begin.
absl::Duration Covered(const std::vector<const MovedBlock*>& blocks) {
  absl::Duration covered;
  absl::Time until = absl::InfinitePast();
  for (const MovedBlock* block : blocks) {
    if (block->ended > until) covered += block->ended - std::max(block->began, until);
    until = std::max(until, block->ended);
  }
  return covered;
}

HopFacts HopOf(const RepositoryReport& report, std::vector<const MovedBlock*> blocks, bool alive) {
  HopFacts hop{.report = &report,
               .state = std::string(OutcomeName(report.outcome)),
               .kind = KindOf(report),
               .blocks = std::move(blocks)};
  const bool ended = report.ended != absl::InfiniteFuture();
  if (!ended) {
    hop.state = alive ? "running" : "did not end";
    hop.kind = alive ? "open" : "held";
  } else if (hop.kind == "bad" && report.outcome == Outcome::kChanged) {
    hop.state = "failed";
  }
  std::stable_sort(hop.blocks.begin(), hop.blocks.end(),
                   [](const MovedBlock* a, const MovedBlock* b) { return a->began < b->began; });
  std::set<int> streams;
  for (const MovedBlock* block : hop.blocks) {
    hop.moved += block->bytes;
    streams.insert(block->stream);
  }
  hop.streams = static_cast<int>(streams.size());
  hop.took =
      ended && report.started != absl::InfiniteFuture() ? report.ended - report.started : absl::InfiniteDuration();
  hop.moving = hop.blocks.empty() ? hop.took : Covered(hop.blocks);
  if (hop.blocks.empty()) hop.moved = report.bytes;
  return hop;
}

}  // namespace

RunState StateOf(const RunRecord& record, bool alive) {
  if (!record.exit_code) return alive ? RunState{"running", "open"} : RunState{"killed", "bad"};
  if (*record.exit_code == 0) return {"done", "well"};
  if (*record.exit_code == 9 || record.report.signal > 0) return {"stopped", "held"};
  return {"failed", "bad"};
}

RunFacts FactsOf(const RunRecord& record, bool alive, absl::Time now) {
  const RunState state = StateOf(record, alive);
  RunFacts facts{.record = &record,
                 .state = state.word,
                 .kind = state.kind,
                 .started = record.report.started,
                 .ended = record.report.ended};
  std::map<absl::string_view, std::vector<const MovedBlock*>> blocks;
  absl::Time last = facts.started;
  for (const MovedBlock& block : record.blocks) {
    blocks[block.repository].push_back(&block);
    last = std::max(last, block.ended);
  }
  for (const RepositoryReport& report : record.report.repositories) {
    if (report.ended != absl::InfiniteFuture()) last = std::max(last, report.ended);
    facts.hops.push_back(HopOf(report, std::move(blocks[report.name]), alive));
    const HopFacts& hop = facts.hops.back();
    facts.well += hop.kind == "well";
    facts.changed += report.copied + report.replaced;
    facts.deleted += report.deleted;
    facts.failed += report.failed;
    facts.published += report.bytes;
    facts.moved += hop.moved;
  }
  if (facts.ended == absl::InfiniteFuture()) facts.ended = alive ? std::max(now, last) : last;
  return facts;
}

}  // namespace sshsync::page
