#include "sshsync/remote/selection.h"

#include <algorithm>
#include <utility>

namespace sshsync {

absl::StatusOr<Selection> Selection::Make(const Repository& child, std::shared_ptr<const RepositorySnapshot> listed,
                                          absl::string_view now) {
  Selection selection;
  SSHSYNC_ASSIGN_OR_RETURN(selection.filter_, Filter::Parse(child.filter));
  const auto time = HostTime(now);
  if (child.settle > absl::ZeroDuration() && !time) {
    return MakeError(Failure::kCommandFailed, "the parent's host does not tell the time, which `settle` needs");
  }
  Filter::Folders folders;
  for (const FileEntry& file : listed->manifest.files) {
    if (!selection.Selects(file.path, &folders)) {
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

std::shared_ptr<const RepositorySnapshot> Selection::Of(const std::shared_ptr<const RepositorySnapshot>& all) const {
  if (filter_.empty() && unsettled_.empty()) return all;
  auto part = std::make_shared<RepositorySnapshot>();
  part->incomplete = all->incomplete;
  part->empty_listing = all->empty_listing;
  part->deletions_refused = all->deletions_refused;
  Filter::Folders folders;
  for (const FileEntry& file : all->manifest.files) {
    if (Selects(file.path, &folders) && !std::binary_search(unsettled_.begin(), unsettled_.end(), file.path))
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

absl::StatusOr<RepositorySnapshot> RecheckSource(RemoteRepository& parent, const std::vector<std::string>& paths,
                                                 absl::Duration settle) {
  // The clock is read first: what is modified from then on is not settled.
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult shown, parent.Ask({.script = std::string(kHostTimeText)}));
  const auto now = HostTime(shown.out);
  if (!now)
    return parent.Located(MakeError(Failure::kCommandFailed, "the host does not tell the time, which `settle` needs"));
  SSHSYNC_ASSIGN_OR_RETURN(const auto stats, parent.Stat(paths));
  RepositorySnapshot contents;
  std::vector<DigestRequest> questions;
  for (size_t i = 0; i < paths.size(); ++i) {
    if (!stats[i]) {
      contents.vanished.push_back(paths[i]);
    } else if (stats[i]->type != RemoteStat::Type::kFile) {
      contents.failed[paths[i]] =
          FailedPath(paths[i], Failure::kSourceChanged, "source changed: it is no regular file any more");
    } else if (!IsSettled(stats[i]->stat, *now, settle)) {
      contents.failed[paths[i]] = FailedPath(
          paths[i], Failure::kSourceChanged,
          absl::StrCat("source still arriving: it was modified within the last ", absl::FormatDuration(settle)));
    } else {
      contents.manifest.files.push_back({paths[i], stats[i]->stat, {}});
      questions.push_back({paths[i], stats[i]->stat.size});
    }
  }
  SSHSYNC_ASSIGN_OR_RETURN(const auto answers, parent.Digest(questions));
  TakeDigests(questions, answers, &contents);
  contents.Remove(contents.vanished);
  for (const std::string& path : contents.vanished) {
    parent.Emit(LogLevel::kWarning, "the file went away while it was arriving; it is left as it is on the children",
                path);
  }
  return contents;
}

}  // namespace sshsync
