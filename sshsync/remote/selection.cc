#include "sshsync/remote/selection.h"

#include <algorithm>
#include <utility>

namespace sshsync {

absl::StatusOr<Selection> Selection::Make(const Repository& child, std::shared_ptr<const Contents> listed,
                                          absl::string_view now) {
  Selection selection;
  SSHSYNC_ASSIGN_OR_RETURN(selection.filter_, Filter::Parse(child.filter));
  const auto time = HostTime(now);
  if (child.settle > absl::ZeroDuration() && !time) {
    return MakeError(Failure::kCommandFailed, "the parent's host does not tell the time, which `settle` needs");
  }
  for (const FileEntry& file : listed->manifest.files) {
    if (!selection.Selects(file.path)) {
      ++selection.excluded_;
    } else if (time && !IsSettled(file.stat, *time, child.settle) && listed->MayArrive(file.path)) {
      selection.unsettled_.push_back(file.path);
    }
  }
  for (const auto* paths : {&listed->links, &listed->vanished, &listed->others})
    selection.others_.insert(paths->begin(), paths->end());
  selection.listed_ = std::move(listed);
  return selection;
}

std::shared_ptr<const Contents> Selection::Of(const std::shared_ptr<const Contents>& all) const {
  if (filter_.empty() && unsettled_.empty()) return all;
  auto part = std::make_shared<Contents>();
  part->incomplete = all->incomplete;
  part->empty_listing = all->empty_listing;
  part->deletions_refused = all->deletions_refused;
  for (const FileEntry& file : all->manifest.files) {
    if (Selects(file.path) && !std::binary_search(unsettled_.begin(), unsettled_.end(), file.path))
      part->manifest.files.push_back(file);
  }
  for (const auto& [path, outcome] : all->failed) {
    if (Selects(path) && !std::binary_search(unsettled_.begin(), unsettled_.end(), path))
      part->failed.emplace(path, outcome);
  }
  for (const std::string& path : all->links) {
    if (Selects(path)) part->links.push_back(path);
  }
  for (const auto& [path, target] : all->targets) {
    if (Selects(path)) part->targets.emplace(path, target);
  }
  return part;
}

bool Selection::ParentLists(absl::string_view path) const {
  return listed_->manifest.Find(path) != nullptr || !listed_->usable(path) || others_.contains(path);
}

}  // namespace sshsync
