#ifndef SSHSYNC_REMOTE_RUN_CONTEXT_H_
#define SSHSYNC_REMOTE_RUN_CONTEXT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "sshsync/model/digest_store.h"
#include "sshsync/model/event.h"
#include "sshsync/model/report.h"
#include "sshsync/process/backoff.h"
#include "sshsync/process/clock.h"
#include "sshsync/process/stop.h"
#include "sshsync/process/stop_notifier.h"
#include "sshsync/ssh/runner.h"

namespace sshsync {

/// What all parts of one run share. Ownership: refers to what the run's caller owns; outlived by it. Threads: its
/// members are each safe for any number of threads.
struct RunContext {
  Runner& runner;
  RealClock& clock;
  EventSink& events;  ///< sets the time of events that have none
  StopToken stop;
  /// Stops with `stop` or earlier: then nothing new begins and transfers are ended, but what is verified is still
  /// published.
  const StopToken drain;
  std::string run;         ///< id: letters, digits and `-`
  std::string controller;  ///< host name and PID, for people
  Backoff& backoff;
  std::vector<std::string> secrets = {};  ///< that must not be shown, whoever prints them
  std::string lock = "";                  ///< which lock on the controller this run holds; empty: none
  bool fail_fast = false;
  bool itemize = false;
  DigestStore* memory = nullptr;  ///< of earlier runs; nullptr: every file is read
  /// Notified when `drain` stops.
  std::shared_ptr<const StopNotifier> stops = std::make_shared<StopNotifier>(drain);
  /// Called with what became of each repository, from any thread; empty: nobody wants to know.
  std::function<void(const RepositoryReport&)> repository_ended = {};
};

}  // namespace sshsync

#endif  // SSHSYNC_REMOTE_RUN_CONTEXT_H_
