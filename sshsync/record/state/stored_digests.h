#ifndef SSHSYNC_RECORD_STATE_STORED_DIGESTS_H_
#define SSHSYNC_RECORD_STATE_STORED_DIGESTS_H_

#include <mutex>
#include <string>

#include "absl/types/optional.h"
#include "sshsync/model/digest_store.h"
#include "sshsync/record/state/state.h"

namespace sshsync {

/// What earlier runs have read, for one that changes nothing, and does not remember either: a plan. Where there is no
/// record, or none that can be read, it knows nothing. Ownership: the record is open as long as the object. Threads:
/// any.
class StoredDigests : public DigestStore {
 public:
  explicit StoredDigests(const std::string& state_dir) {
    if (auto state = State::OpenForReading(state_dir); state.ok()) state_.emplace(*std::move(state));
  }

  void Load(const DigestCacheKey& way, absl::FunctionRef<void(StoredDigest)> take) override {
    const std::lock_guard lock(mu_);
    if (state_ && !state_->Load(way, take).ok()) state_.reset();
  }
  void Store(const DigestCacheKey&, const NewDigests&) override {}

 private:
  std::mutex mu_;
  absl::optional<State> state_;  // protected by mu_
};

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_STATE_STORED_DIGESTS_H_
