#include "bindings/run.h"

#include <utility>

#include "sshsync/record/report/event_log.h"

namespace sshsync::python {

void EventQueue::On(const Event& event) {
  std::unique_lock lock(mu_);
  if (!all_ && (event.kind == EventKind::kFileProgress || static_cast<int>(EventLevel(event)) < level_)) return;
  // A stop has no condition variable; it is looked for now and then.
  while (events_.size() >= kMost && !stop_.stopped()) changed_.wait_for(lock, std::chrono::milliseconds(kSignalTickMs));
  events_.push_back(event);
  if (events_.size() == 1) changed_.notify_all();
}

void EventQueue::Want(bool all, int level) {
  const std::lock_guard lock(mu_);
  all_ = all;
  level_ = level;
}

absl::optional<std::vector<Event>> EventQueue::Take(std::chrono::milliseconds limit) {
  std::unique_lock lock(mu_);
  changed_.wait_for(lock, limit, [this] { return !events_.empty() || ended_; });
  if (events_.empty() && ended_) return absl::nullopt;
  std::vector<Event> taken;
  std::swap(taken, events_);
  if (taken.size() >= kMost) changed_.notify_all();
  return taken;
}

void EventQueue::End() {
  const std::lock_guard lock(mu_);
  ended_ = true;
  changed_.notify_all();
}

bool EventQueue::ended() const {
  const std::lock_guard lock(mu_);
  return ended_;
}

}  // namespace sshsync::python
