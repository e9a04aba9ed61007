#ifndef SSHSYNC_RECORD_STATE_BLOCK_FLUSHER_H_
#define SSHSYNC_RECORD_STATE_BLOCK_FLUSHER_H_

#include <condition_variable>
#include <mutex>
#include <thread>

#include "absl/time/time.h"
#include "sshsync/record/state/block_history.h"
#include "sshsync/record/state/run_recorder.h"

namespace sshsync {

/// While it lives, brings what hops carried into the record now and then, so that the page of a run that goes on, or
/// was killed, shows how far it came. (Writing with each event was rejected: the record reaches the disk with each
/// write, and events come from whoever moves content.) Does not own what it is given. Threads: one of its own, gone
/// with it.
///
///     const BlockFlusher keeper(history, *recorder);
class BlockFlusher {
 public:
  BlockFlusher(BlockHistory& history, RunRecorder& recorder, absl::Duration pause = absl::Seconds(10));
  ~BlockFlusher();
  BlockFlusher(const BlockFlusher&) = delete;
  BlockFlusher& operator=(const BlockFlusher&) = delete;

 private:
  void Loop();

  // Constant after construction.
  BlockHistory& history_;
  RunRecorder& recorder_;
  const absl::Duration pause_;
  // Protected by mu_.
  std::mutex mu_;
  std::condition_variable changed_;
  bool ended_ = false;

  std::thread thread_;
};

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_STATE_BLOCK_FLUSHER_H_
