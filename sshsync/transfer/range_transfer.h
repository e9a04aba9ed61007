#ifndef SSHSYNC_TRANSFER_RANGE_TRANSFER_H_
#define SSHSYNC_TRANSFER_RANGE_TRANSFER_H_

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sshsync/host/range_command.h"
#include "sshsync/host/record_script.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"
#include "sshsync/transfer/transfer_policy.h"

namespace sshsync {

/// Brings big files range by range: makes the staged file, copies into it what the child has already, has the rest
/// sent, and reads each range back in the same session. One for all streams of a hop. Ownership: refers to the hop.
/// Threads: any. Errors: the session's, after which it is of no use, and those that stop all files alike; those of
/// single files are told to the queue.
class RangeTransfer {
 public:
  explicit RangeTransfer(const TransferContext& hop) : hop_(hop) {}

  absl::Status Create(const Task& task, Stream& stream);
  absl::Status Bring(const Task& task, Stream& stream);

 private:
  bool TakesShortWay(const Stream& stream) const {
    return !hop_.routes.carries(stream) && hop_.routes.silent(stream) && !broke_ && hop_.child.tools().can("seek");
  }
  absl::StatusOr<std::string> BringText(const RangeStep& step, Stream& stream, ProgressProbe moved) const;
  absl::Status VerifyWhole(const Task& task, Stream& stream, const FileStat& stat);
  void Remove(const std::vector<std::string>& partial_files);
  bool MadeProgress(const std::string& folder, const std::string& file, StallDetector& silence);

  const TransferContext& hop_;
  std::atomic<bool> broke_ = false;  // a range did not come to its end, or not as it was
};

}  // namespace sshsync

#endif  // SSHSYNC_TRANSFER_RANGE_TRANSFER_H_
