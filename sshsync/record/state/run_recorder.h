#ifndef SSHSYNC_RECORD_STATE_RUN_RECORDER_H_
#define SSHSYNC_RECORD_STATE_RUN_RECORDER_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "sshsync/model/digest_store.h"
#include "sshsync/model/moved_block.h"
#include "sshsync/model/report.h"
#include "sshsync/record/run_record.h"
#include "sshsync/record/state/state.h"

namespace sshsync {

/// Writes one run into the state as it goes on, and never lets the record stand in the way of the work: where the state
/// cannot be opened, or a write fails, it says so once, and the rest of the run is not recorded. It also remembers for
/// the run what earlier ones have read.
///
/// Ownership: the state is open as long as the object. Threads: any.
///
///     auto recorder = RunRecorder::Begin(state_dir, {.report = report}, [](absl::string_view warning) { ... });
///     (*recorder)->EndRepository(repository_report);
///     (*recorder)->EndRun(report, report.exit_code(), 100);
class RunRecorder : public DigestStore {
 public:
  using Warn = std::function<void(absl::string_view)>;

  /// Error: kState, a newer version's state, which no run may begin beside.
  static absl::StatusOr<std::unique_ptr<RunRecorder>> Begin(const std::string& state_dir, const RunRecord& record,
                                                            Warn warn);

  void EndRepository(const RepositoryReport& report, const std::vector<MovedBlock>& blocks = {});
  /// What is carried by repositories that have not ended.
  void KeepBlocks(const std::vector<MovedBlock>& blocks);
  void EndRun(const Report& report, int exit_code, int keep_runs);

  void Load(const DigestCacheKey& way, absl::FunctionRef<void(StoredDigest)> take) override;
  void Store(const DigestCacheKey& way, const NewDigests& digests) override;

  /// What is known of each repository; nothing where there is no state.
  std::map<std::string, RepositoryRecord> Repositories();

 private:
  RunRecorder(std::string run, Warn warn) : run_(std::move(run)), warn_(std::move(warn)) {}
  void Lose(const absl::Status& why);  // with mu_ held

  // Constant after construction.
  const std::string run_;
  const Warn warn_;
  // Protected by mu_.
  std::mutex mu_;
  absl::optional<State> state_;
};

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_STATE_RUN_RECORDER_H_
