#include "sshsync/record/block_keeper.h"

namespace sshsync {

BlockKeeper::BlockKeeper(BlockHistory& history, RunRecorder& recorder, absl::Duration pause)
    : history_(history), recorder_(recorder), pause_(pause), thread_([this] { Loop(); }) {}

BlockKeeper::~BlockKeeper() {
  {
    const std::lock_guard lock(mu_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void BlockKeeper::Loop() {
  std::unique_lock lock(mu_);
  while (!changed_.wait_for(lock, absl::ToChronoNanoseconds(pause_), [this] { return ended_; })) {
    lock.unlock();
    recorder_.KeepBlocks(history_.Fresh());
    lock.lock();
  }
}

}  // namespace sshsync
