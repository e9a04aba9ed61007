#ifndef SSHSYNC_CASCADE_DELETER_H_
#define SSHSYNC_CASCADE_DELETER_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sshsync/model/report.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/stage/removal.h"
#include "sshsync/text/escape.h"

namespace sshsync {

/// Carries out the deletions of one hop's plan: with the operator's deletecmd, one session for all files, or with rm,
/// many files a process; then removes the folders that became empty by it. What is deleted was judged before.
/// Ownership: refers to its arguments. Threads: one.
template <Runner R, Clock C>
class Deleter {
 public:
  Deleter(RunContext<R, C>& context, RemoteRepository<R, C>& child, const Lease& lease)
      : context_(context), child_(child), lease_(lease) {}

  /// Deletes the files that `outcomes` name, sorted by path, and says there what became of each. Errors: of the child
  /// as a whole.
  absl::Status Run(std::vector<FileOutcome>& outcomes);

 private:
  absl::Status RunGroup(std::vector<FileOutcome*> group);

  RunContext<R, C>& context_;
  RemoteRepository<R, C>& child_;
  const Lease& lease_;
};

// Implementation details follow.

template <Runner R, Clock C>
absl::Status Deleter<R, C>::Run(std::vector<FileOutcome>& outcomes) {
  const size_t group_size = child_.templates().has("deletecmd") ? 50 : 1000;
  for (size_t start = 0; start < outcomes.size(); start += group_size) {
    if (context_.closing.stopped()) return context_.closing.status();
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

template <Runner R, Clock C>
absl::Status Deleter<R, C>::RunGroup(std::vector<FileOutcome*> group) {
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

#endif  // SSHSYNC_CASCADE_DELETER_H_
