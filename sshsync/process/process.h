#ifndef SSHSYNC_PROCESS_PROCESS_H_
#define SSHSYNC_PROCESS_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"

namespace sshsync {

struct ProcessOptions {
  /// Program and arguments; a program without a slash is looked up in PATH.
  std::vector<std::string> argv = {};
  /// `NAME=VALUE`, in place of the inherited variables of those names.
  std::vector<std::string> environment = {};
  /// Whether stdin is a pipe that is written to; else it is /dev/null.
  bool input = false;
};

/// How a process ended.
struct ProcessEnd {
  bool signalled = false;
  int code = 0;  ///< exit status, or the signal's number
  /// `ended with status 1`, `was killed by signal 9 (Killed)`.
  std::string Describe() const;
};

/// A local child process: its pid and its ends of the pipes, nothing that acts by itself. Who reads, writes and waits
/// is `ProcessSet`.
///
/// The child leads a process group of its own and has stdin, stdout and stderr apart; every other descriptor of the
/// parent is close-on-exec from the moment it exists, so that threads may start children at the same time without one
/// child holding another's pipe. Its signal mask is empty, and SIGPIPE is not ignored whatever the parent does. (popen
/// and system were rejected: a shell between, one stream, no group.)
///
/// Ownership: the object owns the pipes and the group. Its destructor ends the group, first with SIGTERM, then after
/// `kGrace` with SIGKILL, and reaps the child. What the child left running in its group after its own end is killed,
/// too. Threads: one at a time. Errors: kCommandNotFound when there is no such program, kUnreachable when the system
/// gives no process.
///
///     auto echo = Process::Start({.argv = {"echo", "hello"}});
class Process {
 public:
  static constexpr absl::Duration kGrace = absl::Seconds(2);

  static absl::StatusOr<Process> Start(const ProcessOptions& options);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  /// Closes one end of a pipe; a second time does nothing.
  void CloseIn();
  void CloseOut();
  void CloseErr();

  /// Gives an end of a pipe away: it is the caller's to close, and closed here.
  int TakeIn();
  int TakeOut();

  /// How it ended, if it has. Does not wait.
  absl::optional<ProcessEnd> end() const;

  /// Zero after the object was moved from.
  pid_t pid() const { return pid_; }
  /// The parent's ends, non-blocking; -1 when closed.
  int in() const { return in_; }
  int out() const { return out_; }
  int err() const { return err_; }
  /// Readable once the child has ended; -1 where the system has no such descriptor.
  int end_fd() const { return end_fd_; }

 private:
  Process() = default;
  void Finish();

  pid_t pid_ = 0;
  int in_ = -1;
  int out_ = -1;
  int err_ = -1;
  int end_fd_ = -1;
};

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_PROCESS_H_
