#ifndef SSHSYNC_EXEC_STAGE_H_
#define SSHSYNC_EXEC_STAGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/digest/digest.h"
#include "sshsync/exec/host_facts.h"
#include "sshsync/exec/lease.h"
#include "sshsync/exec/record_script.h"
#include "sshsync/exec/runner.h"
#include "sshsync/model/manifest.h"

namespace sshsync {

/// One try to write one file: a folder `DIGEST-RANDOM` of its own in the stage, in which the file has its path, so that a template
/// that is told this folder as its repository gets the file where it expects it. The random part is never used twice: a writer that
/// outlives its session writes into a place that nobody will publish.
struct Attempt {
  size_t index = 0;    ///< of the file in the hop's plan
  std::string file;    ///< relative path
  std::string folder;  ///< absolute: STAGE/DIGEST-RANDOM; the repository itself where there is no stage

  std::string staged() const { return folder + "/" + file; }
};

/// `.sshsync/in` below the child's root, or a folder named after that root below the absolute one that `stage` names, which several
/// repositories may share.
std::string StageFolder(absl::string_view stage_key, absl::string_view root);

/// A new attempt for a file whose parent has `digest`.
Attempt NewAttempt(absl::string_view stage_folder, size_t index, absl::string_view file, const Digest& digest);

/// A verified staged file on its way to its final name.
struct Publication {
  size_t index = 0;
  std::string file;
  std::string staged;         ///< absolute; its last component is the file's. Empty: nothing to rename, the file in place gets time and mode
  FileStat verified;          ///< of the staged file when it was verified
  FileStat parent;            ///< whose time and mode it gets
};

/// What became of one of them.
enum class PublishResult { kDone, kLinkInPath, kObstructed, kChanged, kHardLink, kFailed };
struct Published {
  PublishResult result = PublishResult::kFailed;
  std::string said;  ///< the host's words
};

/// Publishes them in one command that does not transfer anything: enters each folder without following links (made where missing), refuses a real
/// folder in the way, another file system and a staged file that has names elsewhere, too; compares inode and size with the verification, sets
/// time and mode, renames. What arrived is brought to the disk before the first rename. Thousands of files may go into one command: those of a
/// folder are compared, changed and renamed by one process each; where anything about such a piece is not as expected, it is gone through file by
/// file (a process a file and step was tried: 200 files a second). A command that is repeated because its answer was lost takes a rename that happened
/// for done. Status 71: the lease was lost; it is looked for before every piece.
///
/// PublishPrologue is the part in front: the lease is required, and `_ss_enter FOLDER` goes to a folder below the root as said above.
/// `keep`: what is replaced is kept in the trash.
std::string PublishPrologue(const HostFacts& facts, const Lease& lease, absl::string_view stage_folder, bool follow_symlinks, absl::string_view mark);
RemoteCommand PublishCommand(const HostFacts& facts, const Lease& lease, absl::Span<const Publication> files, bool follow_symlinks, bool keep,
                             absl::string_view mark);
absl::StatusOr<std::vector<Published>> ParsePublish(const RemoteResult& result, absl::Span<const Publication> files, absl::string_view mark);

/// For other commands with that prologue: reads records `MARK NUMBER STATUS` with the statuses of PublishCommand, one for each of `count`.
absl::StatusOr<std::vector<Published>> ParseNumbered(const RemoteResult& result, size_t count, absl::string_view mark);

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_STAGE_H_
