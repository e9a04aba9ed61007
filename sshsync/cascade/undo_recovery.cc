#include "sshsync/cascade/undo_recovery.h"

namespace sshsync {

absl::Status UndoRecovery::Run(const std::string& run) {
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
      child_.Emit(LogLevel::kWarning, absl::StrCat("run ", run, " was cut off while it published ", files.size(),
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
  child_.Emit(LogLevel::kWarning,
              absl::StrCat("run ", run, " was cut off while it published ", entries->size(),
                           " files together, and what it had received is not whole: all of it was taken back"));
  return absl::OkStatus();
}

absl::StatusOr<bool> UndoRecovery::CanGoOn(const std::vector<UndoEntry>& entries) {
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
  std::vector<DigestRequest> questions;
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
