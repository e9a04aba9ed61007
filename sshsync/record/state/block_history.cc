#include "sshsync/record/state/block_history.h"

#include <algorithm>
#include <utility>

namespace sshsync {
namespace {

constexpr absl::Duration kFirstQuantum = absl::Milliseconds(1);

// `block` becomes part of `last`, if both together take no longer than `quantum`.
bool Join(MovedBlock& last, const MovedBlock& block, absl::Duration quantum) {
  if (std::max(last.ended, block.ended) - std::min(last.began, block.began) > quantum) return false;
  // Ranges of one file are one file.
  last.files =
      last.path == block.path && !block.path.empty() ? std::max(last.files, block.files) : last.files + block.files;
  last.bytes += block.bytes;
  last.began = std::min(last.began, block.began);
  last.ended = std::max(last.ended, block.ended);
  return true;
}

}  // namespace

BlockHistory::BlockHistory(EventSink& next, size_t repositories)
    : next_(next), most_(std::clamp(kOfARun / std::max<size_t>(repositories, 1), kFewest, kMost)) {}

void BlockHistory::On(const Event& event) {
  next_.On(event);
  if (event.kind != EventKind::kBlockMoved) return;
  MovedBlock block{.repository = event.repository,
                   .stream = event.stream,
                   .began = std::min(event.began, event.time),
                   .ended = event.time,
                   .path = event.path,
                   .offset = event.offset,
                   .files = event.files,
                   .bytes = event.bytes};
  const std::lock_guard lock(mu_);
  Hop& hop = hops_[event.repository];
  hop.fresh = true;
  std::vector<MovedBlock>& stream = hop.streams[event.stream];
  if (!stream.empty() && Join(stream.back(), block, hop.quantum)) return;
  stream.push_back(std::move(block));
  ++hop.size;
  // Each stream keeps one block at least, however coarse.
  while (hop.size > std::max(most_, hop.streams.size())) Thin(hop);
}

void BlockHistory::Thin(Hop& hop) {
  hop.quantum = std::max(2 * hop.quantum, kFirstQuantum);
  hop.size = 0;
  for (auto& [number, blocks] : hop.streams) {
    std::vector<MovedBlock> fewer;
    for (MovedBlock& block : blocks) {
      if (fewer.empty() || !Join(fewer.back(), block, hop.quantum)) fewer.push_back(std::move(block));
    }
    blocks = std::move(fewer);
    hop.size += blocks.size();
  }
}

std::vector<MovedBlock> BlockHistory::Fresh() {
  std::vector<MovedBlock> fresh;
  const std::lock_guard lock(mu_);
  for (auto& [name, hop] : hops_) {
    if (!std::exchange(hop.fresh, false)) continue;
    for (const auto& [number, blocks] : hop.streams) fresh.insert(fresh.end(), blocks.begin(), blocks.end());
  }
  return fresh;
}

std::vector<MovedBlock> BlockHistory::Take(absl::string_view repository) {
  std::vector<MovedBlock> taken;
  {
    const std::lock_guard lock(mu_);
    const auto found = hops_.find(std::string(repository));
    if (found == hops_.end()) return {};
    for (auto& [number, blocks] : found->second.streams)
      std::move(blocks.begin(), blocks.end(), std::back_inserter(taken));
    hops_.erase(found);
  }
  std::stable_sort(taken.begin(), taken.end(),
                   [](const MovedBlock& a, const MovedBlock& b) { return a.began < b.began; });
  return taken;
}

}  // namespace sshsync
