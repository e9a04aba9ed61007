#ifndef SSHSYNC_MODEL_EVENT_H_
#define SSHSYNC_MODEL_EVENT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/base/log.h"
#include "sshsync/base/status.h"

namespace sshsync {

enum class EventKind {
  kRunStarted,         ///< run; message: the queue as text
  kStepStarted,        ///< step (from 1); message: its repositories
  kRepositoryStarted,  ///< repository, parent
  kListed,             ///< repository; files, bytes
  kDigested,           ///< repository; files, bytes
  kPlanned,            ///< repository; files and bytes to move; message: the counts as text
  kFileStarted,        ///< repository, path; total
  kFileProgress,       ///< repository, path; bytes of total so far
  kBlockMoved,     ///< repository, path (of a batch the first, or empty); action: route; files, bytes, offset, stream,
                   ///< began
  kFileVerified,   ///< repository, path: staged, digest right
  kFilePublished,  ///< repository, path; action, bytes
  kFileFailed,     ///< repository, path; failure, message
  kRepositoryEnded,  ///< repository; action: outcome; files, bytes
  kRunEnded,         ///< run; action: outcome
  kMessage,          ///< level, message; repository and path where it concerns one
};

/// Something that happened, as a flat value; which members mean something depends on the kind (see EventKind).
/// `path`, `message` and `output` hold raw bytes: a sink that shows them escapes them.
struct Event {
  EventKind kind = EventKind::kMessage;
  absl::Time time = {};
  std::string run = {};
  int step = 0;
  std::string repository = {};
  std::string parent = {};
  std::string path = {};
  std::string action = {};  ///< copy, replace, delete, mode, keep; or an outcome; or a route
  int64_t files = 0;
  int64_t bytes = 0;
  int64_t total = 0;
  int64_t offset = 0;     ///< of a range: where in its file it begins
  int stream = 0;         ///< which of the hop's streams carried the block, from 0
  absl::Time began = {};  ///< when the transfer of the block began; `time` is its end
  LogLevel level = LogLevel::kInfo;
  Failure failure = Failure::kNone;
  std::string message = {};
  std::string command = {};  ///< of a failed remote command, as it was run, without secrets
  std::string output = {};   ///< what it printed, bounded
  int exit_status = 0;       ///< of that command
};

/// Receives events while a run goes on. Called from any thread of the run, never from two at once.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void On(const Event& event) = 0;
  /// Whether somebody sees how far files are: else no host is asked for that. Called from any thread.
  virtual bool watches() const { return true; }
};

/// `file_published` and its kin, as they stand in JSON.
inline absl::string_view EventKindName(EventKind kind) {
  switch (kind) {
    case EventKind::kRunStarted:
      return "run_started";
    case EventKind::kStepStarted:
      return "step_started";
    case EventKind::kRepositoryStarted:
      return "repository_started";
    case EventKind::kListed:
      return "listed";
    case EventKind::kDigested:
      return "digested";
    case EventKind::kPlanned:
      return "planned";
    case EventKind::kFileStarted:
      return "file_started";
    case EventKind::kFileProgress:
      return "file_progress";
    case EventKind::kBlockMoved:
      return "block_moved";
    case EventKind::kFileVerified:
      return "file_verified";
    case EventKind::kFilePublished:
      return "file_published";
    case EventKind::kFileFailed:
      return "file_failed";
    case EventKind::kRepositoryEnded:
      return "repository_ended";
    case EventKind::kRunEnded:
      return "run_ended";
    case EventKind::kMessage:
      return "message";
  }
  return "message";
}

}  // namespace sshsync

#endif  // SSHSYNC_MODEL_EVENT_H_
