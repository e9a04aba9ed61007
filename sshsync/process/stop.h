#ifndef SSHSYNC_PROCESS_STOP_H_
#define SSHSYNC_PROCESS_STOP_H_

#include <atomic>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace sshsync {

/// Why a run is to end. A signal number, or one of the values below zero.
enum StopReason : int { kNotStopped = 0, kStopByCaller = -1, kStopByWindow = -2, kStopByOutput = -3 };

/// Ends a run in order: everything that waits also waits for this. One pipe is written once and never read, so that it
/// stays readable for every poll; the reason is an atomic. (std::stop_token was rejected: it cannot be requested from a
/// signal handler nor polled.) Ownership: the source outlives its tokens. Threads: any; `Request` is async-signal-safe.
///
///     StopSource source;
///     source.Request(SIGTERM);
///     source.token().reason() == SIGTERM;
class StopToken;
class StopSource {
 public:
  StopSource();
  ~StopSource();
  StopSource(const StopSource&) = delete;
  StopSource& operator=(const StopSource&) = delete;

  /// The first reason counts.
  void Request(int reason) noexcept;
  StopToken token() const;

 private:
  friend class StopToken;
  std::atomic<int> reason_{kNotStopped};
  int pipe_[2] = {-1, -1};
};

/// What waits holds one of these; cheap to copy. A default token never stops.
class StopToken {
 public:
  StopToken() = default;
  int reason() const { return source_ ? source_->reason_.load(std::memory_order_acquire) : kNotStopped; }
  bool stopped() const { return reason() != kNotStopped; }
  /// Readable once stopped, for poll(2); -1 for a default token, which poll ignores.
  int fd() const { return source_ ? source_->pipe_[0] : -1; }
  /// OK, or kStopped / kWindowEnded with a message that names the reason.
  absl::Status status() const;
  /// Waits that long, or until stopped. Returns whether stopped.
  bool WaitFor(absl::Duration duration) const;

 private:
  friend class StopSource;
  explicit StopToken(const StopSource* source) : source_(source) {}
  const StopSource* source_ = nullptr;
};

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_STOP_H_
