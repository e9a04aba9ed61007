#include "sshsync/record/state/block_flusher.h"

#include <system_error>

namespace sshsync {

BlockFlusher::BlockFlusher(BlockHistory& history, RunRecorder& recorder, absl::Duration pause)
    : history_(history), recorder_(recorder), pause_(pause) {
  try {
    thread_ = std::thread([this] { Loop(); });
  } catch (const std::system_error&) {
    // No thread to be had: then the blocks come into the record with the end of the run.
  }
}

BlockFlusher::~BlockFlusher() {
  {
    const std::lock_guard lock(mu_);
    ended_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void BlockFlusher::Loop() {
  std::unique_lock lock(mu_);
  while (!changed_.wait_for(lock, absl::ToChronoNanoseconds(pause_), [this] { return ended_; })) {
    lock.unlock();
    recorder_.KeepBlocks(history_.Fresh());
    lock.lock();
  }
}

}  // namespace sshsync
