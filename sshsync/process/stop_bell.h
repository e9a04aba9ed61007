#ifndef SSHSYNC_PROCESS_STOP_BELL_H_
#define SSHSYNC_PROCESS_STOP_BELL_H_

#include <poll.h>

#include <thread>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "sshsync/process/event_count.h"
#include "sshsync/process/stop.h"
#include "sshsync/process/thread.h"

namespace sshsync {

/// Rings when a run is to stop: for those who wait for a bell and cannot poll. A signal handler writes to a pipe, and
/// can ring nothing itself. Ownership: the token's source outlives it. Threads: one of its own, where the token can
/// stop.
///
///     const StopBell stops(context.closing);
///     const Bell::Following heed(stops.bell(), &own);
class StopBell {
 public:
  explicit StopBell(const StopToken& stop) : stop_(stop) {
    if (stop_.fd() >= 0) watcher_ = StartThread([this] { Watch(); });
  }
  ~StopBell() { over_.Request(kStopByCaller); }
  StopBell(const StopBell&) = delete;
  StopBell& operator=(const StopBell&) = delete;

  Bell* bell() const { return &bell_; }

  /// Waits until `come` is true, which is asked again whenever `bell` rings. Errors: the stop.
  absl::Status Await(Bell* bell, absl::FunctionRef<bool()> come) const {
    Bell own;
    const Bell::Following heed(bell, &own), heed_stop(&bell_, &own);
    for (int64_t heard = own.rings(); !come(); heard = own.rings()) {
      if (stop_.stopped()) return stop_.status();
      own.WaitPast(heard);
    }
    return absl::OkStatus();
  }

 private:
  void Watch() {
    const StopToken over = over_.token();
    while (!stop_.stopped() && !over.stopped()) {
      pollfd waited[] = {{stop_.fd(), POLLIN, 0}, {over.fd(), POLLIN, 0}};
      poll(waited, 2, -1);
    }
    if (stop_.stopped()) bell_.Ring();
  }

  const StopToken stop_;
  mutable Bell bell_;
  StopSource over_;  // nobody needs it any more
  std::jthread watcher_;
};

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_STOP_BELL_H_
