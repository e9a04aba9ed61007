#ifndef SSHSYNC_RECORD_STATE_BLOCK_HISTORY_H_
#define SSHSYNC_RECORD_STATE_BLOCK_HISTORY_H_

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/model/event.h"
#include "sshsync/model/moved_block.h"

namespace sshsync {

/// When which stream of which hop carried what: kept of the events that pass by, for the timeline of a run. A run moves
/// any number of blocks, and a picture has a thousand columns: so what is kept of a repository is bounded, and its
/// resolution falls as its time grows. Neighbours in one stream become one block while they together take no longer
/// than a quantum, and the quantum doubles when there are too many. (Keeping the first N was rejected: of a long night
/// it would show the first minutes. So was a fixed quantum: it is too coarse for a run of a second, or too fine for one
/// of a day.)
///
/// Does not own the next sink, which gets every event first. Threads: On as EventSink says; the others from any.
///
///     BlockHistory history(printer, 4);
///     history.On({.kind = EventKind::kBlockMoved, .time = end, .repository = "p", .path = "a", .files = 1, .bytes = 8,
///     .began = begin}); history.Take("p").size() == 1;
class BlockHistory : public EventSink {
 public:
  /// All repositories of the run together keep about this many, but each at least kFewest.
  static constexpr size_t kOfARun = 4096, kFewest = 8, kMost = 1024;

  BlockHistory(EventSink& next, size_t repositories);

  void On(const Event& event) override;
  bool watches() const override { return next_.watches(); }

  /// What is known of those repositories that moved something since the last call; of each all that is kept.
  std::vector<MovedBlock> Fresh();

  /// What is known of that repository, in order of time; and forgets it.
  std::vector<MovedBlock> Take(absl::string_view repository);

 private:
  struct Hop {
    std::map<int, std::vector<MovedBlock>> streams = {};
    size_t size = 0;  // over all streams
    absl::Duration quantum = absl::ZeroDuration();
    bool fresh = false;  // since Fresh
  };

  static void Thin(Hop& hop);

  // Constant after construction.
  EventSink& next_;
  const size_t most_;
  // Protected by mu_.
  std::mutex mu_;
  std::map<std::string, Hop> hops_;
};

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_STATE_BLOCK_HISTORY_H_
