#ifndef SSHSYNC_TOOLS_CLI_TEXT_HISTORY_TEXT_H_
#define SSHSYNC_TOOLS_CLI_TEXT_HISTORY_TEXT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "sshsync/record/report/repository_status.h"
#include "sshsync/record/run_record.h"

namespace sshsync::cli {

// What the record says to people, as text: pure functions. Every line ends with a newline and is clean; tables fit 80
// columns as long as names do. Times are those of `zone`.

/// How the text is meant to look.
struct HistoryFormat {
  absl::Time now;
  absl::TimeZone zone;
  bool colour = false;
};

/// A row for each repository, and below it why it lags:
///
///     REPOSITORY  PARENT      STATE    LAST EQUAL
///     appnode1    repoproxy   failed   2026-01-01 03:10 (2 days ago)
///       Permission denied (publickey); ssh deploy@10.0.0.3
std::string StatusText(const std::vector<RepositoryStatus>& statuses, const std::string& unfinished_run,
                       const HistoryFormat& look);

/// A row for each run. `alive` of a run that did not end says whether it goes on.
std::string RunsText(const std::vector<RunRecord>& records, bool (*alive)(int pid), const HistoryFormat& look);

/// One run: what it was asked, what became of each repository, each file that was touched or failed.
std::string RunText(const RunRecord& record, bool (*alive)(int pid), const HistoryFormat& look);

/// `3 minutes ago`, in one unit; a time to come is `just now`.
std::string Ago(absl::Duration age);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_TEXT_HISTORY_TEXT_H_
