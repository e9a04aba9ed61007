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

Manifest AfterPlan(const Manifest& child, const Plan& plan) {
  Manifest after;
  after.files.reserve(child.files.size() + static_cast<size_t>(plan.copies));
  auto item = plan.items.begin();
  for (const FileEntry& file : child.files) {
    for (; item != plan.items.end() && item->path() < file.path; ++item) after.files.push_back(*item->parent);
    if (item == plan.items.end() || item->path() != file.path) {
      after.files.push_back(file);
      continue;
    }
    if (item->action == Action::kReplace) after.files.push_back(*item->parent);
    ++item;
  }
  for (; item != plan.items.end(); ++item) after.files.push_back(*item->parent);
  return after;
}

}  // namespace sshsync
