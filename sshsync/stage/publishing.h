#ifndef SSHSYNC_STAGE_PUBLISHING_H_
#define SSHSYNC_STAGE_PUBLISHING_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/host/record_script.h"
#include "sshsync/model/manifest.h"
#include "sshsync/model/remote_command.h"
#include "sshsync/stage/lease.h"

namespace sshsync {

/// The folder of a relative path, `.` at the top, and the name in it.
inline absl::string_view FolderOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? "." : path.substr(0, slash);
}
inline absl::string_view NameOf(absl::string_view path) { return path.substr(path.rfind('/') + 1); }

/// A verified staged file on its way to its final name.
struct Publication {
  size_t index = 0;
  std::string file;
  std::string staged;  ///< absolute; its last component is the file's. Empty: nothing to rename, the file in place gets
                       ///< time and mode
  FileStat verified;   ///< of the staged file when it was verified
  FileStat parent;     ///< whose time and mode it gets
};

/// What became of one of them.
enum class PublishResult { kDone, kLinkInPath, kObstructed, kChanged, kHardLink, kFailed };
struct Published {
  PublishResult result = PublishResult::kFailed;
  std::string said;  ///< the host's words
};

/// Publishes them in one command that does not transfer anything: enters each folder without following links (made
/// where missing), refuses a real folder in the way, another file system and a staged file that has names elsewhere,
/// too; compares inode and size with the verification, sets time and mode, renames. What arrived is brought to the disk
/// before the first rename. Thousands of files may go into one command: those of a folder are compared, changed and
/// renamed by one process each; where anything about such a piece is not as expected, it is gone through file by file
/// (a process a file and step was tried: 200 files a second). A command that is repeated because its answer was lost
/// takes a rename that happened for done. Status 71: the lease was lost; it is looked for before every piece.
///
/// `keep`: what is replaced is kept in the trash. `before`: shell text that runs when the lease was found to be ours.
RemoteCommand PublishCommand(const HostFacts& facts, const Lease& lease, absl::Span<const Publication> files,
                             bool follow_symlinks, bool keep, absl::string_view mark, absl::string_view before = "");
absl::StatusOr<std::vector<Published>> ParsePublish(const RemoteResult& result, absl::Span<const Publication> files,
                                                    absl::string_view mark);

/// For other commands with that prologue: reads records `MARK NUMBER STATUS` with the statuses of PublishCommand, one
/// for each of `count`.
absl::StatusOr<std::vector<Published>> ParseNumbered(const RemoteResult& result, size_t count, absl::string_view mark);

/// What such commands are made of. The prologue requires the lease, and defines `_ss_enter FOLDER`, which goes to a
/// folder below the root as said above, and `_ss_walk FOLDER`, which does not ask for the file system. Where
/// `$_ss_making` is not `yes`, nothing is made, and the status of a missing folder is 1.
std::string PublishPrologue(const HostFacts& facts, const Lease& lease, absl::string_view stage_folder,
                            bool follow_symlinks, absl::string_view mark);

/// Where the staged files of a command lie: the folder, with its `/`, that is above all of them; empty without any.
absl::string_view FolderOfAll(absl::Span<const Publication> files);

/// Compares pieces of files with what is expected of them, leaves the outcome in `$_ss_checked`, and calls `function K
/// FOLDER MODE ISO STAMP` for each; publishing.cc says what a piece is. The function prints a record `MARK K STATUS`
/// for the whole or `MARK K:f STATUS` for each file, which ParsePublish reads; `_ss_singly` with the same arguments
/// does the latter, and changes nothing where `$_ss_looking` is `yes`.
std::string PiecesText(const HostFacts& facts, absl::Span<const Publication> files, absl::string_view function);

}  // namespace sshsync

#endif  // SSHSYNC_STAGE_PUBLISHING_H_
