#ifndef SSHSYNC_BINDINGS_RUN_H_
#define SSHSYNC_BINDINGS_RUN_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "bindings/gil.h"
#include "sshsync/model/event.h"

namespace sshsync::python {

/// The events of a run on their way to Python, in batches: the run's threads put them in without the GIL, and one
/// Python thread takes out all there are at once (a callback from the run's own threads was rejected: each event would
/// wait for the GIL, and a callback that waits for the run would wait for ever). What nobody asked for is not kept. A
/// run whose events are not taken waits when `kMost` have piled up, until it is told to stop. Threads: any.
class EventQueue : public EventSink {
 public:
  static constexpr size_t kMost = 1 << 14;

  explicit EventQueue(StopToken stop) : stop_(std::move(stop)) {}

  void On(const Event& event) override;

  /// Which events are kept from now on: all, or those whose record in a log has at least that level.
  void Want(bool all, int level);
  /// All events so far, in order; waits until there are some, until `End`, or for that long. Nothing at the end.
  absl::optional<std::vector<Event>> Take(std::chrono::milliseconds limit);
  void End();
  bool ended() const;

 private:
  const StopToken stop_;
  mutable std::mutex mu_;
  std::condition_variable changed_;
  // Protected by mu_.
  std::vector<Event> events_;
  bool all_ = true;
  int level_ = 0;
  bool ended_ = false;
};

/// Something that goes on in threads of its own while Python waits for its events: what Python's engine is made of.
/// `Outcome` is what it comes to: a report, or probes.
/// Ownership: the destructor stops it and waits for its end. Threads: the members are called with the GIL.
template <class Outcome>
class Run : public ActiveCall {
 public:
  using Work = std::function<absl::StatusOr<Outcome>(EventSink&, const StopToken&)>;

  explicit Run(Work work) : core_(std::make_shared<Core>(std::move(work))) {
    core_->thread = std::thread([core = core_.get()] {
      core->outcome = core->work(core->events, core->stop.token());
      core->events.End();
    });
  }
  ~Run() override {
    if (core_ == nullptr) return;
    core_->stop.Request(kStopByCaller);
    WithoutGil([this] { core_->thread.join(); });
  }

  /// The next events, as EventQueue::Take gives them; throws what signals raise.
  absl::optional<std::vector<Event>> NextEvents(bool all, int level) {
    Core& core = Mine();
    core.events.Want(all, level);
    for (;;) {
      auto events = WithoutGil([&core] { return core.events.Take(std::chrono::milliseconds(kSignalTickMs)); });
      CheckSignals();
      if (!events || !events->empty()) return events;
      if (!all) return events;  // the level may have changed
    }
  }
  void Stop(int reason) override {
    if (core_ != nullptr) core_->stop.Request(reason);
  }
  bool Ended() const override { return core_ == nullptr || core_->events.ended(); }
  /// After the end.
  const absl::StatusOr<Outcome>& outcome() { return Mine().outcome; }
  void Abandon() override { new std::shared_ptr<Core>(std::move(core_)); }

 private:
  struct Core {
    explicit Core(Work work) : work(std::move(work)), events(stop.token()) {}
    const Work work;
    StopSource stop;
    EventQueue events;
    absl::StatusOr<Outcome> outcome;
    std::thread thread;
  };

  Core& Mine() {
    if (core_ == nullptr) throw std::runtime_error("this run belongs to the process that forked");
    return *core_;
  }

  std::shared_ptr<Core> core_;
};

}  // namespace sshsync::python

#endif  // SSHSYNC_BINDINGS_RUN_H_
