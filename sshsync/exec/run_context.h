#ifndef SSHSYNC_EXEC_RUN_CONTEXT_H_
#define SSHSYNC_EXEC_RUN_CONTEXT_H_

#include <string>

#include "sshsync/exec/backoff.h"
#include "sshsync/exec/clock.h"
#include "sshsync/exec/runner.h"
#include "sshsync/exec/stop.h"
#include "sshsync/model/event.h"

namespace sshsync {

/// What all parts of one run share. Ownership: refers to what the run's caller owns; outlived by it. Threads: its members are
/// each safe for any number of threads.
template <Runner R, Clock C>
struct RunContext {
  R& runner;
  C& clock;
  EventSink& events;  ///< sets the time of events that have none
  StopToken stop;
  std::string run;         ///< id: letters, digits and `-`
  std::string controller;  ///< host name and PID, for people
  Backoff& backoff;
  bool fail_fast = false;
  bool itemize = false;
};

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_RUN_CONTEXT_H_
