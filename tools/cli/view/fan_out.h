#ifndef SSHSYNC_TOOLS_CLI_VIEW_FAN_OUT_H_
#define SSHSYNC_TOOLS_CLI_VIEW_FAN_OUT_H_

#include <algorithm>
#include <vector>

#include "sshsync/model/event.h"

namespace sshsync::cli {

/// Hands each event to several sinks, one after the other in the order in which they were added, so that none of them
/// ever sees two at once. Does not own them. Threads: as EventSink says; sinks are added before the first event.
class FanOut : public EventSink {
 public:
  void Add(EventSink& sink) { sinks_.push_back(&sink); }

  void On(const Event& event) override {
    for (EventSink* sink : sinks_) sink->On(event);
  }
  bool watches() const override {
    return std::any_of(sinks_.begin(), sinks_.end(), [](const EventSink* sink) { return sink->watches(); });
  }

 private:
  std::vector<EventSink*> sinks_;
};

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VIEW_FAN_OUT_H_
