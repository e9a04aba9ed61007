#ifndef SSHSYNC_TRANSFER_PUBLISHER_H_
#define SSHSYNC_TRANSFER_PUBLISHER_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/schedule/task_queue.h"
#include "sshsync/stage/lease.h"
#include "sshsync/stage/publishing.h"
#include "sshsync/stage/undo.h"
#include "sshsync/text/escape.h"

namespace sshsync {

/// Publishes what was verified, in groups as they come, or everything together at the end, as undo.h tells: a group
/// costs a round trip to the parent, whose sizes and times are read again and must be those of the digests, and one to
/// the child, where a command of its own does the renames. `in_place`: there is no stage, the files are where they
/// belong, and only the first half is done. Ownership: refers to everything. Threads: one calls Run, which returns when
/// the queue has ended.
class Publisher {
 public:
  Publisher(RunContext& context, RemoteRepository& parent, RemoteRepository& child, const Lease& lease,
            TaskQueue& queue, bool seen = true)
      : context_(context), parent_(parent), child_(child), lease_(lease), queue_(queue), seen_(seen) {}

  void Run() {
    constexpr size_t kGroup = 4000;  // names in a round trip; what one command takes about half a second for
    for (std::vector<Publication> group = queue_.TakeVerified(kGroup); !group.empty();
         group = queue_.TakeVerified(kGroup)) {
      if (!queue_.fatal().ok() || context_.stop.stopped()) continue;
      queue_.together() ? PublishAll(std::move(group)) : PublishGroup(std::move(group));
    }
  }

 private:
  void PublishGroup(std::vector<Publication> group);
  void PublishAll(std::vector<Publication> group);
  absl::StatusOr<std::vector<Publication>> Unchanged(std::vector<Publication> group);
  absl::StatusOr<std::vector<Published>> Prepare(const std::vector<UndoEntry>& entries);
  void TakeAllBack(const std::vector<UndoEntry>& entries, const std::vector<Published>& published);
  void Take(const Publication& file, const Published& published, const FileStat& stat);
  absl::StatusOr<std::vector<FileStat>> Seen(const std::vector<Publication>& files);

  RunContext& context_;
  RemoteRepository& parent_;
  RemoteRepository& child_;
  const Lease& lease_;
  TaskQueue& queue_;
  const bool seen_;  // whether somebody asks for the stat of what was published
};

}  // namespace sshsync

#endif  // SSHSYNC_TRANSFER_PUBLISHER_H_
