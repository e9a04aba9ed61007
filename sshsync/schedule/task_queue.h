#ifndef SSHSYNC_SCHEDULE_TASK_QUEUE_H_
#define SSHSYNC_SCHEDULE_TASK_QUEUE_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/host/range_command.h"
#include "sshsync/model/event.h"
#include "sshsync/plan/relay_block.h"
#include "sshsync/process/event_count.h"
#include "sshsync/process/stop.h"
#include "sshsync/schedule/file_states.h"
#include "sshsync/schedule/received_files.h"
#include "sshsync/stage/publishing.h"
#include "sshsync/stage/stage.h"

namespace sshsync {

/// Who a hop's events speak of.
struct HopNames {
  std::string run, parent, child;
  std::vector<std::string> secrets;  ///< never shown: the passwords of the configuration
};

/// What a stream is to do next.
struct Task {
  enum class Kind {
    kNone,           ///< the hop has ended
    kIdle,           ///< nothing by now; there may be something again
    kRecheckSource,  ///< at the sources of `indices`
    kFiles,          ///< bring these files whole
    kCreate,         ///< begin a big file: make `attempt`, and see what earlier ones left
    kRange,          ///< bring `range` of a big file
  } kind = Kind::kNone;
  std::vector<size_t> indices = {};
  std::map<size_t, FileState> items = {};  ///< of `indices`, as they were when the task was taken
  std::string folder = {};                 ///< the parent's, below which the files lie
  Attempt attempt = {};
  ChunkRange range = {};
  std::shared_ptr<BigFile> big = {};

  const FileState& first() const { return items.at(indices[0]); }
};

/// How tasks are cut.
struct TaskRules {
  bool by_command = false;   ///< a file at a time by the operator's command, published ones only
  int streams = 1;           ///< that share the work
  int64_t chunk = 0;         ///< files larger than that go range by range; 0: none does
  std::string algorithm;     ///< of the chunk digests
  std::string stage_folder;  ///< of the child
  std::string child_root;    ///< the same
  int64_t room = -1;         ///< bytes that are free there; -1: not known, or of no account
  bool keeps_old = false;    ///< what is replaced stays on the child, in its trash
};

/// The queue of a hop's tasks: streams take tasks from it and tell what arrived, the publisher takes what was verified,
/// all of them see whether the hop goes on. A task for what the parent cannot give yet waits here. Every event about a
/// file is emitted here, under the lock, in the order in which it happened. Ownership: refers to the file states, the
/// sink, the source files and the received files (of what this child has for its own children; may be null). Threads:
/// any; the file states are touched through the queue only while threads run.
class TaskQueue {
 public:
  /// Whether this hop's turn to publish has come, as the steps order it.
  enum class Turn { kYes, kNotYet, kNever };
  struct Dependencies {
    const SourceFiles& source_files;
    ReceivedFiles* received = nullptr;
    std::function<absl::Time()> monotonic;
    std::function<absl::Duration(int tries)> pause;  ///< before another try
    std::function<Turn()> turn;                      ///< empty: yes
    EventCount* turns = nullptr;                     ///< notified when a turn may have come
    StopToken drain = {};
    EventCount* stops = nullptr;  ///< notified when that stops
  };

  /// While it lives nobody is woken: for much that is put up or taken down at once.
  class NotificationBatch {
   public:
    explicit NotificationBatch(TaskQueue& queue)
        : own_(&queue.changes_),
          received_(queue.dependencies_.received == nullptr ? nullptr : queue.dependencies_.received->changes()) {}

   private:
    const EventCount::NotificationBatch own_, received_;
  };

  TaskQueue(FileStates& states, EventSink& events, HopNames names, TaskRules rules, Dependencies dependencies);

  // What the hop as a whole came to. The first error counts.
  absl::Status fatal() const;
  void SetFatal(const absl::Status& status);

  /// A copy of what is known of one file.
  FileState item(size_t index) const;

  /// Whether the parent has published by now what a task was to bring from its stage: then the task failed for that,
  /// and is taken again.
  bool MovedAtParent(const Task& task) const;
  /// Whether the parent has it in its place.
  bool IsPublishedAtParent(size_t index) const;

  /// Puts back a task that was not begun.
  void Return(const Task& task);

  /// Waits for a task: none when every file came to its end. `most_bytes`: of one range, or one batch. `impatient`:
  /// rather kIdle than to wait long.
  Task Take(int64_t most_bytes, bool impatient);

  // Jobs that several children of a parent bring at the same time (work_board_shared.cc).
  /// The same without waiting: kIdle where there is none by now.
  Task TryTake(int64_t most_bytes);
  /// Waits for something to change, a moment at most.
  void AwaitChange();
  /// What a task brings; whether that, all of it, is to be brought here, too; and takes just that.
  RelayBlock BlockOf(const Task& task) const;
  bool Wants(const RelayBlock& block) const;
  bool TakeThis(const RelayBlock& block, Task* task);

  /// How many streams have something to do at first, up to `most`.
  int Streams(int most) const;

  // A file's way. `Begin` and `Leave` bracket the time in which it is being transferred; each file of a kFiles task is
  // left once.
  void Begin(const Attempt& attempt);
  void Leave(size_t index);
  std::map<size_t, Attempt> UnderWay() const;
  void Progress(size_t index, int64_t bytes);
  void Fail(size_t index, const absl::Status& why, absl::string_view command = "", absl::string_view output = "",
            int exit_status = 0);
  /// All chunks arrived, and the whole has another digest than was wanted.
  void PartsDiffer(const Task& task);
  /// What arrived has another digest than was wanted.
  void Mismatch(size_t index);
  void SourceRechecked(size_t index, const absl::Status& error, const FileEntry* now);
  void Verified(const Attempt& attempt, const FileStat& stat);

  // A big file's way.
  /// The staged file is there; `partial_files`: chunks of earlier attempts, by their paths. The result is those that
  /// have nothing of use.
  std::vector<std::string> Created(const Task& task,
                                   const std::vector<std::pair<std::string, ChunkList>>& partial_files);
  /// The earlier attempt from which a range was copied, if that was the last of it.
  std::vector<std::string> UsedUp(const Task& task) const;
  /// A range was brought and read back. Whether the whole file is there now.
  bool Arrived(const Task& task, absl::Span<const Digest> digests);
  /// A range did not come, or in part. Whether the whole file is there all the same.
  bool BrokeOff(const Task& task, const RangeResult& range, absl::string_view command);
  /// The end of a session that had the staged file open was not seen: another attempt.
  void Abandon(const Task& task, const absl::Status& why, absl::string_view command);

  void EmitBlock(const Task& task, int stream, absl::string_view route, absl::Time began, int64_t files, int64_t bytes);

  // Publishing.
  /// Waits for verified files whose turn has come and takes up to `most`; all of them, whatever `most` is, where they
  /// are published together, and not before every file is verified. None when the hop has ended.
  std::vector<Publication> TakeVerified(size_t most);
  /// The parent's file is not the one that was digested.
  void SourceChanged(size_t index);
  void Published(size_t index, const FileStat& stat);
  /// Not published after all: they are verified still.
  void PutBack(std::vector<Publication> files);
  bool together() const { return states_.together(); }
  /// Waits until nothing verified is left that may be published.
  void AwaitPublished();
  /// Ends the waiting of TakeVerified and of WaitFor.
  void End();
  /// Waits that long, or until End; returns whether ended.
  bool WaitForEnd(absl::Duration duration);

 private:
  static constexpr size_t kLooks = 5000;  // files that one search asks the source for
  static constexpr absl::Duration kTick =
      absl::Milliseconds(20);  // how soon the others are looked at, and whether other queues posted something

  enum class Ready { kNo, kYes, kOver };
  Ready Look(size_t index, SourceState* holding);
  bool Over() const;
  const FileState* WantedAs(const RelayBlock& block, size_t i, size_t* index) const;
  static bool IsSettled(const FileState& item) {
    return item.state != FileState::State::kOpen && item.state != FileState::State::kVerified;
  }
  bool TakeAny(int64_t most_bytes, Task* task);
  void AddItems(Task* task) const;
  bool IsDue(const FileState& item, absl::Time now);
  bool Fits(const FileState& item);
  void TakeOff(size_t index);
  bool TakeRange(int64_t most_bytes, Task* task);
  bool TakeFiles(int64_t most_bytes, Task* task);
  bool TakeDoubtful(Task* task);
  bool IsBig(const FileState& item) const;
  void Refresh(size_t index);
  bool IsOf(const Task& task) const;
  bool MayGo(const std::string& path) const;
  void EmitChunks(const Task& task);
  void BrokeOffLocked(const Task& task, bool moved, const absl::Status& why, absl::string_view command,
                      absl::string_view output, int exit_status);
  void Emit(EventKind kind, const FileState& item, int64_t bytes, absl::string_view message = "");
  void Emit(LogLevel level, std::string message, const std::string& path, const std::string& repository);
  void FailLocked(size_t index, const absl::Status& why, absl::string_view command, absl::string_view output,
                  int exit_status);

  FileStates& states_;
  EventSink& events_;
  const HopNames names_;
  const TaskRules rules_;
  const Dependencies dependencies_;

  EventCount changes_;
  const EventCount::Subscription supplied_{dependencies_.source_files.changes(), &changes_},
      turned_{dependencies_.turns, &changes_}, stopped_{dependencies_.stops, &changes_};

  mutable std::mutex mu_;
  std::condition_variable over_, published_;  // that it has ended; that nothing is left to publish
  // Protected by mu_, as work_ is.
  absl::Status fatal_;
  std::set<size_t> open_;            // to be taken by a stream: small ones first
  std::set<size_t> growing_;         // big files under way
  std::set<size_t> doubtful_;        // whose source is to be looked at
  std::vector<bool> settled_;        // files that came to their end
  size_t unsettled_ = 0;             // the others
  int64_t spent_ = 0;                // of the room: what was begun, without what that replaced
  bool cramped_ = false;             // some file waits for room
  std::set<std::string> abandoned_;  // staged files of attempts that were given up
  std::vector<Publication> verified_;
  std::map<size_t, Attempt> under_way_;
  absl::Time next_due_;                            // when what the last search left out for its time is to be looked at
  mutable std::map<std::string, size_t> by_path_;  // made when it is first asked for
  bool publishing_ = false;
  bool starved_ = false;  // the publisher found nothing whose turn has come
  bool ended_ = false;
};

}  // namespace sshsync

#endif  // SSHSYNC_SCHEDULE_TASK_QUEUE_H_
