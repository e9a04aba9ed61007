#ifndef SSHSYNC_TOOLS_CLI_VIEW_REDRAW_TIMER_H_
#define SSHSYNC_TOOLS_CLI_VIEW_REDRAW_TIMER_H_

#include <functional>
#include <mutex>
#include <thread>

#include "absl/time/time.h"
#include "sshsync/model/event.h"

namespace sshsync::cli {

/// Keeps a live view alive between events: while hosts are silent it is drawn again now and then, and at once when the
/// window changes its size (SIGWINCH). Hands every event on; events and redrawings exclude each other, so that the view
/// needs no lock of its own.
///
/// Does not own the sink. Only one may live at a time, for a handler knows no more than a global. Threads: one of its
/// own, gone with it.
///
///     Redrawing redrawing(sinks, [&](absl::Duration silent) { live.Redraw(silent); }, absl::Seconds(1));
class RedrawTimer : public EventSink {
 public:
  /// `redraw` is told how long ago the last event was. An infinite `pause`: for changes of the window only.
  RedrawTimer(EventSink& next, std::function<void(absl::Duration silent)> redraw, absl::Duration pause);
  ~RedrawTimer() override;
  RedrawTimer(const RedrawTimer&) = delete;
  RedrawTimer& operator=(const RedrawTimer&) = delete;

  void On(const Event& event) override;
  bool watches() const override { return next_.watches(); }

 private:
  void Loop();

  // Constant after construction.
  EventSink& next_;
  const std::function<void(absl::Duration)> redraw_;
  const absl::Duration pause_;
  int wake_ = -1;  // eventfd: 1 for a new size, kEnd at the end
  // Protected by mu_.
  std::mutex mu_;
  absl::Time last_;

  std::thread thread_;
};

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VIEW_REDRAW_TIMER_H_
