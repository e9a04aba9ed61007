#include "sshsync/plan/deletion.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"

namespace sshsync {

Extras FindExtras(const Manifest& child, absl::FunctionRef<bool(absl::string_view path)> listed,
                  absl::FunctionRef<bool(absl::string_view path)> selected) {
  Extras extras;
  for (const FileEntry& file : child.files) {
    if (!selected(file.path)) continue;
    ++extras.selected;
    if (!listed(file.path)) extras.files.push_back(&file);
  }
  return extras;
}

absl::Status JudgeDeletions(int64_t deletions, int64_t selected, const DeleteLimit& limit) {
  const int64_t allowed = limit.percent ? (selected * limit.value + 99) / 100 : limit.value;
  if (deletions <= allowed) return absl::OkStatus();
  return MakeError(Failure::kSafety,
                   absl::StrCat(deletions, " of ", selected, " files would be deleted, max_delete allows ", allowed,
                                limit.percent ? absl::StrCat(" (", limit.value, "%)") : "", ": nothing is deleted"));
}

void AddDeletions(const std::vector<const FileEntry*>& files, Plan* plan) {
  for (const FileEntry* file : files)
    plan->items.push_back({.action = Action::kDelete, .parent = nullptr, .child = file});
  plan->deletes += static_cast<int64_t>(files.size());
  plan->extra -= static_cast<int64_t>(files.size());
  std::sort(plan->items.begin(), plan->items.end(),
            [](const PlanItem& a, const PlanItem& b) { return a.path() < b.path(); });
}

std::vector<std::string> DeletedPaths(const Plan& plan) {
  std::vector<std::string> paths;
  for (const PlanItem& item : plan.items) {
    if (item.action == Action::kDelete) paths.push_back(item.path());
  }
  return paths;
}

}  // namespace sshsync
