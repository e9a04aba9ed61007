#ifndef SSHSYNC_CASCADE_CASCADE_H_
#define SSHSYNC_CASCADE_CASCADE_H_

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "sshsync/cascade/hop.h"
#include "sshsync/plan/queue.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/digest_agreement.h"

namespace sshsync {

/// A whole queue. All its hops flow at once, at most `jobs` of them: a child takes what its parent has verified while
/// the parent still receives, so that the last hop ends shortly after the first. What the steps order is publishing: a
/// file is published when its parent has published it and every repository of earlier steps has ended. A repository
/// that several children need is listed and digested once; a child that is brought in line serves its own children with
/// what the hop knows of it, without another look. A host that fails stops nobody but its descendants, which keep what
/// they have and are reported as waiting. With fail_fast a step begins when the one before has ended well.
///
/// Ownership: refers to context and queue. Threads: Run is called once; a thread for each hop under way.
class Cascade {
 public:
  Cascade(RunContext& context, const Configuration& configuration, Verb verb, int jobs)
      : context_(context), configuration_(configuration), verb_(verb), jobs_(jobs) {}

  /// One report for each repository of the queue, in its order.
  std::vector<RepositoryReport> Run(const ResolvedQueue& queue);

 private:
  // What the run knows of one repository, for those who have it as their parent.
  struct Known {
    bool busy = false;    // a survey is under way
    bool synced = false;  // it is a child of this run, and what it will hold is known
    absl::optional<absl::Status> listed, digested;
    std::shared_ptr<RemoteRepository> repository;
    std::shared_ptr<const RepositorySnapshot> contents;
    std::shared_ptr<const SourceFiles> source_files;
  };

  // One hop of the queue.
  struct Entry {
    const Repository* repository = nullptr;
    int step = 0;
    bool after_parent = false;           // its parent is a child of this run that comes before it
    bool has_children = false;           // that come after it
    const Repository* source = nullptr;  // what all that it gets in this run comes from
  };

  // A hop's view of its parent.
  class Source : public HopSource {
   public:
    Source(Cascade& cascade, const Repository& parent, const Entry& entry)
        : cascade_(cascade), parent_(parent), source_(*entry.source), awaited_(entry.after_parent) {
      if (!awaited_) cascade_.StartSurvey(parent_);
    }
    std::shared_ptr<const RepositorySnapshot> Expected() override {
      return awaited_ ? cascade_.Expected(source_) : nullptr;
    }
    absl::StatusOr<HopParent> Listed() override { return cascade_.Wait(parent_, awaited_, &Known::listed); }
    absl::StatusOr<HopParent> Digested() override { return cascade_.Wait(parent_, awaited_, &Known::digested); }

   private:
    Cascade& cascade_;
    const Repository& parent_;
    const Repository& source_;
    const bool awaited_;
  };

  std::vector<Entry> Entries(const ResolvedQueue& queue) const;
  void Work();
  void RunHop(const Entry& entry, RepositoryReport& report);
  TaskQueue::Turn TurnOf(int step);
  void StartSurvey(const Repository& repository);
  void StartSurveyLocked(const Repository& repository);
  void Survey(const Repository& repository);
  std::shared_ptr<const RepositorySnapshot> Expected(const Repository& source);
  absl::StatusOr<HopParent> Wait(const Repository& parent, bool awaited, absl::optional<absl::Status> Known::*half);
  void Remember(const Repository& repository, std::shared_ptr<RemoteRepository> made,
                absl::StatusOr<RepositorySnapshot> contents, std::shared_ptr<const SourceFiles> source_files);
  absl::StatusOr<std::shared_ptr<RemoteRepository>> Make(const Repository& repository);
  void AgreeOnDigests(const ResolvedQueue& queue);
  void DropUnused(const Entry& ended);

  RunContext& context_;
  const Configuration& configuration_;
  const Verb verb_;
  const int jobs_;
  std::vector<Entry> entries_;             // constant once Run works
  std::vector<RepositoryReport> reports_;  // each written by its hop's thread

  RelayRegistry relays_;
  EventCount turns_;  // a step has ended, or something failed
  std::mutex mu_;
  std::condition_variable changed_;
  // Protected by mu_.
  std::map<std::string, std::shared_ptr<RemoteRepository>> made_;
  std::map<std::string, Known> known_;
  std::map<std::string, int>
      uses_;  // hops that have not ended, by the repositories they are about, as child or as parent
  std::map<Endpoint, int> accounts_;  // the same, by accounts
  size_t next_ = 0;                   // of the entries
  int told_steps_ = 0;
  std::map<int, int> open_;            // hops by step that have not ended
  int failed_step_ = 0;                // the first step in which something failed; 0: none
  std::vector<std::jthread> surveys_;  // Last, so that they end before the rest goes.
};

}  // namespace sshsync

#endif  // SSHSYNC_CASCADE_CASCADE_H_
