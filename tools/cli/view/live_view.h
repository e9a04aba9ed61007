#ifndef SSHSYNC_TOOLS_CLI_VIEW_LIVE_VIEW_H_
#define SSHSYNC_TOOLS_CLI_VIEW_LIVE_VIEW_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "sshsync/model/event.h"
#include "tools/cli/view/hop_progress.h"
#include "tools/cli/view/screen.h"

namespace sshsync::cli {

/// Every hop of a run, a row each, and below them the sum, redrawn at most ten times a second of the events' own time.
/// Where there are more hops than rows, those that move come first, then those that failed, and the rest is in the sum
/// only. Where the screen is no terminal, the rows are appended every ten seconds instead. Does not own the screen.
/// Threads: as EventSink says.
class LiveView : public EventSink {
 public:
  LiveView(Screen& screen, bool colour) : screen_(screen), colour_(colour), terminal_(screen.err_is_terminal()) {}

  void On(const Event& event) override;

  /// Draws again what may have changed without an event: rates, or the window. `silent`: how long ago the last event
  /// was.
  void Redraw(absl::Duration silent);

  /// The rows as they are now, for a screen of that size.
  std::vector<std::string> Rows(ScreenSize size, absl::Time now) const;

 private:
  void Draw(absl::Time now);
  std::string Total(absl::Time now, size_t unseen, size_t columns) const;

  Screen& screen_;
  const bool colour_;
  const bool terminal_;
  std::vector<HopProgress> hops_;         // in the order in which they started
  std::map<std::string, size_t> places_;  // name -> index in hops_
  absl::Time drawn_ = absl::InfinitePast(), last_ = absl::InfinitePast();
};

/// One row: name, percentage, bytes, files, rate, time left; 80 columns, a bar where there is more room, cut to
/// `columns` where there is less.
std::string HopRow(const HopProgress& hop, absl::Time now, size_t columns);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VIEW_LIVE_VIEW_H_
