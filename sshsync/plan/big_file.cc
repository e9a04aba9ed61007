#include "sshsync/plan/big_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/digest/hasher.h"

namespace sshsync {
namespace {

// Of zeros; empty for an algorithm that this machine does not have.
Digest DigestOfZeros(int64_t bytes, absl::string_view algorithm) {
  auto hasher = Hasher::Create(algorithm);
  if (!hasher.ok()) return {};
  const std::string zeros(kBlockBytes, '\0');
  for (int64_t done = 0; done < bytes; done += kBlockBytes)
    hasher->Update(absl::string_view(zeros).substr(0, static_cast<size_t>(std::min(kBlockBytes, bytes - done))));
  return hasher->Finish();
}

}  // namespace

absl::StatusOr<Digest> DigestOfChunks(const ChunkList& chunks, absl::string_view algorithm) {
  if (chunks.digests.size() == 1) return chunks.digests[0];
  SSHSYNC_ASSIGN_OR_RETURN(Hasher hasher, Hasher::Create(algorithm));
  for (const Digest& digest : chunks.digests) hasher.Update(absl::StrCat(digest.text(), "\n"));
  return hasher.Finish();
}

BigFile::BigFile(int64_t size, ChunkList wanted, absl::string_view algorithm)
    : size_(size),
      wanted_(std::move(wanted)),
      states_(wanted_.digests.size(), State::kOpen),
      from_(wanted_.digests.size(), ChunkRange::kParent) {
  const Digest zeros = DigestOfZeros(wanted_.chunk, algorithm);
  for (size_t i = 0; i < from_.size(); ++i) {
    const int64_t bytes = std::min(wanted_.chunk, size_ - static_cast<int64_t>(i) * wanted_.chunk);
    if (!zeros.empty() && bytes == wanted_.chunk && wanted_.digests[i] == zeros) from_[i] = ChunkRange::kZeros;
  }
}

bool BigFile::Offer(std::string path, const ChunkList& held) {
  if (held.chunk != wanted_.chunk) return false;
  const auto at = std::find(sources_.begin(), sources_.end(), path);
  const int index = static_cast<int>(at - sources_.begin());
  bool useful = at != sources_.end() && !IsUsedUp(index);
  for (size_t i = 0; i < std::min(from_.size(), held.digests.size()); ++i) {
    if (states_[i] != State::kOpen || from_[i] != ChunkRange::kParent || held.digests[i] != wanted_.digests[i])
      continue;
    from_[i] = index;
    useful = true;
  }
  if (useful && at == sources_.end()) sources_.push_back(std::move(path));
  return useful;
}

bool BigFile::IsUsedUp(int index) const {
  for (size_t i = 0; i < from_.size(); ++i) {
    if (from_[i] == index && states_[i] != State::kGood) return false;
  }
  return true;
}

absl::optional<ChunkRange> BigFile::Take(Most most, absl::FunctionRef<bool(int64_t chunk)> at_parent) {
  const int64_t count = static_cast<int64_t>(states_.size());
  const bool first = local_ <= remote_;
  for (const bool local : {first, !first}) {
    for (int64_t i = 0; i < count; ++i) {
      const int source = from_[static_cast<size_t>(i)];
      const auto usable = [&](int64_t chunk) {
        const size_t at = static_cast<size_t>(chunk);
        return states_[at] == State::kOpen && from_[at] == source &&
               (source != ChunkRange::kParent || at_parent(chunk));
      };
      if (local == (source == ChunkRange::kParent) || !usable(i)) continue;
      ChunkRange range{.first = i, .count = 1, .source = source};
      if (const auto begun = begun_.find(i); begun != begun_.end() && source == ChunkRange::kParent)
        range.skip = begun->second;
      const int64_t longest = local ? most.local : most.parent;
      while (range.count < longest && i + range.count < count && usable(i + range.count) &&
             (local || !begun_.contains(i + range.count)))
        ++range.count;
      for (int64_t chunk = i; chunk < i + range.count; ++chunk) Set(chunk, State::kTaken);
      ++UnderWay(range);
      return range;
    }
  }
  return absl::nullopt;
}

bool BigFile::IsOpen(const ChunkRange& range) const {
  if (range.source != ChunkRange::kParent || range.first < 0 ||
      range.first + range.count > static_cast<int64_t>(states_.size()))
    return false;
  const auto begun = begun_.find(range.first);
  if ((begun == begun_.end() ? 0 : begun->second) != range.skip) return false;
  for (int64_t chunk = range.first; chunk < range.first + range.count; ++chunk) {
    if (states_[static_cast<size_t>(chunk)] != State::kOpen || from_[static_cast<size_t>(chunk)] != ChunkRange::kParent)
      return false;
  }
  return true;
}

bool BigFile::TakeThis(const ChunkRange& range) {
  if (!IsOpen(range)) return false;
  for (int64_t chunk = range.first; chunk < range.first + range.count; ++chunk) Set(chunk, State::kTaken);
  ++UnderWay(range);
  return true;
}

std::vector<int64_t> BigFile::Arrived(const ChunkRange& range, absl::Span<const Digest> digests) {
  std::vector<int64_t> damaged;
  --UnderWay(range);
  for (int64_t i = 0; i < range.count; ++i) {
    const int64_t chunk = range.first + i;
    begun_.erase(chunk);
    const bool brought = static_cast<size_t>(i) < digests.size();
    const bool good = brought && digests[static_cast<size_t>(i)] == wanted_.digests[static_cast<size_t>(chunk)];
    Set(chunk, good ? State::kGood : State::kOpen);
    if (good) continue;
    if (brought && range.source == ChunkRange::kParent) damaged.push_back(chunk);
    from_[static_cast<size_t>(chunk)] = ChunkRange::kParent;
  }
  return damaged;
}

bool BigFile::BrokeOff(const ChunkRange& range, absl::Span<const Digest> digests, int64_t blocks) {
  --UnderWay(range);
  bool moved = range.source == ChunkRange::kParent && blocks > 0;
  int64_t left = range.skip + blocks;
  for (int64_t i = 0; i < range.count; ++i, left -= blocks_per_chunk()) {
    const int64_t chunk = range.first + i;
    const bool read = static_cast<size_t>(i) < digests.size();
    const bool good = read && digests[static_cast<size_t>(i)] == wanted_.digests[static_cast<size_t>(chunk)];
    Set(chunk, good ? State::kGood : State::kOpen);
    moved |= good;
    if (range.source != ChunkRange::kParent) continue;
    // Of a chunk that was not read back the last block is brought again: then it is digested like all others. One that
    // is whole and wrong goes again.
    const int64_t bytes = std::min(wanted_.chunk, size_ - chunk * wanted_.chunk),
                  whole = (bytes + kBlockBytes - 1) / kBlockBytes;
    begun_.erase(chunk);
    if (!good && left > 0 && !(read && left >= whole)) begun_[chunk] = std::min(left, whole - 1);
  }
  return moved;
}

void BigFile::StartOver(const std::string& abandoned) {
  ChunkList held{.chunk = wanted_.chunk, .digests = std::vector<Digest>(wanted_.digests.size())};
  for (size_t i = 0; i < states_.size(); ++i) {
    if (states_[i] == State::kGood) held.digests[i] = wanted_.digests[i];
    if (states_[i] == State::kGood && from_[i] != ChunkRange::kZeros) from_[i] = ChunkRange::kParent;
    states_[i] = State::kOpen;
  }
  begun_.clear();
  good_ = taken_ = 0;
  local_ = remote_ = 0;
  Offer(abandoned, held);
}

int64_t BigFile::BytesOf(const ChunkRange& range) const {
  return std::min(size_, (range.first + range.count) * wanted_.chunk) - range.first * wanted_.chunk -
         range.skip * kBlockBytes;
}

int64_t BigFile::good_bytes() const {
  int64_t bytes = 0;
  for (size_t i = 0; i < states_.size(); ++i) {
    if (states_[i] == State::kGood) bytes += std::min(wanted_.chunk, size_ - static_cast<int64_t>(i) * wanted_.chunk);
  }
  return bytes;
}

void BigFile::Set(int64_t chunk, State state) {
  State& now = states_[static_cast<size_t>(chunk)];
  good_ += (state == State::kGood) - (now == State::kGood);
  taken_ += (state == State::kTaken) - (now == State::kTaken);
  now = state;
}

}  // namespace sshsync
