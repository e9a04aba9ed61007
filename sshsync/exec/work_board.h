#ifndef SSHSYNC_EXEC_WORK_BOARD_H_
#define SSHSYNC_EXEC_WORK_BOARD_H_

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sshsync/exec/publishing.h"
#include "sshsync/exec/stage.h"
#include "sshsync/exec/work.h"
#include "sshsync/model/event.h"

namespace sshsync {

/// Who a hop's events speak of.
struct HopNames {
  std::string run, parent, child;
  std::vector<std::string> secrets;  ///< never shown: the passwords of the configuration
};

/// The board on which the threads of one hop meet: the streams put up what arrived, the publisher takes it down, all of them see whether
/// the hop goes on. Everything that is told about a file is told here, under the lock, in the order in which it happened.
/// Ownership: refers to the work and the sink. Threads: any; `work` is touched through the board only while threads run.
class WorkBoard {
 public:
  WorkBoard(Work& work, EventSink& events, HopNames names) : work_(work), events_(events), names_(std::move(names)) {}

  // What the hop as a whole came to. The first error counts.
  absl::Status fatal() const;
  void SetFatal(const absl::Status& status);

  /// A copy of what is known of one file.
  WorkItem item(size_t index) const;
  std::vector<size_t> ToLookAgain() const;
  std::vector<std::vector<size_t>> Deal(int streams) const;
  bool AnyOpen() const;

  // A file's way. `Begin` and `Leave` bracket the time in which it is being transferred.
  void Begin(const Attempt& attempt);
  void Leave(size_t index);
  std::map<size_t, Attempt> UnderWay() const;
  void Progress(size_t index, int64_t bytes);
  void Fail(size_t index, const absl::Status& why, absl::string_view command = "", absl::string_view output = "", int exit_status = 0);
  /// What arrived has another digest than was wanted.
  void Mismatch(size_t index);
  void LookedAgain(size_t index, const absl::Status& error, const FileEntry* now);
  void Verified(const Attempt& attempt, const FileStat& stat);

  // Publishing.
  /// Waits for verified files and takes up to `most`; all of them, whatever `most` is, where they are published together, and not before every
  /// file is verified. None when the hop has ended.
  std::vector<Publication> TakeVerified(size_t most);
  /// The parent's file is not the one that was digested.
  void SourceChanged(size_t index);
  void Published(size_t index);
  /// Not published after all: they are verified still.
  void PutBack(std::vector<Publication> files);
  bool together() const { return work_.together(); }
  /// Waits until nothing verified is left that may be published.
  void AwaitPublished();
  /// Ends the waiting of TakeVerified and of WaitFor.
  void End();
  /// Waits that long, or until End; returns whether ended.
  bool WaitForEnd(absl::Duration duration);

 private:
  void Tell(EventKind kind, const WorkItem& item, int64_t bytes, absl::string_view message = "");
  void Tell(LogLevel level, std::string message, const std::string& path, const std::string& repository);

  Work& work_;
  EventSink& events_;
  const HopNames names_;

  mutable std::mutex mu_;
  std::condition_variable changed_;
  // Protected by mu_, as work_ is.
  absl::Status fatal_;
  std::vector<Publication> verified_;
  std::map<size_t, Attempt> under_way_;
  bool publishing_ = false;
  bool ended_ = false;
};

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_WORK_BOARD_H_
