#ifndef SSHSYNC_PLAN_DELETION_H_
#define SSHSYNC_PLAN_DELETION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sshsync/model/manifest.h"
#include "sshsync/model/plan.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// The files of a child that its parent does not have.
struct Extras {
  std::vector<const FileEntry*> files;  ///< in their order; point into the child's manifest
  int64_t selected = 0;                 ///< all files of the child that are selected: what a percentage is taken of
};

/// Finds them. `listed`: whether the parent lists the path, in whatever state it is; `selected`: whether the hop is
/// about it at all.
Extras FindExtras(const Manifest& child, absl::FunctionRef<bool(absl::string_view path)> listed,
                  absl::FunctionRef<bool(absl::string_view path)> selected);

/// OK, or why that many of `selected` files must not go (kSafety). A percentage is rounded up: 10% of 5 files is one
/// file.
absl::Status JudgeDeletions(int64_t deletions, int64_t selected, const DeleteLimit& limit);

/// Makes these extra files part of what is to be done.
void AddDeletions(const std::vector<const FileEntry*>& files, Plan* plan);

/// The paths that a plan deletes, in order.
std::vector<std::string> DeletedPaths(const Plan& plan);

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_DELETION_H_
