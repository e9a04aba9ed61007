#include "sshsync/process/stop_deadline.h"

#include <poll.h>

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "sshsync/process/thread.h"

namespace sshsync {

absl::optional<absl::Time> NextTimeOfDay(absl::string_view text, absl::Time now, absl::TimeZone zone) {
  int hour = 0, minute = 0;
  const bool digits =
      text.size() == 5 && text[2] == ':' && absl::ascii_isdigit(text[0]) && absl::ascii_isdigit(text[3]);
  if (!digits || !absl::SimpleAtoi(text.substr(0, 2), &hour) || !absl::SimpleAtoi(text.substr(3), &minute) ||
      hour > 23 || minute > 59) {
    return absl::nullopt;
  }
  absl::CivilDay day = absl::ToCivilDay(now, zone);
  while (true) {
    const absl::Time at = absl::FromCivil(absl::CivilMinute(day.year(), day.month(), day.day(), hour, minute), zone);
    if (at > now) return at;
    ++day;
  }
}

StopDeadline::StopDeadline(const StopToken& caller, absl::optional<absl::Time> at, absl::Duration grace)
    : caller_(caller), at_(at), grace_(grace) {
  if (at_) watcher_ = StartThread([this] { Watch(); });
}

StopDeadline::~StopDeadline() { over_.Request(kStopByCaller); }

void StopDeadline::Watch() {
  if (!Wait(*at_)) return;
  drain_.Request(caller_.stopped() ? caller_.reason() : kStopByWindow);
  if (!caller_.stopped() && !Wait(absl::Now() + grace_)) return;
  all_.Request(caller_.stopped() ? caller_.reason() : kStopByWindow);
}

// Whether that time has come or the caller has stopped; false where the window is over.
bool StopDeadline::Wait(absl::Time until) {
  while (!over_.token().stopped()) {
    const absl::Duration left = until - absl::Now();
    if (caller_.stopped() || left <= absl::ZeroDuration()) return true;
    pollfd waited[] = {{caller_.fd(), POLLIN, 0}, {over_.token().fd(), POLLIN, 0}};
    const absl::Duration slice = std::min(left, absl::Minutes(1));
    poll(waited, 2, static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(slice, absl::Milliseconds(1)))));
  }
  return false;
}

}  // namespace sshsync
