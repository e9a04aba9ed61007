#ifndef SSHSYNC_HOST_PROBE_SCRATCH_FOLDER_H_
#define SSHSYNC_HOST_PROBE_SCRATCH_FOLDER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sshsync {

/// A folder for trials on a host, `/tmp/.sshsync-MARK`, of mode 0700. Its name is random, so that nobody can have made
/// it before.
std::string ScratchFolder(absl::string_view mark);

/// Shell text that makes it, or ends the script with status 3; and that sees to its end: it goes when the script's
/// shell ends, also by the SIGTERM that a lost session's commands get. What a SIGKILL left there is removed a day
/// later, by whoever makes another one (what is ours alone: in /tmp anybody may make a folder of such a name, and have
/// us walk through it). First in a script; sets the traps of 0, 1, 2, 13, 15.
std::string MakeScratchFolder(absl::string_view folder);

}  // namespace sshsync

#endif  // SSHSYNC_HOST_PROBE_SCRATCH_FOLDER_H_
