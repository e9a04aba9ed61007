#ifndef SSHSYNC_MODEL_PLAN_H_
#define SSHSYNC_MODEL_PLAN_H_

#include <string>
#include <vector>

#include "sshsync/model/manifest.h"

namespace sshsync {

enum class Action { kKeep, kCopy, kReplace, kDelete };

/// One line of a plan.
struct PlanItem {
  Action action = Action::kKeep;
  std::string path;
  FileEntry parent;  ///< as the parent holds it; unset for kDelete
  FileEntry child;   ///< as the child holds it; unset for kCopy
};

/// What a hop has to do, in the order of the paths. Kept files are counted in `items` too.
struct Plan {
  std::vector<PlanItem> items;
  int64_t bytes = 0;  ///< size of all files to copy and to replace
  size_t copies = 0, replaces = 0, deletes = 0, keeps = 0;
  size_t extra = 0;  ///< files of the child that its parent does not list
};

}  // namespace sshsync

#endif  // SSHSYNC_MODEL_PLAN_H_
