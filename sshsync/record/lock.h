#ifndef SSHSYNC_RECORD_LOCK_H_
#define SSHSYNC_RECORD_LOCK_H_

#include <sys/types.h>

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sshsync {

/// What `RunLock::Acquire` locks, and how patiently.
struct RunLockOptions {
  std::string pid_file;
  std::string state_dir;                            ///< created with its parents, mode 0700, where it is missing
  absl::Time started;                               ///< of this run: written beside the PID
  absl::Duration lock_wait = absl::ZeroDuration();  ///< how long to wait for another run
};

/// The right to be the one run on this controller: two kernel locks (flock), on the PID file and on `lock` in the state
/// directory. Two, because either path can be given by option and either file can be unlinked by a tidy hand; a run
/// that shares one of them with us is kept out. A lock file whose existence is the lock was rejected: it outlives its
/// holder. The kernel's lock ends with the process, however that ends, so the text of a stale file (`PID STARTED`) is
/// for people and never decides anything.
///
/// A file is opened without following a link, locked, and then its inode is compared with the path, for it may have
/// been replaced in between. Files are never unlinked; a clean end empties them. A file that is not regular, has other
/// names, or holds something else than a PID is not ours and is left as it is. A state directory that cannot hold a
/// file (read-only, full, forbidden) costs the second lock only, and `warning` says so.
///
/// Ownership: the locks live as long as the object; descriptors are above 2 and close on exec. A forked copy that is
/// destroyed does not release them. Threads: one at a time. Errors: kLocked `already running (pid 4711, since
/// 2026-01-01T00:00:00+00:00)`; kPermission, kReadOnly, kNoSpace, kObstructed with the path and the remedy.
///
///     auto lock = RunLock::Acquire({.pid_file = dir + "/pid", .state_dir = dir, .started = now}, [](absl::Duration) {
///     return true; }); lock.ok();
class RunLock {
 public:
  /// `pause` waits that long and tells whether to give up: a StopToken's WaitFor. It is also called, for a second at
  /// most, to let a holder that has just started write its PID. Given up: kStopped.
  static absl::StatusOr<RunLock> Acquire(const RunLockOptions& options, absl::FunctionRef<bool(absl::Duration)> pause);

  RunLock(RunLock&& other) noexcept;
  RunLock& operator=(RunLock&& other) noexcept;
  ~RunLock();

  /// Why only the PID file is locked; empty where both are.
  const std::string& warning() const { return warning_; }

  /// Which lock this is, among those of all machines: whoever holds one of the same identity later knows that this one
  /// is over. One word.
  std::string identity() const;

 private:
  RunLock(int pid_fd, int state_fd, absl::Time started, std::string warning);
  void Release();

  int pid_fd_;
  int state_fd_;
  pid_t owner_;
  std::string warning_;
};

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_LOCK_H_
