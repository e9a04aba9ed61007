#include "sshsync/plan/diff.h"

#include <algorithm>

namespace sshsync {

Plan Diff(const Manifest& parent, const Manifest& child, absl::FunctionRef<bool(absl::string_view path)> excluded) {
  Plan plan;
  auto theirs = child.files.begin();
  const auto end = child.files.end();
  for (const FileEntry& file : parent.files) {
    for (; theirs != end && theirs->path < file.path; ++theirs) ++plan.extra;
    const FileEntry* const twin = theirs != end && theirs->path == file.path ? &*theirs++ : nullptr;
    if (excluded(file.path)) continue;
    if (twin == nullptr) {
      plan.items.push_back({Action::kCopy, &file, nullptr});
      ++plan.copies;
    } else if (twin->digest.empty() || twin->digest != file.digest) {
      plan.items.push_back({Action::kReplace, &file, twin});
      ++plan.replaces;
    } else {
      ++plan.keeps;
      continue;
    }
    plan.bytes += std::max<int64_t>(file.stat.size, 0);
  }
  plan.extra += end - theirs;
  return plan;
}

Manifest AfterPlan(Manifest child, const Plan& plan) {
  std::vector<FileEntry>& files = child.files;
  std::vector<const FileEntry*> copies;
  bool deletes = false;
  auto at = files.begin();
  for (const PlanItem& item : plan.items) {
    if (item.action == Action::kCopy) {
      copies.push_back(item.parent);
      continue;
    }
    at = std::lower_bound(at, files.end(), item.path(), ByPath());
    if (item.action == Action::kReplace) {
      *at++ = *item.parent;
    } else {
      at++->path.clear();  // no file has that path: it is taken out below
      deletes = true;
    }
  }
  if (deletes) std::erase_if(files, [](const FileEntry& file) { return file.path.empty(); });
  const auto kept = static_cast<ptrdiff_t>(files.size());
  files.reserve(files.size() + copies.size());
  for (const FileEntry* const file : copies) files.push_back(*file);
  std::inplace_merge(files.begin(), files.begin() + kept, files.end(), ByPath());
  return child;
}

bool LikelyChanged(const FileStat& parent, const FileStat& child) {
  if (parent.size != child.size) return true;
  const int64_t coarser = std::max(parent.unit(), child.unit());
  return child.mtime >= 0 && parent.mtime / coarser > child.mtime / coarser;
}

}  // namespace sshsync
