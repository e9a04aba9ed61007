#ifndef SSHSYNC_PROCESS_PROCESS_SET_H_
#define SSHSYNC_PROCESS_PROCESS_SET_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/variant.h"
#include "sshsync/process/process.h"
#include "sshsync/process/stop.h"

namespace sshsync {

/// A process printed something. `bytes` is valid until the next call of the set.
struct ProcessOutput {
  Process* process = nullptr;
  bool is_err = false;
  absl::string_view bytes;
};
/// A process ended, and what it printed before has been reported.
struct ProcessEnded {
  Process* process = nullptr;
  ProcessEnd end;
};
/// Nothing happened within the limit.
struct WaitExpired {};
/// The stop token wants an end.
struct WaitStopped {};
using ProcessOutcome = absl::variant<ProcessOutput, ProcessEnded, WaitExpired, WaitStopped>;

/// Waits for processes: the only poll loop of the code base. Reads what they print, writes what is queued for them, and
/// watches a deadline and a stop token at the same time, so that no side can block another. Outcomes come one at a
/// time, as values (ninja's subprocess set with a variant instead of callbacks: the caller's state machine stays in the
/// caller).
///
/// Ownership: processes are borrowed, from `Add` until `Remove` or the end of the set; queued input is dropped at the
/// end of the set. Threads: one at a time; each thread has a set of its own. A reader that went away never raises
/// SIGPIPE in this process.
///
///     ProcessSet set(stop);
///     set.Add(process);
///     set.Write(process, "exit 3\n");
///     const ProcessOutcome outcome = set.Next(absl::Seconds(10));
///     if (const auto* ended = absl::get_if<ProcessEnded>(&outcome)) return ended->end.code;
class ProcessSet {
 public:
  explicit ProcessSet(const StopToken& stop);

  void Add(Process& process);
  void Remove(const Process& process);
  bool empty() const { return entries_.empty(); }

  /// Queues bytes for its stdin; they are written during `Next`.
  void Write(Process& process, absl::string_view bytes);
  /// Closes its stdin as soon as everything queued is written.
  void CloseInput(Process& process);

  /// What happens next, waiting at most `limit`. An ended process is reported once and then removed.
  ProcessOutcome Next(absl::Duration limit);

 private:
  struct Entry {
    Process* process;
    std::string input;
    size_t written = 0;
    bool close_input = false;
    bool err_first = false;  // the stream that was not reported last has its turn
  };
  Entry& Of(const Process& process);
  static void WriteSome(Entry& entry);
  bool ReadSome(Entry& entry, bool is_err, ProcessOutput& output);

  // Constant after construction.
  const StopToken stop_;
  // The thread that calls.
  std::vector<Entry> entries_;
  size_t turn_ = 0;
  std::string buffer_;
};

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_PROCESS_SET_H_
