#ifndef SSHSYNC_STAGE_UNDO_H_
#define SSHSYNC_STAGE_UNDO_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/digest/digest.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/model/remote_command.h"
#include "sshsync/stage/lease.h"
#include "sshsync/stage/publishing.h"

namespace sshsync {

/// How all files of a repository are published together, or none. Before the first rename `.sshsync/undo/RUN` on the
/// child holds
///
///   old/PATH        what stands at PATH: a hard link of the file (a copy where there can be none), a copy of a
///   symbolic link made/FOLDER/.sshsync   for each folder that publishing will make list            the renames; it
///   appears last, so that with it everything is there
///
/// Then one command that no hang-up ends does all the renames, and the folder goes. A run that finds one there (the
/// host or the command died in between) publishes the rest if all of it is still what was verified, else takes
/// everything back. A journal in the state of the controller was rejected: another controller, or one that lost its
/// state, has to be able to mend the child.

/// A file of the list.
struct UndoEntry {
  Publication file;
  Digest digest;  ///< that it was verified to have
};

/// The list as text, one line for each, whatever the names are made of; and back. Errors: kState.
std::string UndoList(absl::Span<const UndoEntry> entries);
absl::StatusOr<std::vector<UndoEntry>> ParseUndoList(absl::string_view text);

/// Looks at everything that publishing will look at without changing any of it, then lays the folder out. The answer is
/// read by ParsePublish; status 0 means that the list is there. Where a file does not fit, or something else fails,
/// nothing stays behind. May be repeated.
RemoteCommand PrepareUndo(const HostFacts& facts, const Lease& lease, absl::Span<const UndoEntry> entries,
                          bool follow_symlinks, absl::string_view mark);

/// Publishes them, as PublishCommand does, for the list of `run`; status 73: there is no list.
RemoteCommand PublishTogether(const HostFacts& facts, const Lease& lease, absl::string_view run,
                              absl::Span<const UndoEntry> entries, bool follow_symlinks, bool keep,
                              absl::string_view mark);

/// Gives every path back what it held: the old file, or nothing; and removes the folders that were made, if they are
/// empty. What is neither the new file nor the old one is left alone. The answer is read by ParseNumbered. May be
/// repeated.
RemoteCommand TakeBack(const HostFacts& facts, const Lease& lease, absl::string_view run,
                       absl::Span<const UndoEntry> entries, bool follow_symlinks, absl::string_view mark);

/// Prints the list of `run`; status 4: there is none, for it was not laid out completely, and nothing was renamed.
RemoteCommand ReadUndoList(const Lease& lease, absl::string_view run);

/// Removes the folder of `run`.
RemoteCommand DropUndo(const Lease& lease, absl::string_view run);

}  // namespace sshsync

#endif  // SSHSYNC_STAGE_UNDO_H_
