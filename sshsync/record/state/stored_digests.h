#ifndef SSHSYNC_RECORD_STATE_STORED_DIGESTS_H_
#define SSHSYNC_RECORD_STATE_STORED_DIGESTS_H_

#include <mutex>
#include <string>

#include "absl/types/optional.h"
#include "sshsync/model/digest_memory.h"
#include "sshsync/record/state/state.h"

namespace sshsync {

/// What earlier runs have read, for one that changes nothing, and does not remember either: a plan. Where there is no
/// record, or none that can be read, it knows nothing. Ownership: the record is open as long as the object. Threads:
/// any.
class RecalledDigests : public DigestMemory {
 public:
  explicit RecalledDigests(const std::string& state_dir) {
    if (auto state = State::OpenForReading(state_dir); state.ok()) state_.emplace(*std::move(state));
  }

  void Recall(const DigestWay& way, absl::FunctionRef<void(RememberedFile)> take) override {
    const std::lock_guard lock(mu_);
    if (state_ && !state_->Recall(way, take).ok()) state_.reset();
  }
  void Remember(const DigestWay&, const NewDigests&) override {}

 private:
  std::mutex mu_;
  absl::optional<State> state_;  // protected by mu_
};

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_STATE_STORED_DIGESTS_H_
