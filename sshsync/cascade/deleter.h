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
class Deleter {
 public:
  Deleter(RunContext& context, RemoteRepository& child, const Lease& lease)
      : context_(context), child_(child), lease_(lease) {}

  /// Deletes the files that `outcomes` name, sorted by path, and says there what became of each. Errors: of the child
  /// as a whole.
  absl::Status Run(std::vector<FileOutcome>& outcomes);

 private:
  absl::Status RunGroup(std::vector<FileOutcome*> group);

  RunContext& context_;
  RemoteRepository& child_;
  const Lease& lease_;
};

}  // namespace sshsync

#endif  // SSHSYNC_CASCADE_DELETER_H_
