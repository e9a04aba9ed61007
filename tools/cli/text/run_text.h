#ifndef SSHSYNC_TOOLS_CLI_TEXT_RUN_TEXT_H_
#define SSHSYNC_TOOLS_CLI_TEXT_RUN_TEXT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sshsync/model/event.h"
#include "sshsync/model/report.h"

namespace sshsync::cli {

// What a run says to people, as text: pure functions. Every line ends with a newline and is clean: what came from
// outside is escaped.

/// A changed file in rsync's letters: `repoproxy >f+++++++++ app/new.jar`. Actions: copy, replace, delete, mode, keep.
std::string ItemLine(absl::string_view repository, absl::string_view action, absl::string_view path);

/// What failed, as a block: where and why; the command, what it printed, what to do.
///
///     sshsync: repoproxy: app/big.bin: No space left on device
///       command:  cat > .sshsync/in/...
///       printed:
///         cat: write error: No space left on device
///       hint:     make room on the child, then run again
std::string FailureBlock(const Event& event);

/// The files of a plan. Explained, each comes with its size and the reason; else they are item lines. A repository
/// without work is only named where explained.
std::string PlanText(const Report& report, bool explained);

/// What differs, file by file; equal repositories are named only where `all`.
std::string VerifyText(const Report& report, bool all);

/// The last line of a run: how many repositories are equal to their parents now, what was moved, how long it took;
/// after a failure also what to type next.
std::string SummaryLine(const Report& report);

/// An error that kept a run from starting, and what to do about it.
std::string ErrorText(const absl::Status& error);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_TEXT_RUN_TEXT_H_
