#include "sshsync/cascade/deleter.h"

namespace sshsync {

absl::Status Deleter::Run(std::vector<FileOutcome>& outcomes) {
  const size_t group_size = child_.templates().has("deletecmd") ? 50 : 1000;
  for (size_t start = 0; start < outcomes.size(); start += group_size) {
    if (context_.drain.stopped()) return context_.drain.status();
    std::vector<FileOutcome*> group;
    for (size_t i = start; i < std::min(start + group_size, outcomes.size()); ++i) group.push_back(&outcomes[i]);
    SSHSYNC_RETURN_IF_ERROR(RunGroup(std::move(group)));
  }
  std::vector<std::string> gone;
  for (const FileOutcome& outcome : outcomes) {
    if (outcome.failure == Failure::kNone) gone.push_back(outcome.path);
  }
  if (!gone.empty()) {
    const auto pruned = child_.Ask(PruneFoldersCommand(child_.facts(), lease_, gone));
    if (!pruned.ok()) return pruned.status();
  }
  return absl::OkStatus();
}

absl::Status Deleter::RunGroup(std::vector<FileOutcome*> group) {
  const bool own = !child_.templates().has("deletecmd");
  std::vector<Removal> files;
  std::erase_if(group, [&](FileOutcome* outcome) {
    Removal file{.path = outcome->path, .command = ""};
    if (!own) {
      const auto bound = child_.templates().Delete(child_.facts().root, outcome->path);
      if (!bound.ok()) {
        outcome->failure = FailureOf(bound.status());
        outcome->message = std::string(bound.status().message());
        return true;
      }
      file.command = bound->script();
      outcome->command = bound->display();
    }
    files.push_back(std::move(file));
    return false;
  });
  if (files.empty()) return absl::OkStatus();
  const std::string mark = RandomMark();
  RemoteCommand command = DeleteCommand(child_.facts(), lease_, files, child_.config().trash, mark);
  command.timeout = child_.config().timeout;
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result, own ? child_.Ask(command) : child_.AskLong(command));
  const auto removed = ParseDelete(result, files.size(), mark);
  if (!removed.ok()) return child_.Located(removed.status());
  for (size_t i = 0; i < group.size(); ++i) {
    const std::string said = CleanForTerminal((*removed)[i].said);
    FileOutcome& outcome = *group[i];
    switch ((*removed)[i].result) {
      case PublishResult::kDone:
        outcome.command.clear();
        continue;
      case PublishResult::kLinkInPath:
        outcome.failure = Failure::kLinkInPath;
        break;
      case PublishResult::kObstructed:
        outcome.failure = Failure::kObstructed;
        break;
      default:
        outcome.failure = FailureFromWords(said, 1, own ? Failure::kPermission : Failure::kCommandFailed);
    }
    outcome.message = absl::StrCat("it cannot be deleted: ", said);
  }
  return absl::OkStatus();
}

}  // namespace sshsync
