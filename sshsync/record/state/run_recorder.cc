#include "sshsync/record/state/run_recorder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"

namespace sshsync {

absl::StatusOr<std::unique_ptr<RunRecorder>> RunRecorder::Begin(const std::string& state_dir, const RunRecord& record,
                                                                Warn warn) {
  std::unique_ptr<RunRecorder> recorder(new RunRecorder(record.report.run, std::move(warn)));
  auto state = State::OpenForWriting(state_dir, record.report.started);
  if (FailureOf(state.status()) == Failure::kState) return state.status();
  const std::lock_guard lock(recorder->mu_);
  if (!state.ok()) {
    recorder->Lose(state.status());
    return recorder;
  }
  if (!state->warning().empty()) recorder->warn_(state->warning());
  recorder->state_.emplace(*std::move(state));
  if (const absl::Status begun = recorder->state_->BeginRun(record); !begun.ok()) recorder->Lose(begun);
  return recorder;
}

void RunRecorder::EndRepository(const RepositoryReport& report, const std::vector<MovedBlock>& blocks) {
  const std::lock_guard lock(mu_);
  if (!state_) return;
  if (const absl::Status ended = state_->EndRepository(run_, report, blocks); !ended.ok()) Lose(ended);
}

void RunRecorder::KeepBlocks(const std::vector<MovedBlock>& blocks) {
  const std::lock_guard lock(mu_);
  if (!state_ || blocks.empty()) return;
  if (const absl::Status kept = state_->KeepBlocks(run_, blocks); !kept.ok()) Lose(kept);
}

void RunRecorder::EndRun(const Report& report, int exit_code, int keep_runs) {
  const std::lock_guard lock(mu_);
  if (!state_) return;
  if (const absl::Status ended = state_->EndRun(report, exit_code, keep_runs); !ended.ok()) Lose(ended);
}

void RunRecorder::Load(const DigestCacheKey& way, absl::FunctionRef<void(StoredDigest)> take) {
  const std::lock_guard lock(mu_);
  if (!state_) return;
  if (const absl::Status recalled = state_->Load(way, take); !recalled.ok()) Lose(recalled);
}

void RunRecorder::Store(const DigestCacheKey& way, const NewDigests& digests) {
  const std::lock_guard lock(mu_);
  if (!state_) return;
  if (const absl::Status remembered = state_->Store(way, digests); !remembered.ok()) Lose(remembered);
}

std::map<std::string, RepositoryRecord> RunRecorder::Repositories() {
  const std::lock_guard lock(mu_);
  if (!state_) return {};
  auto records = state_->Repositories();
  return records.ok() ? *std::move(records) : std::map<std::string, RepositoryRecord>();
}

void RunRecorder::Lose(const absl::Status& why) {
  state_.reset();
  warn_(absl::StrCat("this run is not recorded, and sshsync resume will not know of it: ", why.message()));
}

}  // namespace sshsync
