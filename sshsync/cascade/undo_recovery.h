#ifndef SSHSYNC_CASCADE_UNDO_RECOVERY_H_
#define SSHSYNC_CASCADE_UNDO_RECOVERY_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/stage/lease.h"
#include "sshsync/stage/publishing.h"
#include "sshsync/stage/stage.h"
#include "sshsync/stage/undo.h"
#include "sshsync/text/escape.h"

namespace sshsync {

/// Mends a child on which a run was cut off while it published all files together: publishes the rest where every file
/// is either in place already or lies in the stage with the digest it was verified to have; else takes everything back.
/// Afterwards the child holds all of it, or nothing. Ownership: refers to its arguments. Threads: one. Errors: the
/// child is in between still, and nothing should be built on it.
template <Runner R, Clock C>
class UndoRecovery {
 public:
  UndoRecovery(RemoteRepository<R, C>& child, const Lease& lease) : child_(child), lease_(lease) {}

  /// `run`: whose list it is, from LeaseState.
  absl::Status Run(const std::string& run);

 private:
  absl::StatusOr<bool> CanGoOn(const std::vector<UndoEntry>& entries);

  RemoteRepository<R, C>& child_;
  const Lease& lease_;
};

// Implementation details follow.

template <Runner R, Clock C>
absl::Status UndoRecovery<R, C>::Run(const std::string& run) {
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult list, child_.AskLong(ReadUndoList(lease_, run)));
  const auto drop = [&]() -> absl::Status {
    const auto dropped = child_.Ask(DropUndo(lease_, run));
    return dropped.ok() && dropped->status == 71
               ? MakeError(Failure::kLocked, "the lease of the child was lost to another run")
               : dropped.status();
  };
  if (list.status != 0) return drop();
  const auto entries = ParseUndoList(list.out);
  if (!entries.ok()) return child_.Located(Annotate(entries.status(), absl::StrCat(".sshsync/undo/", run)));
  const bool follow = child_.config().follow_symlinks;
  SSHSYNC_ASSIGN_OR_RETURN(const bool can_go_on, CanGoOn(*entries));
  if (can_go_on) {
    std::vector<Publication> files;
    for (const UndoEntry& entry : *entries) files.push_back(entry.file);
    const std::string mark = RandomMark();
    SSHSYNC_ASSIGN_OR_RETURN(
        const RemoteResult result,
        child_.Ask(PublishTogether(child_.facts(), lease_, run, *entries, follow, child_.config().trash, mark)));
    SSHSYNC_ASSIGN_OR_RETURN(const auto published, ParsePublish(result, files, mark));
    if (std::all_of(published.begin(), published.end(),
                    [](const Published& one) { return one.result == PublishResult::kDone; })) {
      child_.Tell(LogLevel::kWarning, absl::StrCat("run ", run, " was cut off while it published ", files.size(),
                                                   " files together: the rest was published"));
      return drop();
    }
  }
  const std::string mark = RandomMark();
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result,
                           child_.Ask(TakeBack(child_.facts(), lease_, run, *entries, follow, mark)));
  SSHSYNC_ASSIGN_OR_RETURN(const auto back, ParseNumbered(result, entries->size(), mark));
  for (size_t i = 0; i < back.size(); ++i) {
    if (back[i].result == PublishResult::kDone) continue;
    return child_.Located(MakeError(
        Failure::kPermission,
        absl::StrCat("run ", run, " was cut off while it published; ", EscapeForTerminal((*entries)[i].file.file),
                     " cannot be taken back: ", CleanForTerminal(back[i].said))));
  }
  child_.Tell(LogLevel::kWarning,
              absl::StrCat("run ", run, " was cut off while it published ", entries->size(),
                           " files together, and what it had received is not whole: all of it was taken back"));
  return absl::OkStatus();
}

template <Runner R, Clock C>
absl::StatusOr<bool> UndoRecovery<R, C>::CanGoOn(const std::vector<UndoEntry>& entries) {
  std::vector<std::string> finals, staged;
  const std::string stage = StageFolder(child_.config().stage, child_.facts().root);
  for (const UndoEntry& entry : entries) {
    finals.push_back(entry.file.file);
    // A stage that was moved since is not looked for.
    if (!absl::StartsWith(entry.file.staged, stage + "/")) return false;
    staged.push_back(entry.file.staged.substr(stage.size() + 1));
  }
  SSHSYNC_ASSIGN_OR_RETURN(const auto there, child_.Stat(finals));
  SSHSYNC_ASSIGN_OR_RETURN(const auto waiting, child_.StatIn(stage, staged));
  const auto is = [](const absl::optional<RemoteStat>& found, const UndoEntry& entry) {
    return found && found->type == RemoteStat::Type::kFile && found->stat.inode == entry.file.verified.inode &&
           found->stat.size == entry.file.verified.size;
  };
  std::vector<DigestQuestion> questions;
  std::vector<Digest> wanted;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (is(waiting[i], entries[i])) {
      questions.push_back({staged[i], entries[i].file.verified.size});
      wanted.push_back(entries[i].digest);
    } else if (!is(there[i], entries[i])) {
      return false;
    }
  }
  if (questions.empty()) return true;
  const auto answers = child_.DigestBelow(stage, questions);
  if (!answers.ok()) return absl::IsUnavailable(answers.status()) ? absl::StatusOr<bool>(answers.status()) : false;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const auto& answer = (*answers)[i];
    if (!answer.ok() || answer->missing || answer->digest != wanted[i]) return false;
  }
  return true;
}

}  // namespace sshsync

#endif  // SSHSYNC_CASCADE_UNDO_RECOVERY_H_
