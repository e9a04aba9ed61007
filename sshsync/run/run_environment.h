#ifndef SSHSYNC_RUN_RUN_ENVIRONMENT_H_
#define SSHSYNC_RUN_RUN_ENVIRONMENT_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/model/event.h"
#include "sshsync/model/repository.h"
#include "sshsync/process/clock.h"
#include "sshsync/remote/run_context.h"
#include "sshsync/ssh/dry_runner.h"
#include "sshsync/ssh/runner.h"

namespace sshsync {

/// The parts every verb that talks to hosts is made of: the clock, the runner (over ssh, where the caller brings none),
/// the backoff, the events in order; and the context that refers to them. Lives as long as the run. Not movable, for
/// the context points into it.
class RunEnvironment {
 public:
  /// `runner`: borrowed; nullptr for one over ssh. `stop`, `drain`: as RunContext has them. `seed` of all jitter;
  /// absent: random. `first_pause`: before a second try. `dry`: a run that is to change nothing cannot; its runner
  /// refuses every command that writes.
  RunEnvironment(const Configuration& configuration, Runner* runner, EventSink& sink, const StopToken& stop,
                 const StopToken& drain, absl::optional<unsigned> seed,
                 absl::Duration first_pause = absl::Milliseconds(250), bool dry = false);
  RunEnvironment(const RunEnvironment&) = delete;
  RunEnvironment& operator=(const RunEnvironment&) = delete;

  RunContext& context() { return context_; }
  absl::Time Now() { return clock_.Now(); }
  void Emit(EventKind kind, LogLevel level, absl::string_view message);

 private:
  // One event at a time, each with its time and without secrets.
  class OrderedEvents : public EventSink {
   public:
    OrderedEvents(EventSink& sink, RealClock& clock, const std::vector<std::string>& secrets)
        : sink_(sink), clock_(clock), secrets_(secrets) {}
    void On(const Event& event) override;
    bool watches() const override { return sink_.watches(); }

   private:
    std::mutex mu_;
    EventSink& sink_;
    RealClock& clock_;
    const std::vector<std::string>& secrets_;
  };

  const std::vector<std::string> secrets_;
  RealClock clock_;
  OrderedEvents events_;
  const unsigned seed_;
  const std::unique_ptr<Runner> own_runner_;  // nullptr where the caller brought one
  DryRunner dry_runner_;
  Backoff backoff_;
  RunContext context_;
};

}  // namespace sshsync

#endif  // SSHSYNC_RUN_RUN_ENVIRONMENT_H_
