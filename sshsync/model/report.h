#ifndef SSHSYNC_MODEL_REPORT_H_
#define SSHSYNC_MODEL_REPORT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/base/status.h"

namespace sshsync {

/// What became of one file that was touched or that failed. Files that were equal are only counted.
struct FileOutcome {
  std::string path = {};    ///< raw bytes
  std::string action = {};  ///< copy, replace, delete, mode; for a failure what was to be done
  int64_t bytes = 0;
  std::string digest = {};
  Failure failure = Failure::kNone;
  std::string message = {};  ///< cause first; empty for success
  std::string command = {};  ///< of a failed remote command
  std::string output = {};   ///< what it printed, bounded
  int exit_status = 0;       ///< of that command
  int attempts = 0;          ///< tries of the transfer
};

/// What a run was asked to do.
enum class Verb { kSync, kPlan, kVerify, kRestore };

enum class Outcome { kEqual, kChanged, kFailed, kWaiting, kRefused, kLocked, kStopped, kPlanned, kDiffers, kRestored };

/// `equal`, `changed`, ...
absl::string_view OutcomeName(Outcome outcome);

/// What became of one repository of a run.
struct RepositoryReport {
  std::string name = {};
  std::string parent = {};
  std::string host = {};
  int step = 0;
  Outcome outcome = Outcome::kEqual;
  absl::Time started = absl::InfiniteFuture();
  absl::Time ended = absl::InfiniteFuture();
  int64_t kept = 0, copied = 0, replaced = 0, deleted = 0, failed = 0, extra = 0;
  int64_t excluded = 0;              ///< files of the parent that the filters leave out
  int64_t bytes = 0;                 ///< content published
  Failure failure = Failure::kNone;  ///< of the repository as a whole
  std::string message = {};
  std::string command = {}, output = {};
  std::vector<FileOutcome> files = {};
};

/// Writes into a report what a hop came to in all, by its status and by what the report counts: outcome, failure and
/// message. `refused`: its deletions were; `incomplete`: a listing was.
void Conclude(Verb verb, const absl::Status& status, bool refused, bool incomplete, RepositoryReport* report);

/// The result of one run: a plain value.
struct Report {
  std::string run = {};
  std::string verb = {};  ///< sync, plan, verify, restore
  std::vector<std::vector<std::string>> queue = {};
  absl::Time started = {}, ended = {};
  int signal = 0;                                   ///< that ended it
  std::vector<RepositoryReport> repositories = {};  ///< in the order of the queue

  bool ok() const { return exit_code() == 0; }
  /// By DESIGN's order of causes.
  int exit_code() const;
};

}  // namespace sshsync

#endif  // SSHSYNC_MODEL_REPORT_H_
