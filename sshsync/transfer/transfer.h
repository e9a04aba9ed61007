#ifndef SSHSYNC_TRANSFER_TRANSFER_H_
#define SSHSYNC_TRANSFER_TRANSFER_H_

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/process/thread.h"
#include "sshsync/route/relay_registry.h"
#include "sshsync/route/routes.h"
#include "sshsync/schedule/task_queue.h"
#include "sshsync/stage/lease.h"
#include "sshsync/stage/stage.h"
#include "sshsync/transfer/file_transfer.h"
#include "sshsync/transfer/publisher.h"
#include "sshsync/transfer/range_transfer.h"
#include "sshsync/transfer/transfer_policy.h"

namespace sshsync {

/// Moves the files of one hop, by the operator's synccmd or by the builtin transfer: into the stage, verified there,
/// published; until every file is done or failed. `streams` threads take tasks from the queue: files that are brought
/// whole (one by one by the synccmd, small ones together) or a range of chunks of a big one; each has a session on the
/// child, and in it a connection to the parent that stays. What a task brought is read back in the same session, while
/// other streams move; what is verified is published meanwhile. A session that is lost costs the try of the task it was
/// at: that attempt is never published, though its good chunks are copied from it. Sessions are per stream, not per
/// file: a thousand files cost one login, and what each transfer itself needs.
///
/// Ownership: refers to everything. Threads: its own, all ended when Run returns; Run is called once.
/// Errors: of the child as a whole (unreachable, lease lost, stopped); those of single files are in their outcomes.
class HopTransfer {
 public:
  struct Hop {
    RemoteRepository& parent;
    RemoteRepository& child;
    const Lease& lease;
    std::function<bool()> lease_lost;  ///< to another run
    RelayRegistry& relays;             ///< where hops that relay from one parent meet
    const SourceFiles& source_files;
    ReceivedFiles* received = nullptr;           ///< of the child; nullptr: nobody waits for it
    std::function<TaskQueue::Turn()> turn = {};  ///< to publish; empty: at once
    EventCount* turns = nullptr;                 ///< notified when it may have come
    bool seen = true;                            ///< whether somebody asks for the stat of what is published
    Cut cut = {};
  };

  HopTransfer(RunContext& context, const Hop& hop, FileStates& states);

  absl::Status Run();

 private:
  bool by_command() const { return hop_.by_command(); }
  TaskRules Rules();

  void RunStream(int number);
  // Whether the builtin transfer brings something from the parent in it.
  bool IsFromParent(const Task& task) const {
    return !by_command() && (task.kind == Task::Kind::kFiles ||
                             (task.kind == Task::Kind::kRange && task.range.source == ChunkRange::kParent));
  }
  Task TakeTask(Stream& stream);
  absl::Status Ready(const Task& task, Stream& stream);
  absl::Status Do(const Task& task, Stream& stream);
  void RecheckSource(const Task& task);

  void WatchLoop();

  RunContext& context_;
  RemoteRepository& parent_;
  RemoteRepository& child_;
  const Lease& lease_;
  const std::function<bool()> lease_lost_;
  const bool feeds_children_;  // others wait for what is verified here
  Routes routes_;
  const TransferContext hop_;
  TaskQueue queue_;
  FileTransfer files_;
  RangeTransfer ranges_;
  const bool seen_;
  RelayRegistry::Registration registration_;
  int streams_ = 1;  // constant while they run
};

}  // namespace sshsync

#endif  // SSHSYNC_TRANSFER_TRANSFER_H_
