#ifndef SSHSYNC_CASCADE_HOP_H_
#define SSHSYNC_CASCADE_HOP_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "sshsync/cascade/deleter.h"
#include "sshsync/cascade/lease_guard.h"
#include "sshsync/cascade/repository_reporter.h"
#include "sshsync/model/report.h"
#include "sshsync/plan/deletion.h"
#include "sshsync/plan/diff.h"
#include "sshsync/plan/explain.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/digest_cache.h"
#include "sshsync/remote/selection.h"
#include "sshsync/remote/survey.h"
#include "sshsync/schedule/preflight.h"
#include "sshsync/schedule/received_files.h"
#include "sshsync/schedule/source_files.h"
#include "sshsync/stage/trash.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"
#include "sshsync/transfer/chunk_survey.h"
#include "sshsync/transfer/partial_files.h"
#include "sshsync/transfer/transfer.h"

namespace sshsync {

/// What a parent brings into a hop: the repository, opened, and what it holds (or, in a plan, will hold): at first
/// perhaps without digests.
struct HopParent {
  std::shared_ptr<RemoteRepository> repository;
  std::shared_ptr<const RepositorySnapshot> contents;
  std::shared_ptr<const SourceFiles> source_files;  ///< what it has of them by now
};

/// Where a hop asks for its parent; both calls wait for it. `Listed` has no digests yet, so that both sides can be
/// digested at once.
class HopSource {
 public:
  virtual ~HopSource() = default;
  /// Where the parent is brought in line by this run: what the repository lists from which all of that comes. Mostly
  /// the parent will hold it, so that a child need not wait for the plan above it to begin with its digests. Nothing
  /// where that is not known, or nothing waits.
  virtual std::shared_ptr<const RepositorySnapshot> Expected() { return nullptr; }
  virtual absl::StatusOr<HopParent> Listed() = 0;
  virtual absl::StatusOr<HopParent> Digested() = 0;
};

/// One hop of a run: a child is brought in line with its parent. Reads like its own table of contents: see Run.
/// Ownership: refers to its arguments. Threads: one calls Run, once; the transfer starts its own.
class Hop {
 public:
  /// What the cascade has to do with it.
  struct Options {
    RelayRegistry& relays;                       ///< of the run
    bool has_children = false;                   ///< that wait for it
    CutRules cut = {};                           ///< of big files, where their digests have no chunks
    std::function<TaskQueue::Turn()> turn = {};  ///< to publish
    EventCount* turns = nullptr;                 ///< notified when it may have come
    /// Takes what the child will hold, as soon as that is known, and what it has of it by then.
    std::function<void(RepositorySnapshot planned, std::shared_ptr<const SourceFiles> source_files)> announce = {};
  };

  Hop(RunContext& context, Verb verb, RemoteRepository& child, RepositoryReport& report, Options options)
      : context_(context),
        verb_(verb),
        child_(child),
        report_(report),
        options_(std::move(options)),
        reporter_(context, report),
        lease_guard_(context, child) {}

  /// Does the hop and writes what became of it into the report. While the child is listed and digested, so may be its
  /// parent. The result is what the child holds afterwards, for its own children: files that failed are among its
  /// failures. Errors: of the repository as a whole; they are in the report, too.
  absl::StatusOr<RepositorySnapshot> Run(HopSource& source);

 private:
  absl::StatusOr<RepositorySnapshot> DoAll(HopSource& source);
  Plan Compare(const RepositorySnapshot& parent, RepositorySnapshot& child);
  void PlanDeletions(const Selection& selection, const RepositorySnapshot& parent, const std::set<std::string>& links,
                     RepositorySnapshot& child, Plan& plan);
  void EmitPlan(const Plan& plan);
  void Announce(const Plan& plan, const RepositorySnapshot& child);
  absl::Status AwaitTurn();
  absl::StatusOr<RepositorySnapshot> CarryOut(const HopParent& parent, RepositorySnapshot child, const Plan& plan);
  absl::StatusOr<RepositorySnapshot> Apply(const HopParent& parent, RepositorySnapshot child, const Plan& plan);
  absl::Status TakeUpArrived(const HopParent& parent, const std::vector<std::string>& unsettled,
                             const std::set<std::string>& links, RepositorySnapshot& child);
  absl::Status DeleteAfter(const SourceFiles& parent, const std::vector<std::string>& paths, RepositorySnapshot& child);
  absl::Status Delete(const std::vector<std::string>& paths, RepositorySnapshot& child);
  absl::Status CopyLinks(const RepositorySnapshot& parent, const std::set<std::string>& links,
                         RepositorySnapshot& child);
  absl::Status AlignMetadata(const RepositorySnapshot& parent, const RepositorySnapshot& child);
  // Whether all of the repository, or nothing, is published, and something is missing.
  bool HeldBack() const {
    return verb_ == Verb::kSync && child_.config().publish == PublishMode::kTogether &&
           (report_.failed > 0 || incomplete_);
  }
  std::set<std::string> LeaveOut(const RepositorySnapshot& parent, RepositorySnapshot& child);
  void ReportPlan(const Plan& plan);
  RunContext& context_;
  const Verb verb_;
  RemoteRepository& child_;
  RepositoryReport& report_;
  const Options options_;
  RepositoryReporter reporter_;
  LeaseGuard lease_guard_;
  const Lease& lease_ = lease_guard_.lease();
  std::shared_ptr<ReceivedFiles> received_;
  bool incomplete_ = false, refused_ = false;  // its listing; deletions
};

}  // namespace sshsync

#endif  // SSHSYNC_CASCADE_HOP_H_
