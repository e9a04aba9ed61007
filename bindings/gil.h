#ifndef SSHSYNC_BINDINGS_GIL_H_
#define SSHSYNC_BINDINGS_GIL_H_

#include <pybind11/pybind11.h>

#include <functional>
#include <type_traits>
#include <utility>

#include "sshsync/process/stop.h"

namespace sshsync::python {

/// The one place where this module lets go of the interpreter's lock (the GIL) and takes it back. The rules it holds:
///
/// - What waits does so in `WithoutGil`, or in `Interruptibly`, which also notices Ctrl-C; what computes for long in
/// `Computing`.
/// - A thread of a run that needs Python (only those of a runner written in Python do) goes through `WithGil`.
/// - Before the interpreter goes, `Shutdown` (an exit handler) stops whatever is under way, lets nothing new begin, and
/// waits until every thread is
///   back inside; from then on nobody is let out. A thread that came back later would be ended by the interpreter in
///   the middle of a destructor.
/// - In a child of fork there are no threads but the one that forked: `AbandonAfterFork` drops what the others were at.
///
/// Threads: all that lies behind these functions is guarded by the GIL itself.

/// Something under way that has to end before the interpreter does: a run, a command on a host. Registered as long as
/// it lives. Made and destroyed with the GIL held.
class ActiveCall {
 public:
  ActiveCall();
  virtual ~ActiveCall();
  ActiveCall(const ActiveCall&) = delete;
  ActiveCall& operator=(const ActiveCall&) = delete;

  virtual void Stop(int reason) = 0;
  /// Whether nothing of it goes on any more. Does not wait.
  virtual bool Ended() const = 0;
  /// In a child of fork: this is another process's. Lets go of everything without touching it.
  virtual void Abandon() = 0;
};

/// How far the end of the interpreter has come.
enum class FinalizeState { kOpen, kEnding, kClosed };
FinalizeState CurrentFinalizeState();
/// Throws RuntimeError where the interpreter ends.
void RequireNotFinalizing();
/// Throws ImportError in a second interpreter of the process, which would share what this module has for the first.
void RequireMainInterpreter();
void Shutdown();
void AbandonAfterFork();

/// Counts the threads outside; `Shutdown` waits for them. Made and destroyed with the GIL held.
class GilReleased {
 public:
  GilReleased();
  ~GilReleased();
};

/// Calls `work`, which waits for somebody, without the GIL.
template <class Work>
auto WithoutGil(Work&& work) {
  if (CurrentFinalizeState() == FinalizeState::kClosed) return work();
  const GilReleased outside;
  const pybind11::gil_scoped_release release;
  return work();
}

/// Calls `work`, which waits for nobody, without the GIL; with it once the interpreter ends, for a thread that computes
/// on and on would hold that up.
template <class Work>
auto Computing(Work&& work) {
  if (CurrentFinalizeState() != FinalizeState::kOpen) return work();
  return WithoutGil(work);
}

/// Calls `work` with the GIL, from a thread that does not have it.
template <class Work>
auto WithGil(Work&& work) {
  const pybind11::gil_scoped_acquire acquire;
  return work();
}

/// Calls `work` without the GIL in such a way that Ctrl-C, and whatever else a signal's handler raises, is noticed: the
/// token that `work` gets is then stopped, its end is awaited, and the exception is thrown. In other threads than the
/// main one Python handles no signals.
void Interruptibly(const std::function<void(const StopToken&)>& work);

/// Runs the handlers of signals that came; throws what they raise.
void CheckSignals();

/// How often somebody who waits looks for signals.
constexpr int kSignalTickMs = 50;

}  // namespace sshsync::python

#endif  // SSHSYNC_BINDINGS_GIL_H_
