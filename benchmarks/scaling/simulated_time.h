#ifndef SSHSYNC_BENCHMARKS_SCALING_SIMULATED_TIME_H_
#define SSHSYNC_BENCHMARKS_SCALING_SIMULATED_TIME_H_

#include <sys/types.h>

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "absl/time/time.h"

namespace sshsync {

/// Time for many threads in which only waiting takes time. Sleepers sleep until every thread of the process sleeps, in
/// here or elsewhere; then the clock jumps to the next one's end. So a run of hours on ten thousand hosts takes as long
/// as its controller computes, and what the run took in simulated time does not depend on how fast this machine is.
///
/// That all threads sleep is read from /proc, where one that only waits for a processor does not count as asleep: the
/// clock does not run ahead on a busy machine. A wait for real time (a pause, a watcher's second) takes none of the
/// simulated time. Ownership: outlives its sleepers. Threads: any; one of its own turns the clock.
///
///     SimulatedTime time;
///     time.Sleep(absl::Minutes(5));      // returns at once, if nobody else has anything to do
///     time.Now() == absl::Minutes(5);
class SimulatedTime {
 public:
  SimulatedTime();
  ~SimulatedTime();

  absl::Duration Now() const;
  void Sleep(absl::Duration duration);

  /// CPU seconds that turning the clock took so far: they are not those of the run.
  double cpu_seconds() const;
  /// The most threads that the process had.
  int most_threads() const;

 private:
  struct Sleeper {
    std::condition_variable woken;
    bool due = false;
  };

  void Turn();
  bool AllAsleep();
  bool IsAwake(int fd);
  void FindThreads();

  mutable std::mutex mu_;
  // Protected by mu_.
  int64_t now_ = 0;  // in ticks
  std::map<int64_t, std::vector<Sleeper*>> sleepers_;
  double cpu_seconds_ = 0;
  int most_threads_ = 0;
  bool ending_ = false;

  // The turner's: what it knows of the threads, for a look at hundreds of them has to take less time than they sleep.
  const int tasks_;               // their folder in /proc
  std::map<pid_t, int> threads_;  // their states, opened
  bool threads_changed_ = true;
  nlink_t known_nlink_ = 0;  // of the folder: so many threads
  int awake_ = -1;           // of those states

  std::thread turner_;
};

}  // namespace sshsync

#endif  // SSHSYNC_BENCHMARKS_SCALING_SIMULATED_TIME_H_
