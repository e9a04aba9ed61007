#ifndef SSHSYNC_HOST_RANGE_COMMAND_H_
#define SSHSYNC_HOST_RANGE_COMMAND_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "sshsync/digest/digest.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/host/host_tools.h"
#include "sshsync/host/record_script.h"
#include "sshsync/model/remote_command.h"
#include "sshsync/plan/big_file.h"
#include "sshsync/plan/digest_result.h"

namespace sshsync {

/// One range of a big file on its way into the stage, as texts for the hosts: a reader on the parent, a writer on the
/// child (how they are connected is the route's business), and the look at what lies there afterwards: the digests of
/// its chunks, read back, and the file's stat. A plain value; any thread.
struct RangeStep {
  std::string staged;    ///< absolute, on the child
  std::string wanted;    ///< where the parent has the file, absolute
  std::string fallback;  ///< where it has it otherwise: its final name, should it be published meanwhile
  std::string local;     ///< on the child: the file from which the range is copied; empty: from the parent
  bool zeros = false;    ///< nothing is brought: it is there already
  ChunkRange range;
  int64_t blocks_per_chunk = 0;
  bool look_always = false;  ///< also at what a way that broke off has brought
  int64_t pace = 0;          ///< blocks that the reader may send in `rest` seconds; 0: as fast as it goes
  int64_t rest = 1;

  int64_t first_block() const { return range.first * blocks_per_chunk + range.skip; }
  int64_t blocks() const { return range.count * blocks_per_chunk - range.skip; }
};

/// The reader: prints the range to stdout.
std::string ReaderText(const RangeStep& step, const HostTools& parent);

/// The writer: puts stdin into the staged file, and says on stderr how many whole blocks that were.
std::string WriterText(const RangeStep& step, const HostTools& child);

/// Local copies of a range, and nothing for zeros.
std::string CopyText(const RangeStep& step, const HostTools& child);

/// Makes the staged file: its folder, which must be new, and its size; all zeros.
std::string CreateText(absl::string_view staged, absl::string_view attempt, int64_t size, const HostTools& child);

/// Digests of chunks, read from the disk: a line each. `chunks_text` is HostTools::Chunks for the chain's algorithm.
std::string ChunksText(absl::string_view file, int64_t first, int64_t count, int64_t blocks_per_chunk,
                       absl::string_view chunks_text);

/// Reads its lines; fewer than were asked for where the tool failed on the way.
std::vector<Digest> ParseChunks(absl::string_view output);

/// The same for all chunks of a file of that size; or the word for one that is not there, or must not be read. Errors:
/// kBadDigest, kPermission.
inline constexpr absl::string_view kNoFile = "NONE", kClosedFile = "CLOSED";
absl::StatusOr<DigestResult> ParseChunksAnswer(absl::string_view output, int64_t size, int64_t chunk,
                                               absl::string_view algorithm);

/// What became of a step.
struct RangeResult {
  absl::Status brought;             ///< of the reader and the writer
  int64_t blocks = 0;               ///< whole blocks that were written; known where the writer came to its end
  bool checked = false;             ///< the look at it came to its end
  std::vector<Digest> digests;      ///< one a chunk, as far as they could be read back
  absl::optional<RemoteStat> stat;  ///< of the staged file
  std::string output;               ///< of a way that failed, for people
  int exit_status = 0;
};

/// The script of a step that is run on the child: `bring`, then the look at the file. `Take` reads its records as they
/// come.
class RangeScript {
 public:
  RangeScript(const RangeStep& step, absl::string_view bring, absl::string_view chunks_text, const HostFacts& facts);

  const std::string& text() const { return script_.text(); }
  absl::Status Feed(absl::string_view bytes);
  const RangeResult& result() const { return result_; }
  /// Whether the writer's end was seen: then nobody writes into the file any more.
  bool writer_ended() const { return writer_ended_; }

 private:
  RangeScript(const RangeStep& step, absl::string_view bring, absl::string_view chunks_text, const HostFacts& facts,
              const std::string& mark);

  const HostFacts& facts_;
  const std::string name_;
  RecordScript script_;
  RecordReader reader_;
  RangeResult result_;
  bool writer_ended_ = false;
};

/// `N+M records out`, as dd says it: N.
int64_t BlocksWritten(absl::string_view said);

}  // namespace sshsync

#endif  // SSHSYNC_HOST_RANGE_COMMAND_H_
