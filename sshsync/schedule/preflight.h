#ifndef SSHSYNC_SCHEDULE_PREFLIGHT_H_
#define SSHSYNC_SCHEDULE_PREFLIGHT_H_

#include <algorithm>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/schedule/file_states.h"

namespace sshsync {

/// Whether a hop may begin, by what is known of the child: its folder can be written. Files for which there is no room
/// however empty the stage is fail at once, and `failed` is called for each; the others go ahead, the smallest first,
/// and what does not fit beside them waits until they are published. Where all are held back until the last one has
/// arrived, they need room at the same time: `warn` is told if there seems to be less. (No more than that: files with
/// holes take less than their size.)
inline absl::Status Preflight(const HostFacts& child, FileStates& states,
                              absl::FunctionRef<void(const FileState&)> failed,
                              absl::FunctionRef<void(std::string)> warn) {
  if (!child.writable) return MakeError(Failure::kPermission, "Permission denied: the child's folder is not writable");
  if (child.free_bytes < 0) return absl::OkStatus();
  int64_t held = 0;
  for (size_t i = 0; i < states.items().size(); ++i) {
    const int64_t size = states.at(i).wanted.stat.size;
    held += std::max<int64_t>(size, 0);
    if (size <= child.free_bytes) continue;
    states.Refused(i, MakeError(Failure::kNoSpace, absl::StrCat("No space left on device: it needs ", size,
                                                                " bytes, there are ", child.free_bytes)));
    failed(states.at(i));
  }
  if (states.together() && held > child.free_bytes) {
    warn(absl::StrCat("all files are held back until the last one has arrived (publish = together): that takes up to ",
                      held, " bytes, there are ", child.free_bytes));
  }
  return absl::OkStatus();
}

}  // namespace sshsync

#endif  // SSHSYNC_SCHEDULE_PREFLIGHT_H_
