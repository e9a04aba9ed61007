#ifndef SSHSYNC_PROCESS_STOP_DEADLINE_H_
#define SSHSYNC_PROCESS_STOP_DEADLINE_H_

#include <memory>
#include <string>
#include <thread>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/process/stop.h"

namespace sshsync {

/// The first moment after `now` at which the clocks of `zone` show `HH:MM`; where the change to summer time leaves that
/// out, the moment of the change. Nothing for a text of another form.
///
///     NextTimeOfDay("06:00", now, absl::LocalTimeZone())
absl::optional<absl::Time> NextTimeOfDay(absl::string_view text, absl::Time now, absl::TimeZone zone);

/// Ends a run at a time of the day, in two parts. First `drain` stops: nothing new begins, and transfers under way
/// are ended; what is verified can still be published. After a grace `token` stops, too, and with it everything else.
/// Where the caller's own stop comes first, both stop at once, for its reason. (One stop with a deadline was rejected:
/// everything that waits would have to know which of the two it is.)
///
/// The wall clock is looked at again every minute, so that a machine that slept, or whose clock was set, is not late by
/// more. Ownership: the caller's token outlives it; its own tokens end with it. Threads: one of its own where there is
/// a time.
///
///     StopDeadline window(stop, NextTimeOfDay("06:00", absl::Now(), absl::LocalTimeZone()));
class StopDeadline {
 public:
  static constexpr absl::Duration kGrace = absl::Seconds(60);

  StopDeadline(const StopToken& caller, absl::optional<absl::Time> at, absl::Duration grace = kGrace);
  ~StopDeadline();
  StopDeadline(const StopDeadline&) = delete;
  StopDeadline& operator=(const StopDeadline&) = delete;

  /// Without a time both are the caller's token.
  StopToken drain() const { return at_ ? drain_.token() : caller_; }
  StopToken token() const { return at_ ? all_.token() : caller_; }

 private:
  void Watch();
  bool Wait(absl::Time until);

  // Constant after construction.
  const StopToken caller_;
  const absl::optional<absl::Time> at_;
  const absl::Duration grace_;

  StopSource drain_, all_;
  StopSource over_;  // the window itself is no longer needed
  std::jthread watcher_;
};

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_STOP_DEADLINE_H_
