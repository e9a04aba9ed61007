#ifndef SSHSYNC_PROCESS_STOP_NOTIFIER_H_
#define SSHSYNC_PROCESS_STOP_NOTIFIER_H_

#include <poll.h>

#include <thread>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "sshsync/process/event_count.h"
#include "sshsync/process/stop.h"
#include "sshsync/process/thread.h"

namespace sshsync {

/// Notifies an event count when a run is to stop, for threads that wait for one and cannot poll: a signal handler may
/// write to a pipe and do no more. Ownership: the token's source outlives it. Threads: one of its own, where the token
/// can stop.
///
///     const StopNotifier stops(context.drain);
///     const EventCount::Subscription subscription(stops.changes(), &own);
class StopNotifier {
 public:
  explicit StopNotifier(const StopToken& stop) : stop_(stop) {
    if (stop_.fd() >= 0) watcher_ = StartThread([this] { Watch(); });
  }
  ~StopNotifier() { over_.Request(kStopByCaller); }
  StopNotifier(const StopNotifier&) = delete;
  StopNotifier& operator=(const StopNotifier&) = delete;

  EventCount* changes() const { return &changes_; }

  /// Waits until `come` is true, which is asked again after each notification of `changes`. Errors: the stop.
  absl::Status Await(EventCount* changes, absl::FunctionRef<bool()> come) const {
    EventCount own;
    const EventCount::Subscription subscription(changes, &own), stop_subscription(&changes_, &own);
    for (int64_t seen = own.count(); !come(); seen = own.count()) {
      if (stop_.stopped()) return stop_.status();
      own.Wait(seen);
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
    if (stop_.stopped()) changes_.Notify();
  }

  const StopToken stop_;
  mutable EventCount changes_;
  StopSource over_;  // nobody needs it any more
  std::jthread watcher_;
};

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_STOP_NOTIFIER_H_
