#ifndef SSHSYNC_BASE_STATUS_H_
#define SSHSYNC_BASE_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sshsync {

/// What went wrong, as a closed list. It rides on an `absl::Status` as a payload, so that the layers in between need
/// not know it; one table (`FailureInfo`) maps each to exit code, status code, Python class and hint. The status code
/// alone decides about another try: Unavailable = this call again, Aborted = the larger step again (the source
/// changed), anything else = a person first.
enum class Failure {
  kNone,
  // The command line and the configuration.
  kOption,          ///< unknown or malformed option
  kUsage,           ///< nothing to do, or words that make no sense together
  kConfig,          ///< the configuration is wrong
  kMissingSection,  ///< a repository that no section describes
  kInternal,        ///< a bug of ours
  // Reaching a host.
  kUnreachable,  ///< refused, no route, broken connection
  kNameUnknown,  ///< the host name does not resolve
  kAuth,         ///< authentication failed
  kHostKey,      ///< the host key is unknown or differs
  kTimeout,      ///< no progress within the limit
  kNoShell,      ///< the account's login gives no shell (nologin, /bin/false)
  // On a host.
  kPermission,       ///< a file or folder may not be read or written
  kReadOnly,         ///< the file system is mounted read-only
  kNoSpace,          ///< no space left, or quota
  kCommandNotFound,  ///< a tool of a template is not installed
  kCommandFailed,    ///< a template ended with a non-zero status
  kOutputTooLarge,   ///< a command printed more than its limit
  // Content.
  kBadListing,      ///< a listing is incomplete or names paths that are refused
  kBadDigest,       ///< an answer that is no digest, or of another kind than the other side's
  kDigestMismatch,  ///< the transferred content is not the parent's
  kSourceChanged,   ///< the parent's file changed while it was read
  kSourceVanished,  ///< the parent's file is gone
  kUnsafeName,      ///< a name that a second parser of the template would read as code or pattern
  kPathTooLong,     ///< the child cannot hold that path
  kLinkInPath,      ///< a symbolic link among the child's path components
  kObstructed,      ///< a folder stands where a file is to be published
  // The run.
  kWaiting,      ///< waits for a parent that failed
  kSafety,       ///< refused for safety: deletion limit, empty listing
  kLocked,       ///< another run holds the lock or the lease
  kWindowEnded,  ///< --stop-at was reached
  kStopped,      ///< a signal, or the caller, ended the run
  kDiffers,      ///< verify: not equal
  kState,        ///< the record of runs cannot be used: damaged, or a newer version's
};

/// One row of the table. Static lifetime.
struct FailureInfo {
  Failure failure;
  absl::string_view name;          ///< in reports and events: `digest_mismatch`
  absl::StatusCode code;           ///< decides about another try
  int exit_code;                   ///< of a run in which this is the worst (DESIGN: exit codes)
  absl::string_view python_class;  ///< exception raised by the Python module
  absl::string_view hint;          ///< what to do about it, one sentence; empty where only the message can tell
};

/// The row of `failure`. Never fails: every enumerator has a row.
const FailureInfo& InfoOf(Failure failure);

/// All rows, in the order of the enumeration.
absl::Span<const FailureInfo> AllFailures();

/// A status that carries `failure`; its code comes from the table.
///
///     return MakeError(Failure::kNoSpace, "No space left on device");
absl::Status MakeError(Failure failure, absl::string_view message);

/// The failure a status carries; kNone for OK, kInternal for an error without one.
Failure FailureOf(const absl::Status& status);

/// The same error with outer context behind a semicolon: `Permission denied; ssh deploy@10.0.0.3`. OK stays OK.
absl::Status Annotate(absl::Status status, absl::string_view context);

/// The worse of two exit codes, in DESIGN's order: 128+N > 5 > 8 > 6 > 7 > 9; other non-zero codes rank above them all.
int WorseExitCode(int a, int b);

}  // namespace sshsync

/// Returns from the function when `expression` is an error.
#define SSHSYNC_RETURN_IF_ERROR(expression)                                 \
  do {                                                                      \
    if (absl::Status status_ = (expression); !status_.ok()) return status_; \
  } while (false)

/// `SSHSYNC_ASSIGN_OR_RETURN(auto value, Compute());` declares `value`, or returns the error.
#define SSHSYNC_ASSIGN_OR_RETURN(target, expression) \
  SSHSYNC_ASSIGN_OR_RETURN_AT_(target, expression, SSHSYNC_JOIN_(result_, __LINE__))
#define SSHSYNC_ASSIGN_OR_RETURN_AT_(target, expression, result) \
  auto result = (expression);                                    \
  if (!result.ok()) return std::move(result).status();           \
  target = *std::move(result)
#define SSHSYNC_JOIN_(a, b) SSHSYNC_JOIN_2_(a, b)
#define SSHSYNC_JOIN_2_(a, b) a##b

#endif  // SSHSYNC_BASE_STATUS_H_
