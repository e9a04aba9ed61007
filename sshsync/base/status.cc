#include "sshsync/base/status.h"

#include <array>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sshsync {
namespace {

using enum absl::StatusCode;

constexpr absl::string_view kPayload = "sshsync/failure";

constexpr std::array kTable = {
    FailureInfo{Failure::kNone, "none", kOk, 0, "", ""},
    FailureInfo{Failure::kOption, "option", kInvalidArgument, 1, "UsageError", "see sshsync --help"},
    FailureInfo{Failure::kUsage, "usage", kInvalidArgument, 2, "UsageError", "see sshsync --help"},
    FailureInfo{Failure::kConfig, "config", kInvalidArgument, 3, "ConfigError",
                "sshsync check shows every problem of the file"},
    FailureInfo{Failure::kMissingSection, "missing_section", kNotFound, 4, "MissingSectionError",
                "sshsync graph lists the repositories"},
    FailureInfo{Failure::kInternal, "internal", absl::StatusCode::kInternal, 5, "InternalError",
                "please report this with the log"},
    FailureInfo{Failure::kUnreachable, "unreachable", kUnavailable, 6, "HostUnreachableError",
                "see whether the host is up and its port open"},
    FailureInfo{Failure::kNameUnknown, "name_unknown", kFailedPrecondition, 6, "HostUnreachableError",
                "correct `host`, or the name service"},
    FailureInfo{Failure::kAuth, "auth", kFailedPrecondition, 6, "HostUnreachableError",
                "try the same with ssh -o BatchMode=yes by hand; the account needs a key"},
    FailureInfo{Failure::kHostKey, "host_key", kFailedPrecondition, 6, "HostUnreachableError",
                "compare the host key and correct known_hosts"},
    FailureInfo{Failure::kTimeout, "timeout", kUnavailable, 6, "HostTimeoutError",
                "`timeout` gives the seconds without progress"},
    FailureInfo{Failure::kNoShell, "no_shell", kFailedPrecondition, 6, "HostUnreachableError",
                "give the account a login shell"},
    FailureInfo{Failure::kPermission, "permission", kFailedPrecondition, 6, "ProcessingError",
                "give the account access to it"},
    FailureInfo{Failure::kReadOnly, "read_only", kFailedPrecondition, 6, "ProcessingError",
                "mount the file system writable"},
    FailureInfo{Failure::kNoSpace, "no_space", kFailedPrecondition, 6, "ProcessingError",
                "make room on the child, then run again"},
    FailureInfo{Failure::kCommandNotFound, "command_not_found", kFailedPrecondition, 6, "ProcessingError",
                "install the tool, or name another in the template"},
    FailureInfo{Failure::kCommandFailed, "command_failed", kUnavailable, 6, "ProcessingError",
                "run the command by hand on that host"},
    FailureInfo{Failure::kOutputTooLarge, "output_too_large", kFailedPrecondition, 6, "ProcessingError",
                "run the command by hand on that host"},
    FailureInfo{Failure::kBadListing, "bad_listing", kFailedPrecondition, 6, "ProcessingError",
                "correct listcmd; it prints one path below the repository per line"},
    FailureInfo{Failure::kBadDigest, "bad_digest", kFailedPrecondition, 6, "ProcessingError",
                "correct digestcmd; its last line is the digest"},
    FailureInfo{Failure::kDigestMismatch, "digest_mismatch", kUnavailable, 6, "ProcessingError",
                "the content was damaged on its way; run again"},
    FailureInfo{Failure::kSourceChanged, "source_changed", kAborted, 6, "ProcessingError",
                "run again when the file has come to rest; `settle` waits for that"},
    FailureInfo{Failure::kSourceVanished, "source_vanished", kAborted, 6, "ProcessingError", "run again"},
    FailureInfo{Failure::kUnsafeName, "unsafe_name", kFailedPrecondition, 6, "ProcessingError",
                "use transfer = stream, rename the file, or quote in the template and set names = any"},
    FailureInfo{Failure::kPathTooLong, "path_too_long", kFailedPrecondition, 6, "ProcessingError", "shorten the path"},
    FailureInfo{Failure::kLinkInPath, "link_in_path", kFailedPrecondition, 6, "ProcessingError",
                "replace the link by a folder, or set follow_symlinks = yes"},
    FailureInfo{Failure::kObstructed, "obstructed", kFailedPrecondition, 6, "ProcessingError",
                "move away what stands there"},
    FailureInfo{Failure::kWaiting, "waiting", kFailedPrecondition, 6, "ProcessingError",
                "mend the parent, then run again"},
    FailureInfo{Failure::kSafety, "safety", kFailedPrecondition, 8, "SafetyError",
                "see whether the parent's content is as it should be"},
    FailureInfo{Failure::kLocked, "locked", kFailedPrecondition, 7, "LockedError", "wait for the other run"},
    FailureInfo{Failure::kWindowEnded, "window_ended", kCancelled, 9, "ProcessingError",
                "sshsync resume goes on from here"},
    FailureInfo{Failure::kStopped, "stopped", kCancelled, 6, "ProcessingError", "sshsync resume goes on from here"},
    FailureInfo{Failure::kDiffers, "differs", kFailedPrecondition, 10, "ProcessingError",
                "sshsync --sync brings it in line"},
    FailureInfo{Failure::kState, "state", kFailedPrecondition, 6, "ProcessingError", ""},
};

constexpr bool InOrder() {
  for (size_t i = 0; i < kTable.size(); ++i) {
    if (kTable[i].failure != static_cast<Failure>(i)) return false;
  }
  return kTable.size() == static_cast<size_t>(Failure::kState) + 1;
}
static_assert(InOrder(), "one row per enumerator, in the same order");

int Rank(int exit_code) {
  constexpr std::array kOrder = {0, 10, 9, 7, 6, 8, 5};
  for (size_t i = 0; i < kOrder.size(); ++i) {
    if (kOrder[i] == exit_code) return static_cast<int>(i);
  }
  return exit_code > 128 ? 1000 : 100;
}

}  // namespace

const FailureInfo& InfoOf(Failure failure) { return kTable[static_cast<size_t>(failure)]; }

absl::Span<const FailureInfo> AllFailures() { return kTable; }

absl::Status MakeError(Failure failure, absl::string_view message) {
  absl::Status status(InfoOf(failure).code, message);
  if (!status.ok()) status.SetPayload(kPayload, absl::Cord(absl::StrCat(static_cast<int>(failure))));
  return status;
}

Failure FailureOf(const absl::Status& status) {
  if (status.ok()) return Failure::kNone;
  const auto payload = status.GetPayload(kPayload);
  int value = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &value)) return Failure::kInternal;
  return static_cast<Failure>(value);
}

absl::Status Annotate(absl::Status status, absl::string_view context) {
  if (status.ok() || context.empty()) return status;
  absl::Status outer(status.code(), absl::StrCat(status.message(), "; ", context));
  status.ForEachPayload([&outer](absl::string_view url, const absl::Cord& payload) { outer.SetPayload(url, payload); });
  return outer;
}

int WorseExitCode(int a, int b) { return Rank(a) >= Rank(b) ? a : b; }

}  // namespace sshsync
