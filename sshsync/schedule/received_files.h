#ifndef SSHSYNC_SCHEDULE_RECEIVED_FILES_H_
#define SSHSYNC_SCHEDULE_RECEIVED_FILES_H_

#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/process/event_count.h"
#include "sshsync/schedule/source_files.h"

namespace sshsync {

/// What a child that is itself a parent has by now of the files that it is to receive: written by the hop that receives
/// them, read by the hops to its own children, which so take a file, or a chunk, as soon as it was verified. Files that
/// are not expected here are in their place. Ownership: shared; outlives the hop that writes it. Threads: any.
class ReceivedFiles : public SourceFiles {
 public:
  ReceivedFiles(std::string repository, std::string root)
      : repository_(std::move(repository)), root_(std::move(root)) {}

  SourceState Of(const std::string& path) const override {
    const std::lock_guard lock(mu_);
    const auto at = files_.find(path);
    if (at == files_.end())
      return {.state = SourceState::State::kPublished,
              .folder = root_,
              .now = nullptr,
              .failure = Failure::kNone,
              .why = {}};
    const File& file = at->second;
    const bool moment = file.state == SourceState::State::kVerified && !held_ && file.chunks.empty();
    return {.state = moment ? SourceState::State::kAwaited : file.state,
            .folder = file.state == SourceState::State::kPublished ? root_ : file.folder,
            .now = &file.entry,
            .failure = file.failure,
            .why = file.why};
  }
  bool HasChunk(const std::string& path, int64_t chunk) const override {
    const std::lock_guard lock(mu_);
    const auto at = files_.find(path);
    if (at == files_.end() || at->second.state == SourceState::State::kPublished ||
        at->second.state == SourceState::State::kVerified)
      return true;
    const std::vector<bool>& chunks = at->second.chunks;
    return static_cast<size_t>(chunk) < chunks.size() && chunks[static_cast<size_t>(chunk)];
  }

  EventCount* changes() const override { return &changes_; }
  bool ended() const override {
    const std::lock_guard lock(mu_);
    return ended_;
  }
  std::string WhyKept(const std::string& path) const override {
    const std::lock_guard lock(mu_);
    const auto at = kept_.find(path);
    return at == kept_.end() ? "" : at->second;
  }

  /// Its deletion failed.
  void NotDeleted(const std::string& path, const std::string& why) {
    const Change change(*this);
    kept_[path] = absl::StrCat("waiting for \"", repository_, "\": ", why);
  }

  /// It is to come, in this version (another one than before: what there was of it does not count).
  void Expect(const FileEntry& entry) {
    const Change change(*this);
    files_[entry.path] = {.state = SourceState::State::kAwaited, .entry = entry};
  }
  /// The attempt in which it grows.
  void StartedIn(const std::string& path, const std::string& folder) {
    const Change change(*this);
    File& file = files_[path];
    file.folder = folder;
    file.chunks.clear();
  }
  void ChunkVerified(const std::string& path, int64_t chunk) {
    const Change change(*this);
    std::vector<bool>& chunks = files_[path].chunks;
    if (static_cast<size_t>(chunk) >= chunks.size()) chunks.resize(static_cast<size_t>(chunk) + 1);
    chunks[static_cast<size_t>(chunk)] = true;
  }
  void Verified(const std::string& path, const std::string& folder) {
    Change change(*this);
    File& file = files_[path];
    change.seen = held_ || !file.chunks.empty();
    file.state = SourceState::State::kVerified;
    file.folder = folder;
  }
  /// What was there turned out to be what is wanted.
  void Kept(const FileEntry& entry) {
    const Change change(*this);
    files_[entry.path] = {.state = SourceState::State::kPublished, .entry = entry};
  }
  /// Whether what is verified has to wait for its turn. Where it has not, it is in its place in a moment, and not worth
  /// to be taken from the stage.
  void SetHeld(bool held) {
    Change change(*this);
    change.seen = held && !held_;
    held_ = held;
  }
  /// With the size and time that it has there.
  void Published(const std::string& path, const FileStat& stat) {
    const Change change(*this);
    File& file = files_[path];
    file.state = SourceState::State::kPublished;
    file.entry.stat = stat;
  }
  void Gone(const std::string& path) {
    const Change change(*this);
    files_[path].state = SourceState::State::kGone;
  }
  void Failed(const std::string& path, Failure failure, std::string why) {
    const Change change(*this);
    Fail(files_[path], failure, std::move(why));
  }
  /// The hop has ended: what did not come by now does not come.
  void End(Failure failure, const std::string& why) {
    const Change change(*this);
    ended_ = true;
    for (auto& [path, file] : files_) {
      if (file.state == SourceState::State::kAwaited || file.state == SourceState::State::kVerified)
        Fail(file, failure, why);
    }
  }

 private:
  // Under the lock; notifies afterwards, where others see a difference.
  class Change {
   public:
    explicit Change(ReceivedFiles& received) : received_(received), lock_(received.mu_) {}
    ~Change() {
      lock_.unlock();
      if (seen) received_.changes_.Notify();
    }
    bool seen = true;

   private:
    ReceivedFiles& received_;
    std::unique_lock<std::mutex> lock_;
  };

  struct File {
    SourceState::State state = SourceState::State::kAwaited;
    std::string folder = {};
    FileEntry entry = {};
    std::vector<bool> chunks = {};
    Failure failure = Failure::kNone;
    std::string why = {};
  };
  void Fail(File& file, Failure failure, std::string why) {
    file.state = SourceState::State::kFailed;
    file.failure = failure;
    file.why = absl::StrCat("waiting for \"", repository_, "\": ", why);
  }

  const std::string repository_, root_;
  mutable EventCount changes_;
  mutable std::mutex mu_;
  // Protected by mu_.
  std::unordered_map<std::string, File> files_;
  std::unordered_map<std::string, std::string> kept_;  // what was to be deleted: why it was not
  bool held_ = false;
  bool ended_ = false;
};

}  // namespace sshsync

#endif  // SSHSYNC_SCHEDULE_RECEIVED_FILES_H_
