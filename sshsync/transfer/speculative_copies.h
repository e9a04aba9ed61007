#ifndef SSHSYNC_TRANSFER_SPECULATIVE_COPIES_H_
#define SSHSYNC_TRANSFER_SPECULATIVE_COPIES_H_

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sshsync/plan/diff.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/remote/survey.h"
#include "sshsync/schedule/file_states.h"
#include "sshsync/stage/stage.h"
#include "sshsync/text/shell_quote.h"
#include "sshsync/transfer/transfer_policy.h"

namespace sshsync {

/// Drafts: a child's big files that have LikelyChanged are copied into its stage before anybody knows what of them
/// differs, each into an attempt of its own, and the copies are digested in the place of the files. What of them is as
/// it is wanted is staged and verified by then, in one reading, while the parent is still digested; only the rest is to
/// be brought. Otherwise an old version would be read to compare it, read again to copy it, and its copy read back. A
/// draft is never needed: where one cannot be made, or there is little room, the file is digested and brought as all
/// others are. One that turns out to be as the parent's, or of which nothing is wanted, is taken away again. Its name
/// is used once, as an attempt's is, so it is tried once, and nothing is ever removed but by its name.
///
/// Ownership: refers to its arguments. Threads: one calls; one for each Begin, ended by End or the destructor.
///
///     drafts.Begin(theirs, listing, links);
///     auto ours = SurveyChild(child, listing, links, theirs, {}, drafts.paths());   // meanwhile
///     drafts.End(theirs, *ours);
///     drafts.GiveTo(work);
class Drafts {
 public:
  /// `on_host`: how many hops of the run have their child on that host, and may do the same.
  Drafts(RunContext& context, RemoteRepository& child, int on_host = 1)
      : context_(context), child_(child), on_host_(on_host) {}

  /// Chooses among what the parent (probably) holds, and begins with what is not `known` already. The child is leased
  /// and listed.
  void Begin(const RepositorySnapshot& parent, const RemoteListing& listing, const std::set<std::string>& links,
             const Manifest* known = nullptr);

  /// The files that were chosen.
  const std::set<std::string>& paths() const { return paths_; }

  /// Waits for all of them; their digests are what the child's files have. Those that have no draft after all are
  /// digested, and those that the parent turned out to have in another size than was expected. Errors: the child's.
  absl::Status End(const RepositorySnapshot& parent, RepositorySnapshot& child);

  /// To the files that will be moved; what is left is of no use, and taken away. `TakeBack`: what none of them went on
  /// with.
  void GiveTo(FileStates& states);
  void TakeBack(FileStates& states);

  /// Waits for all of them. Shell text that takes away what nobody has; empty for nothing.
  std::string DiscardText();

 private:
  struct Entry {
    std::string path, folder;
    int64_t size = 0;    // of the child's file
    int64_t wanted = 0;  // of the parent's
    absl::StatusOr<DigestResult> answer = MakeError(Failure::kCommandFailed, "not made");
    std::string staged() const { return absl::StrCat(folder, "/", path); }
  };

  void Make(std::vector<Entry*> entries);

  RunContext& context_;
  RemoteRepository& child_;
  const int on_host_;
  std::set<std::string> paths_;
  std::deque<Entry> entries_;
  int64_t bytes_ = 0;
  std::vector<std::jthread> threads_;  // Last, so that they end first.
};

}  // namespace sshsync

#endif  // SSHSYNC_TRANSFER_SPECULATIVE_COPIES_H_
