#ifndef SSHSYNC_SCHEDULE_FILE_STATES_H_
#define SSHSYNC_SCHEDULE_FILE_STATES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "sshsync/base/status.h"
#include "sshsync/model/manifest.h"
#include "sshsync/model/plan.h"
#include "sshsync/model/report.h"
#include "sshsync/plan/big_file.h"
#include "sshsync/stage/stage.h"

namespace sshsync {

/// Why a try failed.
struct LastError {
  Failure failure = Failure::kNone;  ///< that ended it; none: there is another try
  std::string message = {};
  std::string command = {};  ///< of a failed remote command
  std::string output = {};   ///< what it printed, bounded
  int exit_status = 0;
};

/// The chunks of a big file whose digest is that of the whole: they only say what to send.
struct Parts {
  ChunkList wanted;     ///< of the parent's file
  ChunkList held = {};  ///< of the child's present file; none where it is not known
};

/// One file on its way through a hop: what is wanted, and how far it came. A hop has one for each file to move, so what
/// few of them need is held apart.
///
///     open -> (transferred, verified) -> verified -> (published) -> done
///         \-> again: a try failed, or the source has to be looked at     \-> again: the source changed meanwhile
///         \-> failed, kept (it turned out to be equal), gone (the parent no longer has it)
struct FileState {
  enum class State { kOpen, kVerified, kDone, kFailed, kKept, kGone };

  Action action = Action::kCopy;
  FileEntry wanted;                  ///< as the parent held it when it was last digested
  const FileEntry* child = nullptr;  ///< the present file, as the plan has it; nullptr: there is none
  State state = State::kOpen;
  bool in_flight = false;                        ///< some stream is at it; of a big file many may be
  absl::Time not_before = absl::InfinitePast();  ///< the next try; monotonic
  std::vector<std::string> partial_files =
      {};  ///< staged files of earlier runs and attempts that may be it, or a part of it; absolute
  // A big file on its way: chunk by chunk, in one attempt after the other.
  std::shared_ptr<const Parts> parts = {};  ///< where the digest is not made of chunks
  std::shared_ptr<BigFile> big = {};
  std::string folder = {};      ///< of the attempt, absolute
  bool created = false;         ///< the staged file is there
  int writers = 0;              ///< streams that have it open
  bool recheck_source = false;  ///< at the parent's file, before another try
  bool mismatched = false;      ///< what arrived is not what was wanted: damaged, or the source changed
  bool changed = false;         ///< the source was seen to be another version than the wanted one
  int tries = 0;                ///< of the transfer that failed, since the source last changed
  int changes = 0;              ///< of the source during the run
  FileStat published = {};      ///< of the file in its place
  std::shared_ptr<const LastError> last_error = {};  ///< of the last try that failed; shared by copies, never changed

  Failure failure() const { return last_error ? last_error->failure : Failure::kNone; }
  const ChunkList* wanted_chunks() const {
    return parts ? &parts->wanted : wanted.chunks.get();
  }  ///< nullptr: it goes whole
  const ChunkList* held_chunks() const {
    return parts ? &parts->held : child != nullptr ? child->chunks.get() : nullptr;
  }
  /// As far as that is known by now.
  int64_t bytes_to_bring() const;
  absl::string_view message() const {
    return last_error ? absl::string_view(last_error->message) : absl::string_view();
  }
  Attempt attempt(size_t index) const { return {.index = index, .file = wanted.path, .folder = folder}; }
  /// What became of it, as a report tells it.
  FileOutcome outcome() const;
};

/// What is decided about a hop's files, apart from how it is done; the fat base of HopTransfer.
/// Ownership: a value. Threads: none of its own, the caller locks.
class FileStates {
 public:
  /// From the plan; the smallest files first, so that a full disk keeps as few as possible from arriving. The plan's
  /// manifests stay where they are.
  FileStates(const Plan& plan, int retries);

  std::vector<FileState>& items() { return items_; }
  FileState& at(size_t index) { return items_[index]; }

  /// The files whose source has to be looked at again before the next round.
  std::vector<size_t> ToRecheck() const;

  bool AnyOpen() const;
  bool AnyFailed() const;

  /// All files are published together, or none: `MayPublish` says when. `complete`: whether the plan has every file of
  /// the parent.
  void PublishTogether(bool complete) { together_ = true, complete_ = complete; }
  bool together() const { return together_; }
  /// Whether what is verified may be published now.
  bool MayPublish() const;

  /// It fails without a try.
  void Refused(size_t index, const absl::Status& why);

  /// A try failed. A permanent failure (by its status code) or one try too many fails the file; otherwise it stays
  /// open.
  void Failed(size_t index, const absl::Status& why, absl::string_view command, absl::string_view output,
              int exit_status);

  /// The parent's file has another size or time than when it was digested: it is looked at again; three times, then it
  /// fails.
  void SourceChanged(size_t index);

  /// All chunks are right, but the whole is not: the source changed in between, or what computes them disagrees. From
  /// now on it goes whole.
  void PartsDiffer(size_t index);

  /// The file has its final name.
  void Published(size_t index);

  /// What a second look at the source showed: the same digest again (then the transfer had damaged it, and that try
  /// counts), another one (then that version is wanted from now on; three times, then it fails as "keeps changing"), or
  /// nothing.
  void SourceRechecked(size_t index, const absl::Status& error, const FileEntry* now);

  /// The attempt of a big file is given up. What is known to be good in it is copied from there; what was written and
  /// not yet read back is looked at before the next try. What other streams still bring there does not count.
  void GaveUp(size_t index);

  /// The version that is wanted is another one by now, as the parent itself got it. What was brought of the old one
  /// does not count.
  void Supplied(size_t index, const FileEntry& now);

 private:
  std::vector<FileState> items_;
  const int retries_;
  bool together_ = false, complete_ = true;
  mutable size_t settled_ = 0;  // items before this one are not open; a hint, so that asking often costs nothing
};

/// The text of a command as people may see it: without the secrets in it.
std::string WithoutSecrets(absl::string_view text, absl::Span<const std::string> secrets);

/// All that a report says of a repository, the same way.
void ConcealSecrets(absl::Span<const std::string> secrets, RepositoryReport* report);

}  // namespace sshsync

#endif  // SSHSYNC_SCHEDULE_FILE_STATES_H_
