#ifndef SSHSYNC_CASCADE_REPOSITORY_REPORTER_H_
#define SSHSYNC_CASCADE_REPOSITORY_REPORTER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sshsync/model/event.h"
#include "sshsync/model/report.h"
#include "sshsync/remote/run_context.h"

namespace sshsync {

/// Reports what becomes of one repository of a run: as events, in its report, and at its end to the run's record.
/// Ownership: refers to its arguments. Threads: the one of the repository's hop.
///
///     RepositoryReporter reporter(context, report);
///     reporter.Started();
///     reporter.FileFailed(outcome);
///     reporter.Ended();
class RepositoryReporter {
 public:
  RepositoryReporter(RunContext& context, RepositoryReport& report) : context_(context), report_(report) {}

  /// An event of the repository, or of one of its files.
  Event MakeEvent(EventKind kind, absl::string_view path = "") const;

  void Started() const { context_.events.On(MakeEvent(EventKind::kRepositoryStarted)); }
  /// It came to nothing before anything was done.
  void NotBegun(const absl::Status& why);
  /// What the report says is final. Conceals the run's secrets in it.
  void Ended();

  /// A file is in its place: the event, and the file in the report. Counting is left to the caller.
  void FilePublished(FileOutcome outcome);
  /// Only the event; the report has it from elsewhere.
  void EmitFailed(const FileOutcome& outcome) const;
  void FileFailed(FileOutcome outcome);

 private:
  RunContext& context_;
  RepositoryReport& report_;
};

}  // namespace sshsync

#endif  // SSHSYNC_CASCADE_REPOSITORY_REPORTER_H_
