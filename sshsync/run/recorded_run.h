#ifndef SSHSYNC_RUN_RECORDED_RUN_H_
#define SSHSYNC_RUN_RECORDED_RUN_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "sshsync/model/repository.h"
#include "sshsync/record/lock.h"
#include "sshsync/record/state/run_recorder.h"
#include "sshsync/record/state_paths.h"
#include "sshsync/sync.h"

namespace sshsync {

/// What a run that writes has around its hops: the locks that keep a second one out, the record of what became of it,
/// and at its end the metrics and the operator's hooks. Plans and comparisons have none of it. Ownership: the locks are
/// held from Begin to End. Threads: EndRepository may come from any; the others from one.
class RecordedRun {
 public:
  using LogMessage = std::function<void(LogLevel, absl::string_view)>;

  /// Errors: kLocked and the others of RunLock, kState.
  static absl::StatusOr<std::unique_ptr<RecordedRun>> Begin(const Configuration& configuration,
                                                            const SyncOptions& options, const Report& report,
                                                            const StopToken& stop, LogMessage log);

  /// Which lock on the controller keeps other runs out (RunLock::identity).
  std::string lock_identity() const { return lock_->identity(); }

  void EndRepository(const RepositoryReport& report, const std::vector<MovedBlock>& blocks) {
    recorder_->EndRepository(report, blocks);
  }

  /// The record of the run, and what it remembers: safe for any thread.
  RunRecorder& recorder() { return *recorder_; }

  /// Records the end, gives the locks back, writes the metrics file and runs the hooks. A hook has a minute; after a
  /// signal, two seconds.
  void End(const Report& report);

 private:
  RecordedRun(const Settings& settings, StatePaths paths, LogMessage log)
      : settings_(settings), paths_(std::move(paths)), log_(std::move(log)) {}
  void RunHooks(const Report& report, int exit_code);

  // Constant after construction.
  const Settings settings_;
  const StatePaths paths_;
  const LogMessage log_;

  absl::optional<RunLock> lock_;
  std::unique_ptr<RunRecorder> recorder_;  // safe for any thread
};

/// What a run came to, in one line for a subject or a message: `3 of 4 repositories equal their parents, 12 files
/// changed; appnode1 failed: Permission denied (publickey)`.
std::string SummaryOf(const Report& report);

}  // namespace sshsync

#endif  // SSHSYNC_RUN_RECORDED_RUN_H_
