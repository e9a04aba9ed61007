#ifndef SSHSYNC_SCHEDULE_SOURCE_FILES_H_
#define SSHSYNC_SCHEDULE_SOURCE_FILES_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "sshsync/base/status.h"
#include "sshsync/model/manifest.h"
#include "sshsync/process/event_count.h"

namespace sshsync {

/// How a parent has one of its files at this moment.
struct SourceState {
  enum class State {
    kAwaited,    ///< not yet, or only some chunks of it: see Supply::HasChunk
    kVerified,   ///< whole and verified, in the stage
    kPublished,  ///< in its place
    kFailed,     ///< it will not come: `why`, of `failure`
    kGone,       ///< the parent's own parent lost it
  } state = State::kPublished;
  std::string folder;              ///< below which the file's path leads to it, absolute; empty: not anywhere yet
  const FileEntry* now = nullptr;  ///< what it is to be by now, where that is not what was planned; valid until the
                                   ///< object is asked again for it
  Failure failure = Failure::kNone;
  std::string why;
};

/// What a parent can give to its children while it may still be receiving it itself. Asked from any thread, often;
/// never waits.
class SourceFiles {
 public:
  virtual ~SourceFiles() = default;
  virtual SourceState Of(const std::string& path) const = 0;
  /// Of a big file that is awaited: whether that chunk is in the stage and verified. It lies at Of(path).folder.
  virtual bool HasChunk(const std::string& path, int64_t chunk) const = 0;
  /// Whether nothing changes there any more.
  virtual bool ended() const = 0;
  /// Notified when something has changed there; null: nothing ever does.
  virtual EventCount* changes() const { return nullptr; }
  /// Why a file that was to be deleted there has stayed; empty: it has not.
  virtual std::string WhyKept(const std::string& path) const = 0;
};

/// A parent that receives nothing: all that it lists is in its place.
class SettledSourceFiles : public SourceFiles {
 public:
  explicit SettledSourceFiles(std::string root) : root_(std::move(root)) {}
  SourceState Of(const std::string&) const override {
    return {
        .state = SourceState::State::kPublished, .folder = root_, .now = nullptr, .failure = Failure::kNone, .why = {}};
  }
  bool HasChunk(const std::string&, int64_t) const override { return true; }
  bool ended() const override { return true; }
  std::string WhyKept(const std::string&) const override { return ""; }

 private:
  const std::string root_;
};

}  // namespace sshsync

#endif  // SSHSYNC_SCHEDULE_SOURCE_FILES_H_
