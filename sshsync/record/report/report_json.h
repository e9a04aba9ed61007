#ifndef SSHSYNC_RECORD_REPORT_REPORT_JSON_H_
#define SSHSYNC_RECORD_REPORT_REPORT_JSON_H_

#include <string>
#include <vector>

#include "sshsync/model/event.h"
#include "sshsync/model/report.h"
#include "sshsync/record/report/repository_status.h"
#include "sshsync/record/run_record.h"

namespace sshsync {

/// Reports and events as JSON: the text that `--json` and `--events` print, that the state database keeps and that the
/// Python module reads. Field names are snake_case and stable: fields are added, never renamed. Pure ASCII (`\u`
/// escapes), so that no byte of a file name reaches a terminal as it is. Times are RFC 3339 in UTC with milliseconds,
/// null where not known; durations are `seconds`. A path or name that is not UTF-8 has its bad bytes replaced by U+FFFD
/// and its exact bytes in `NAME_b64`.
///
/// A report, as one indented document that ends with a newline:
///
///     run, verb, queue [[names]], started, ended, seconds, ok, exit_code, signal (0: none),
///     repositories [{
///       repository, parent, host, step, outcome, started, ended, seconds,
///       kept, copied, replaced, deleted, failed, extra, excluded, bytes,
///       files [{path, action, bytes, digest, attempts}]      of files that were touched or that failed
///     }]
///
/// What failed, repository or file, also has: failure (the name in `AllFailures`), message, hint, and where a remote
/// command failed command, output, exit_status.
std::string ReportToJson(const Report& report);

/// One event as one line with its newline: `event`, `time`, and the members that its EventKind gives a meaning, with
/// `outcome` for the action of what has ended.
///
///     EventToJsonLine({.kind = EventKind::kFilePublished, .path = "a"});   //
///     {"event":"file_published",...,"path":"a",...}
std::string EventToJsonLine(const Event& event);

/// A recorded run: what ReportToJson gives, and finished (false: under way, or killed; then exit_code is null), options
/// {name: value}, config, resumes (a run's id or null).
std::string RunToJson(const RunRecord& record);

/// Many of them: runs [{...}], without files.
std::string RunsToJson(const std::vector<RunRecord>& records);

/// What `status` tells:
///
///     time, unfinished_run (id or null), overdue (any),
///     repositories [{
///       repository, parent, state, last_equal, age_seconds (null: never), overdue, run (or null), failed,
///       behind (a repository or null), and where it is not well failure, message, hint
///     }]
std::string StandingsToJson(const std::vector<RepositoryStatus>& statuses, const std::string& unfinished_run,
                            absl::Time now);

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_REPORT_REPORT_JSON_H_
