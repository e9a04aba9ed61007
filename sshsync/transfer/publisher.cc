#include "sshsync/transfer/publisher.h"

namespace sshsync {

// Those whose source is still what was verified.
absl::StatusOr<std::vector<Publication>> Publisher::Unchanged(std::vector<Publication> group) {
  std::vector<std::string> names;
  for (const Publication& file : group) names.push_back(file.file);
  SSHSYNC_ASSIGN_OR_RETURN(const auto stats, parent_.Stat(names));
  std::vector<Publication> unchanged;
  for (size_t i = 0; i < group.size(); ++i) {
    if (stats[i] && stats[i]->stat.SameVersion(group[i].parent)) {
      unchanged.push_back(std::move(group[i]));
    } else {
      queue_.SourceChanged(group[i].index);
    }
  }
  return unchanged;
}

void Publisher::PublishGroup(std::vector<Publication> group) {
  const auto unchanged = Unchanged(std::move(group));
  if (!unchanged.ok()) return queue_.SetFatal(unchanged.status());
  if (unchanged->empty()) return;
  if (child_.config().in_place()) {
    const TaskQueue::NotificationBatch batch(queue_);
    for (const Publication& file : *unchanged) queue_.Published(file.index, file.verified);
    return;
  }
  const std::string mark = RandomMark();
  const auto result = child_.Ask(
      PublishCommand(child_.facts(), lease_, *unchanged, child_.config().follow_symlinks, child_.config().trash, mark));
  const auto published = result.ok() ? ParsePublish(*result, *unchanged, mark) : result.status();
  if (!published.ok()) return queue_.SetFatal(child_.Located(published.status()));
  const auto seen = Seen(*unchanged);
  if (!seen.ok()) return queue_.SetFatal(seen.status());
  const TaskQueue::NotificationBatch batch(queue_);
  for (size_t i = 0; i < unchanged->size(); ++i) Take((*unchanged)[i], (*published)[i], (*seen)[i]);
}

// The child's own sizes and times of what it has now: its children compare with them before they publish.
absl::StatusOr<std::vector<FileStat>> Publisher::Seen(const std::vector<Publication>& files) {
  std::vector<FileStat> seen;
  seen.reserve(files.size());
  if (!seen_) {
    for (const Publication& file : files) seen.push_back(file.verified);
    return seen;
  }
  std::vector<std::string> names;
  for (const Publication& file : files) names.push_back(file.file);
  SSHSYNC_ASSIGN_OR_RETURN(const auto stats, child_.Stat(names));
  for (size_t i = 0; i < files.size(); ++i) {
    seen.push_back(stats[i] ? stats[i]->stat : files[i].verified);
    // What somebody else has put there since is not what was verified: nothing is to be remembered of it.
    if (seen.back().inode != files[i].verified.inode || seen.back().size != files[i].verified.size)
      seen.back().ctime = -1;
  }
  return seen;
}

void Publisher::PublishAll(std::vector<Publication> group) {
  const size_t count = group.size();
  auto unchanged = Unchanged(std::move(group));
  if (!unchanged.ok()) return queue_.SetFatal(unchanged.status());
  if (unchanged->size() < count) return queue_.PutBack(*std::move(unchanged));
  const std::vector<Publication> files = *std::move(unchanged);
  std::vector<UndoEntry> entries;
  for (const Publication& file : files)
    entries.push_back({.file = file, .digest = queue_.item(file.index).wanted.digest});
  const auto ready = Prepare(entries);
  if (!ready.ok()) return queue_.SetFatal(child_.Located(ready.status()));
  const auto done = [](const Published& one) { return one.result == PublishResult::kDone; };
  if (!std::all_of(ready->begin(), ready->end(), done)) {
    std::vector<Publication> fit;
    for (size_t i = 0; i < count; ++i) {
      if (done((*ready)[i])) {
        fit.push_back(files[i]);
      } else {
        Take(files[i], (*ready)[i], files[i].verified);
      }
    }
    return queue_.PutBack(std::move(fit));
  }
  const std::string mark = RandomMark();
  const auto result = child_.Ask(PublishTogether(child_.facts(), lease_, lease_.run, entries,
                                                 child_.config().follow_symlinks, child_.config().trash, mark));
  const auto published = result.ok() ? ParsePublish(*result, files, mark) : result.status();
  // Nobody knows how far it came: the next run mends that.
  if (!published.ok()) return queue_.SetFatal(child_.Located(published.status()));
  if (!std::all_of(published->begin(), published->end(), done)) return TakeAllBack(entries, *published);
  const auto dropped = child_.Ask(DropUndo(lease_, lease_.run));
  if (!dropped.ok() || dropped->status != 0)
    child_.Emit(LogLevel::kWarning,
                "the list of what was published together could not be removed; the next run does it");
  const auto seen = Seen(files);
  if (!seen.ok()) return queue_.SetFatal(seen.status());
  const TaskQueue::NotificationBatch batch(queue_);
  for (size_t i = 0; i < files.size(); ++i) queue_.Published(files[i].index, (*seen)[i]);
}

absl::StatusOr<std::vector<Published>> Publisher::Prepare(const std::vector<UndoEntry>& entries) {
  std::vector<Publication> files;
  for (const UndoEntry& entry : entries) files.push_back(entry.file);
  const std::string mark = RandomMark();
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result, child_.Ask(PrepareUndo(child_.facts(), lease_, entries,
                                                                             child_.config().follow_symlinks, mark)));
  SSHSYNC_ASSIGN_OR_RETURN(auto ready, ParsePublish(result, files, mark));
  const bool all =
      std::all_of(ready.begin(), ready.end(), [](const Published& one) { return one.result == PublishResult::kDone; });
  if (!all || result.status == 0) return ready;
  const std::string said = CleanForTerminal(result.err);
  return MakeError(FailureFromWords(said, result.status, Failure::kPermission),
                   absl::StrCat("the old files cannot be kept, so nothing is published: ", said));
}

// What could not be renamed fails for its own reason, the others for that.
void Publisher::TakeAllBack(const std::vector<UndoEntry>& entries, const std::vector<Published>& published) {
  const std::string mark = RandomMark();
  const auto result =
      child_.Ask(TakeBack(child_.facts(), lease_, lease_.run, entries, child_.config().follow_symlinks, mark));
  const auto back = result.ok() ? ParseNumbered(*result, entries.size(), mark) : result.status();
  if (!back.ok()) return queue_.SetFatal(child_.Located(back.status()));
  for (size_t i = 0; i < entries.size(); ++i) {
    if ((*back)[i].result != PublishResult::kDone) {
      queue_.Fail(entries[i].file.index,
                  MakeError(Failure::kPermission, absl::StrCat("it was published, and cannot be taken back: ",
                                                               CleanForTerminal((*back)[i].said))));
    } else if (published[i].result == PublishResult::kDone) {
      queue_.Fail(
          entries[i].file.index,
          MakeError(Failure::kWaiting, "taken back, for another file could not be published (publish = together)"));
    } else {
      Take(entries[i].file, published[i], entries[i].file.verified);
    }
  }
}

void Publisher::Take(const Publication& file, const Published& published, const FileStat& stat) {
  const std::string said = CleanForTerminal(published.said);
  switch (published.result) {
    case PublishResult::kDone:
      return queue_.Published(file.index, stat);
    case PublishResult::kLinkInPath:
      return queue_.Fail(file.index, MakeError(Failure::kLinkInPath, said));
    case PublishResult::kObstructed:
      return queue_.Fail(file.index, MakeError(Failure::kObstructed, said));
    case PublishResult::kChanged:
      return queue_.SourceChanged(file.index);
    case PublishResult::kHardLink:
      return queue_.Fail(file.index, MakeError(Failure::kCommandFailed, said));
    case PublishResult::kFailed:
      break;
  }
  const Failure failure = FailureFromWords(said, 1, Failure::kPermission);
  queue_.Fail(file.index, MakeError(failure, absl::StrCat("publishing failed: ", said)));
  if (failure == Failure::kReadOnly) queue_.SetFatal(child_.Located(MakeError(failure, said)));
}

}  // namespace sshsync
