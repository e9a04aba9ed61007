#ifndef SSHSYNC_MODEL_PLAN_H_
#define SSHSYNC_MODEL_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/strings/string_view.h"
#include "sshsync/model/manifest.h"

namespace sshsync {

enum class Action : uint8_t { kKeep, kCopy, kReplace, kDelete };

/// `keep`, `copy`, `replace`, `delete`.
inline absl::string_view ActionName(Action action) {
  constexpr absl::string_view kNames[] = {"keep", "copy", "replace", "delete"};
  return kNames[static_cast<int>(action)];
}

/// One file that a hop has to do something about. Points into the manifests the plan was made from.
struct PlanItem {
  Action action = Action::kCopy;
  const FileEntry* parent = nullptr;  ///< nullptr for kDelete
  const FileEntry* child = nullptr;   ///< nullptr for kCopy

  const std::string& path() const { return parent != nullptr ? parent->path : child->path; }
};

/// What a hop has to do, in the order of the paths; files to keep are only counted.
struct Plan {
  std::vector<PlanItem> items;
  int64_t bytes = 0;  ///< size of all files to copy and to replace
  int64_t keeps = 0, copies = 0, replaces = 0, deletes = 0;
  int64_t extra = 0;  ///< files of the child that its parent does not list
};

}  // namespace sshsync

#endif  // SSHSYNC_MODEL_PLAN_H_
