#ifndef SSHSYNC_CASCADE_RESTORER_H_
#define SSHSYNC_CASCADE_RESTORER_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sshsync/cascade/lease_guard.h"
#include "sshsync/cascade/repository_reporter.h"
#include "sshsync/model/plan.h"
#include "sshsync/model/report.h"
#include "sshsync/stage/publishing.h"
#include "sshsync/stage/trash.h"
#include "sshsync/stage/trash_copy.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {

/// Brings back what a run replaced and deleted, from the trash of one child: copied into the stage, compared, published
/// like everything else. What the run added stays, the trash stays as it is, and what a restored file replaces is kept
/// in the trash of this run, where the child has one. Ownership: refers to its arguments. Threads: one calls Run, once;
/// the lease has its own.
class Restorer {
 public:
  Restorer(RunContext& context, RemoteRepository& child, RepositoryReport& report)
      : context_(context), child_(child), report_(report), reporter_(context, report), held_(context, child) {}

  /// `run`: the id of the run, or how it begins. What becomes of it is in the report: outcome kRestored, or why not.
  void Run(absl::string_view run) {
    report_.started = context_.clock.Now();
    const absl::Status status = RestoreFiles(run);
    held_.Release(/*keep_stage=*/true, attempt_.empty() ? "" : absl::StrCat("rm -rf ", ShellLiteral(attempt_), "\n"));
    report_.outcome = status.ok() && report_.failed == 0 ? Outcome::kRestored
                      : absl::IsCancelled(status)        ? Outcome::kStopped
                                                         : Outcome::kFailed;
    if (!status.ok()) {
      report_.failure = FailureOf(status);
      report_.message = std::string(status.message());
      if (report_.failure == Failure::kLocked) report_.outcome = Outcome::kLocked;
    }
    report_.ended = context_.clock.Now();
  }

 private:
  absl::Status RestoreFiles(absl::string_view run);
  absl::StatusOr<std::string> FindRun(absl::string_view run);
  absl::StatusOr<std::vector<std::string>> ListTrash(const std::string& run);
  absl::Status RestoreGroup(const std::string& run, absl::Span<const std::string> files);
  absl::Status Publish(absl::Span<const std::string> files, const std::vector<bool>& present);
  void Fail(FileOutcome outcome, Failure failure, absl::string_view said);

  RunContext& context_;
  RemoteRepository& child_;
  RepositoryReport& report_;
  RepositoryReporter reporter_;
  LeaseGuard held_;
  std::string attempt_;
};

/// Restores one repository after the other; `reports`: of those that are wanted.
std::vector<RepositoryReport> RestoreAll(RunContext& context, const Configuration& configuration, absl::string_view run,
                                         std::vector<RepositoryReport> reports);

}  // namespace sshsync

#endif  // SSHSYNC_CASCADE_RESTORER_H_
