#ifndef SSHSYNC_EXEC_PREFLIGHT_H_
#define SSHSYNC_EXEC_PREFLIGHT_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/exec/host_facts.h"
#include "sshsync/exec/work.h"

namespace sshsync {

/// Whether a hop may begin, by what is known of the child: its folder can be written. Files for which there is no room however empty the stage is fail
/// at once, and `failed` is called for each; the others go ahead, the smallest first, and what does not fit then fails when the disk is full.
inline absl::Status Preflight(const HostFacts& child, Work& work, absl::FunctionRef<void(const WorkItem&)> failed) {
  if (!child.writable) return MakeError(Failure::kPermission, "Permission denied: the child's folder is not writable");
  if (child.free_bytes < 0) return absl::OkStatus();
  for (size_t i = 0; i < work.items().size(); ++i) {
    const int64_t size = work.at(i).wanted.stat.size;
    if (size <= child.free_bytes) continue;
    work.Failed(i, MakeError(Failure::kNoSpace, absl::StrCat("No space left on device: it needs ", size, " bytes, there are ", child.free_bytes)), "", "", 0);
    failed(work.at(i));
  }
  return absl::OkStatus();
}

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_PREFLIGHT_H_
