#ifndef SSHSYNC_PLAN_BIG_FILE_H_
#define SSHSYNC_PLAN_BIG_FILE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "sshsync/digest/digest.h"
#include "sshsync/model/chunk_list.h"

namespace sshsync {

/// The unit of offsets on a host: what every dd can read, seek and write (a chunk is a whole number of them).
inline constexpr int64_t kBlockBytes = 131072;

/// The digest of a big file where no digestcmd says otherwise: that of its chunk digests as text, a line for each. So
/// one pass over a file says whether it differs and where. A file of one chunk has the digest of its content. Errors:
/// kConfig, an algorithm that OpenSSL does not have.
absl::StatusOr<Digest> DigestOfChunks(const ChunkList& chunks, absl::string_view algorithm);

/// Consecutive chunks of one big file that are brought into the stage in one go, all from the same place.
struct ChunkRange {
  static constexpr int kParent = -1, kZeros = -2;

  int64_t first = 0, count = 0;
  int source = kParent;  ///< a place that was offered, or one of the above; zeros are in a new file by themselves, and
                         ///< need only be read back
  int64_t skip = 0;      ///< blocks of the first chunk that an earlier try has brought already
};

/// What is decided about the chunks of one big file on its way into the stage: where each comes from, which are on
/// their way, which are there and verified. Other files of the child that hold some of its chunks at the same offset
/// (its old version, an earlier attempt) are offered as sources, so that only what is missing crosses the network; a
/// chunk that arrived damaged is sought again, alone and from the parent. Ownership: a value. Threads: none of its own,
/// the caller locks. Pure.
///
///     BigFile file(size, wanted, "sha256");
///     file.Offer("/srv/app/big.bin", old_chunks);
///     while (const auto range = file.Take({.local = 64, .parent = 16}, [](int64_t) { return true; })) { ...bring it,
///     digest it...; file.Arrived(*range, digests); }
class BigFile {
 public:
  /// `wanted` has a digest for each chunk of `size` bytes. Chunks of zeros need not be brought at all.
  BigFile(int64_t size, ChunkList wanted, absl::string_view algorithm);

  int64_t size() const { return size_; }
  const ChunkList& wanted() const { return wanted_; }

  /// A local file of which these chunks are known. What it has of the wanted ones is taken from there. It may be
  /// offered again, when more is known. False where nothing is wanted of it.
  bool Offer(std::string path, const ChunkList& held);
  const std::string& source(int index) const { return sources_[static_cast<size_t>(index)]; }
  /// Whether nothing more is wanted from there.
  bool IsUsedUp(int index) const;

  /// The longest range, in chunks, by where it comes from; at least one chunk is brought.
  struct Most {
    int64_t local = 1, parent = 1;
  };

  /// The next chunks to bring: from a local file while no more such ranges are on their way than from the parent, so
  /// that disk and network work at the same time. `at_parent`: whether the parent has that chunk already.
  absl::optional<ChunkRange> Take(Most most, absl::FunctionRef<bool(int64_t chunk)> at_parent);

  /// Whether just that range is still to be brought from the parent; and takes it.
  bool IsOpen(const ChunkRange& range) const;
  bool TakeThis(const ChunkRange& range);

  /// They were brought and read back; which of them are damaged. Fewer digests than chunks: the rest was not brought.
  std::vector<int64_t> Arrived(const ChunkRange& range, absl::Span<const Digest> digests);

  /// The way broke off; `blocks` whole blocks of the range had been written, in order, as far as that is known, and
  /// these digests were read back: what is not there did not come, and is not damaged. Whether that moved anything.
  bool BrokeOff(const ChunkRange& range, absl::Span<const Digest> digests, int64_t blocks);

  /// The staged file cannot be trusted to stay as it is (a writer may be left): everything is brought anew, from there
  /// where that was good.
  void StartOver(const std::string& abandoned);

  /// Offsets and sizes of a range in blocks, as the templates have them.
  int64_t blocks_per_chunk() const { return wanted_.chunk / kBlockBytes; }
  int64_t BytesOf(const ChunkRange& range) const;

  bool IsGood(int64_t chunk) const { return states_[static_cast<size_t>(chunk)] == State::kGood; }
  bool complete() const { return good_ == static_cast<int64_t>(states_.size()); }
  bool in_flight() const { return taken_ > 0; }
  bool AnyOpen() const { return good_ + taken_ < static_cast<int64_t>(states_.size()); }
  int64_t good_bytes() const;
  int64_t open_bytes() const { return (static_cast<int64_t>(states_.size()) - good_ - taken_) * wanted_.chunk; }

 private:
  enum class State : uint8_t { kOpen, kTaken, kGood };
  void Set(int64_t chunk, State state);
  int& UnderWay(const ChunkRange& range) { return range.source == ChunkRange::kParent ? remote_ : local_; }

  const int64_t size_;
  const ChunkList wanted_;
  std::vector<State> states_;
  std::vector<int> from_;
  std::vector<std::string> sources_;
  std::map<int64_t, int64_t> begun_;  // chunk -> blocks of it that are written already
  int64_t good_ = 0, taken_ = 0;
  int local_ = 0, remote_ = 0;  // ranges on their way
};

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_BIG_FILE_H_
