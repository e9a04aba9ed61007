#ifndef SSHSYNC_EXEC_PUBLISHER_H_
#define SSHSYNC_EXEC_PUBLISHER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/exec/lease.h"
#include "sshsync/exec/remote_repository.h"
#include "sshsync/exec/stage.h"
#include "sshsync/exec/work_board.h"
#include "sshsync/text/escape.h"

namespace sshsync {

/// Publishes what was verified, in groups as they come: a group costs a round trip to the parent, whose sizes and times are read again and
/// must be those of the digests, and one to the child, where a command of its own does the renames. `in_place`: there is no stage, the files are
/// where they belong, and only the first half is done.
/// Ownership: refers to everything. Threads: one calls Run, which returns when the board has ended.
template <Runner R, Clock C>
class Publisher {
 public:
  Publisher(RunContext<R, C>& context, RemoteRepository<R, C>& parent, RemoteRepository<R, C>& child, const Lease& lease, WorkBoard& board)
      : context_(context), parent_(parent), child_(child), lease_(lease), board_(board) {}

  void Run() {
    constexpr size_t kGroup = 4000;  // names in a round trip; what one command takes about half a second for
    for (std::vector<Publication> group = board_.TakeVerified(kGroup); !group.empty(); group = board_.TakeVerified(kGroup)) {
      if (board_.fatal().ok() && !context_.stop.stopped()) PublishGroup(std::move(group));
    }
  }

 private:
  void PublishGroup(std::vector<Publication> group);
  void Take(const Publication& file, const Published& published);

  RunContext<R, C>& context_;
  RemoteRepository<R, C>& parent_;
  RemoteRepository<R, C>& child_;
  const Lease& lease_;
  WorkBoard& board_;
};

// Implementation details follow.

template <Runner R, Clock C>
void Publisher<R, C>::PublishGroup(std::vector<Publication> group) {
  std::vector<std::string> names;
  for (const Publication& file : group) names.push_back(file.file);
  const auto stats = parent_.Stat(names);
  if (!stats.ok()) return board_.SetFatal(stats.status());
  std::vector<Publication> unchanged;
  for (size_t i = 0; i < group.size(); ++i) {
    if ((*stats)[i] && (*stats)[i]->stat.SameVersion(group[i].parent)) {
      unchanged.push_back(std::move(group[i]));
    } else {
      board_.SourceChanged(group[i].index);
    }
  }
  if (unchanged.empty()) return;
  if (child_.config().stage == "no") {
    for (const Publication& file : unchanged) board_.Published(file.index);
    return;
  }
  const std::string mark = RandomMark();
  const auto result = child_.Ask(PublishCommand(child_.facts(), lease_, unchanged, child_.config().follow_symlinks, child_.config().trash, mark));
  const auto published = result.ok() ? ParsePublish(*result, unchanged, mark) : result.status();
  if (!published.ok()) return board_.SetFatal(child_.Located(published.status()));
  for (size_t i = 0; i < unchanged.size(); ++i) Take(unchanged[i], (*published)[i]);
}

template <Runner R, Clock C>
void Publisher<R, C>::Take(const Publication& file, const Published& published) {
  const std::string said = CleanForTerminal(published.said);
  switch (published.result) {
    case PublishResult::kDone: return board_.Published(file.index);
    case PublishResult::kLinkInPath: return board_.Fail(file.index, MakeError(Failure::kLinkInPath, said));
    case PublishResult::kObstructed: return board_.Fail(file.index, MakeError(Failure::kObstructed, said));
    case PublishResult::kChanged: return board_.SourceChanged(file.index);
    case PublishResult::kHardLink: return board_.Fail(file.index, MakeError(Failure::kCommandFailed, said));
    case PublishResult::kFailed: break;
  }
  const Failure failure = FailureFromWords(said, 1, Failure::kPermission);
  board_.Fail(file.index, MakeError(failure, absl::StrCat("publishing failed: ", said)));
  if (failure == Failure::kReadOnly) board_.SetFatal(child_.Located(MakeError(failure, said)));
}

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_PUBLISHER_H_
