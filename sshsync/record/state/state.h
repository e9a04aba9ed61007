#ifndef SSHSYNC_RECORD_STATE_STATE_H_
#define SSHSYNC_RECORD_STATE_STATE_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/model/digest_store.h"
#include "sshsync/model/moved_block.h"
#include "sshsync/model/report.h"
#include "sshsync/record/run_record.h"

namespace SQLite {
class Database;
}

namespace sshsync {

/// The record of all runs: one SQLite database, `state.db`, in the state directory. It is a record and a shortcut,
/// never the truth: what it says is shown to people and decides what `resume` repeats; whether files are equal is asked
/// of the hosts, but for what the key `recheck` lets stand for a while. So nothing here may keep a run from its work: a
/// file that is damaged is set aside as `state.db.corrupt-TIME` and begun anew, and where none can be written the
/// caller goes on without. Only a schema that a newer version wrote is an error, for two versions would take turns in
/// losing it.
///
/// One transaction for the begin of a run, one for the end of each repository, one for the end of the run, and now and
/// then one for what its streams carried: a run that is killed is found afterwards as one that did not end. (A row for
/// each file as it happens was rejected: a write that reaches the disk costs as much as the transfer of a small file.)
/// The journal is truncated, not deleted, and every commit reaches the disk. Files have mode 0600.
///
/// Ownership: the database is closed with the object. Threads: one at a time. One writer: who opens for writing holds
/// the RunLock. Times are kept in milliseconds; texts of failures are cut after some KiB.
///
///     auto state = State::OpenForWriting(dir, now);
///     state->BeginRun({.report = {.run = "20260101-000000-abcd", .verb = "sync", .queue = {{"repoproxy"}}, .started =
///     now}}); state->LastUnfinished()->value().report.run == "20260101-000000-abcd";
class State {
 public:
  /// The version of the schema, SQLite's user_version.
  static constexpr int kSchema = 3;

  /// Errors: kState for a newer schema; kPermission, kReadOnly, kNoSpace, kObstructed where nothing can be written.
  static absl::StatusOr<State> OpenForWriting(const std::string& dir, absl::Time now);

  /// Changes nothing, but for what a killed writer left half done. Errors: kUsage where there is no record; kState for
  /// one that is damaged or of a newer schema; kPermission.
  static absl::StatusOr<State> OpenForReading(const std::string& dir);

  State(State&& other) noexcept;
  State& operator=(State&& other) noexcept;
  ~State();

  /// That a damaged file was set aside, for people; empty otherwise.
  const std::string& warning() const { return warning_; }

  // Writing. After an error the state is not to be used any more.

  /// The run, and each repository of its queue as not ended; parent and host of those that the report has.
  absl::Status BeginRun(const RunRecord& record);
  /// A repository of a run that began, with its files, and with what its streams carried when.
  absl::Status EndRepository(absl::string_view run, const RepositoryReport& report,
                             const std::vector<MovedBlock>& blocks = {});
  /// What the streams of repositories that have not ended carried so far: replaces what was kept of them.
  absl::Status KeepBlocks(absl::string_view run, const std::vector<MovedBlock>& blocks);
  /// What was read of a repository's files: replaces what was known of them.
  absl::Status Store(const DigestCacheKey& way, const NewDigests& digests);
  /// The end of a run; all but the last `keep_runs` runs are forgotten, and digests that are of no use any more. When
  /// repositories last equalled their parents is kept.
  absl::Status EndRun(const Report& report, int exit_code, int keep_runs);

  // Reading.

  /// The runs, the newest first, at most `limit`; their repositories without files, and without blocks.
  absl::StatusOr<std::vector<RunRecord>> Runs(int limit) const;
  /// The run of that id, with its files and blocks; also by the beginning of an id where only one run has it.
  absl::StatusOr<absl::optional<RunRecord>> Find(absl::string_view run) const;
  /// The newest run that is unfinished: it did not end with 0, and no later run ended well for all its repositories.
  absl::StatusOr<absl::optional<RunRecord>> LastUnfinished() const;
  /// Whether the run of exactly that id is unfinished.
  absl::StatusOr<bool> IsUnfinished(absl::string_view run) const;
  /// What is remembered of a repository's files, in the order of their paths.
  absl::Status Load(const DigestCacheKey& way, absl::FunctionRef<void(StoredDigest)> take) const;
  /// Each repository that a run ever had.
  absl::StatusOr<std::map<std::string, RepositoryRecord>> Repositories() const;

 private:
  State(std::unique_ptr<SQLite::Database> database, std::string warning);

  std::unique_ptr<SQLite::Database> database_;
  std::string warning_;
};

/// Whether a repository equals its parent after that: what `status` calls well.
bool EndedWell(const RepositoryReport& report);

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_STATE_STATE_H_
