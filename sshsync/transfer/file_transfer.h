#ifndef SSHSYNC_TRANSFER_FILE_TRANSFER_H_
#define SSHSYNC_TRANSFER_FILE_TRANSFER_H_

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/host/gnu_tar.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/ssh/frame.h"
#include "sshsync/stage/stage.h"
#include "sshsync/stage/transfer_session.h"
#include "sshsync/text/shell_quote.h"
#include "sshsync/transfer/transfer_policy.h"

namespace sshsync {

/// Brings files whole: one by one by the operator's synccmd, or small ones together by the builtin transfer, in
/// archives, each into a new attempt, where it is read back in the same session. Made for one task.
/// Ownership: refers to the hop. Threads: its stream's. Errors: the session's, after which it is of no use, and those
/// that stop all files alike; those of single files are told to the queue.
class FileTransfer {
 public:
  explicit FileTransfer(const TransferContext& hop) : hop_(hop) {}

  absl::Status Bring(const Task& task, Stream& stream);

 private:
  using Indices = std::vector<size_t>;  // of files that go together
  // A group, and what is to be carried before its script runs.
  struct Prepared {
    TransferSession::Group group;
    absl::optional<TransferPipe> pipe = {};
  };

  std::deque<Indices> Cut(const Task& task, bool carries);
  size_t CountOfOne(const Task& task, const Indices& indices, bool carries) const;
  bool GoesInArchive(const FileState& item) const;
  TransferSession NewSession(const Task& task);
  absl::Status BringSome(const Task& task, std::deque<Indices>& batches, Stream& stream);
  absl::Status Carry(const Task& task, Prepared made, Stream& stream);
  absl::StatusOr<Prepared> MakeGroup(const Task& task, const Indices& indices, Stream& stream);
  TransferPipe PassageOf(absl::Span<const std::string> files, absl::string_view from, absl::string_view to) const;
  absl::Status RunSession(const Task& task, TransferSession& session, Stream& stream);
  absl::Status Lost(TransferSession& session, const absl::Status& status);
  void Drop(const Indices& indices, const absl::Status& status, absl::string_view command);
  void LeaveAll(const Indices& indices) {
    for (const size_t index : indices) hop_.queue.Leave(index);
  }
  void Begin(const TransferSession::Group* group) {
    if (group == nullptr) return;
    for (const Attempt& attempt : group->attempts) hop_.queue.Begin(attempt);
  }
  absl::Status OnArrival(const Task& task, const Arrival& arrival);
  absl::Status TakeArrival(const Task& task, const Arrival& arrival);
  std::vector<absl::StatusOr<DigestResult>> ParseDigests(const Task& task, absl::string_view output, int status,
                                                         absl::Span<const Attempt> attempts) const;
  bool Moves(const Task& task, const TransferSession& session, StallDetector& silence);
  bool MadeProgress(absl::Span<const Attempt> attempts, StallDetector& silence);

  const TransferContext& hop_;
};

}  // namespace sshsync

#endif  // SSHSYNC_TRANSFER_FILE_TRANSFER_H_
