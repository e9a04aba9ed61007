#ifndef SSHSYNC_CASCADE_HOP_H_
#define SSHSYNC_CASCADE_HOP_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "sshsync/cascade/deleter.h"
#include "sshsync/cascade/hop_source.h"
#include "sshsync/cascade/lease_guard.h"
#include "sshsync/model/report.h"
#include "sshsync/plan/deletion.h"
#include "sshsync/plan/diff.h"
#include "sshsync/plan/explain.h"
#include "sshsync/remote/digest_cache.h"
#include "sshsync/remote/selection.h"
#include "sshsync/remote/survey.h"
#include "sshsync/route/early_start.h"
#include "sshsync/schedule/preflight.h"
#include "sshsync/schedule/received_files.h"
#include "sshsync/stage/trash.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"
#include "sshsync/transfer/chunk_survey.h"
#include "sshsync/transfer/partial_files.h"
#include "sshsync/transfer/speculative_copies.h"
#include "sshsync/transfer/transfer.h"

namespace sshsync {

/// One hop of a run: a child is brought in line with its parent. Reads like its own table of contents: see Run.
/// Ownership: refers to its arguments. Threads: one calls Run, once; the mover starts its own.
template <Runner R, Clock C>
class Hop {
 public:
  /// What the cascade has to do with it.
  struct Part {
    bool has_children = false;                   ///< that wait for it
    int on_host = 1;                             ///< hops of the run whose child is on the same host
    CutRules cut = {};                           ///< of big files, where their digests have no chunks
    std::function<WorkBoard::Turn()> turn = {};  ///< to publish
    Bell* turns = nullptr;                       ///< rings when it may have come
    /// Takes what the child will hold, as soon as that is known, and what it has of it by then.
    std::function<void(Contents planned, std::shared_ptr<const Supply> supply)> announce = {};
  };

  Hop(RunContext<R, C>& context, Verb verb, RemoteRepository<R, C>& child, RepositoryReport& report, Part part)
      : context_(context), verb_(verb), child_(child), report_(report), part_(std::move(part)), held_(context, child) {}

  /// Does the hop and writes what became of it into the report. While the child is listed and digested, so may be its
  /// parent. The result is what the child holds afterwards, for its own children: files that failed are among its
  /// failures. Errors: of the repository as a whole; they are in the report, too.
  absl::StatusOr<Contents> Run(HopSource<R, C>& source);

 private:
  absl::StatusOr<Contents> DoAll(HopSource<R, C>& source);
  Plan Compare(const Contents& parent, Contents& child);
  void PlanDeletions(const Selection& selection, const Contents& parent, const std::set<std::string>& links,
                     Contents& child, Plan& plan);
  void TellPlan(const Plan& plan);
  void Announce(const Plan& plan, const Contents& child);
  absl::Status AwaitTurn();
  absl::StatusOr<Contents> CarryOut(const HopParent<R, C>& parent, Contents child, const Plan& plan);
  absl::StatusOr<Contents> Apply(const HopParent<R, C>& parent, Contents child, const Plan& plan);
  absl::Status TakeUpArrived(const HopParent<R, C>& parent, const std::vector<std::string>& unsettled,
                             const std::set<std::string>& links, Contents& child);
  absl::Status DeleteAfter(const Supply& parent, const std::vector<std::string>& paths, Contents& child);
  absl::Status Delete(const std::vector<std::string>& paths, Contents& child);
  absl::Status CopyLinks(const Contents& parent, const std::set<std::string>& links, Contents& child);
  absl::Status AlignMetadata(const Contents& parent, const Contents& child);
  void TellFailed(const FileOutcome& outcome);
  // Whether all of the repository, or nothing, is published, and something is missing.
  bool HeldBack() const {
    return verb_ == Verb::kSync && child_.config().publish == PublishMode::kTogether &&
           (report_.failed > 0 || incomplete_);
  }
  std::set<std::string> LeaveOut(const Contents& parent, Contents& child);
  void ReportFailure(FileOutcome outcome);
  void ReportPlan(const Plan& plan);
  Event Told(EventKind kind, absl::string_view path = "") const {
    return {.kind = kind,
            .run = context_.run,
            .step = report_.step,
            .repository = report_.name,
            .parent = report_.parent,
            .path = std::string(path)};
  }

  RunContext<R, C>& context_;
  const Verb verb_;
  RemoteRepository<R, C>& child_;
  RepositoryReport& report_;
  const Part part_;
  HeldLease<R, C> held_;
  const Lease& lease_ = held_.lease();
  Drafts<R, C> drafts_{context_, child_, part_.on_host};
  absl::optional<EarlyStart<R, C>> early_;
  std::shared_ptr<Flow> flow_;
  bool incomplete_ = false, refused_ = false;  // its listing; deletions
};

// Implementation details follow.

template <Runner R, Clock C>
absl::StatusOr<Contents> Hop<R, C>::Run(HopSource<R, C>& source) {
  report_.started = context_.clock.Now();
  auto contents = DoAll(source);
  if (flow_) {
    flow_->End(contents.ok() ? Failure::kWaiting : FailureOf(contents.status()),
               contents.ok() ? "it did not get it" : std::string(contents.status().message()));
  }
  const bool well = contents.ok() && report_.failed == 0 && !context_.closing.stopped();
  // A run that was told to stop has no time for what is large: the next one does that.
  const std::string drafts = drafts_.DiscardText();
  held_.Release(!well, absl::StrCat(context_.stop.stopped() ? "" : drafts,
                                    well && report_.failure == Failure::kNone
                                        ? PruneTrashText(child_.facts().now, child_.config().trash_keep)
                                        : ""));
  Conclude(verb_, contents.status(), refused_, incomplete_, &report_);
  report_.ended = context_.clock.Now();
  return contents;
}

template <Runner R, Clock C>
absl::StatusOr<Contents> Hop<R, C>::DoAll(HopSource<R, C>& source) {
  SSHSYNC_RETURN_IF_ERROR(child_.Open(verb_ == Verb::kSync));
  if (verb_ == Verb::kSync) SSHSYNC_RETURN_IF_ERROR(held_.Claim());
  SSHSYNC_ASSIGN_OR_RETURN(RemoteListing listing, child_.List());
  SSHSYNC_ASSIGN_OR_RETURN(const std::set<std::string> links, child_.Links(listing));
  auto expected = source.Expected();
  if (verb_ == Verb::kSync && expected != nullptr) drafts_.Begin(*expected, listing, links);
  SSHSYNC_ASSIGN_OR_RETURN(Manifest ahead, DigestAhead(child_, listing, links, expected.get(), drafts_.paths()));
  SSHSYNC_ASSIGN_OR_RETURN(auto listed, source.Listed());
  if (listed.contents->empty_listing && !listing.listing.paths.empty()) {
    return child_.Located(MakeError(
        Failure::kSafety, absl::StrCat("empty listing of the parent \"", listed.repository->config().name,
                                       "\", while the child holds ", listing.listing.paths.size(), " files")));
  }
  SSHSYNC_ASSIGN_OR_RETURN(Selection selection,
                           Selection::Make(child_.config(), listed.contents, listed.repository->facts().now));
  report_.excluded = selection.excluded();
  auto chosen = selection.Of(listed.contents);
  early_.emplace(context_, *listed.repository, child_,
                 verb_ == Verb::kSync ? LikelyDiffering(*chosen, listing, drafts_.last_equal()) : Differing(),
                 part_.has_children);
  if (verb_ == Verb::kSync) drafts_.Begin(*chosen, listing, links, &ahead);
  SSHSYNC_ASSIGN_OR_RETURN(Contents ours,
                           SurveyChild(child_, listing, links, *chosen, std::exchange(ahead, {}), drafts_.paths()));
  SSHSYNC_RETURN_IF_ERROR(drafts_.End(*chosen, ours));
  SSHSYNC_ASSIGN_OR_RETURN(const auto digested, source.Digested());
  const HopParent<R, C> parent{digested.repository, selection.Of(digested.contents), digested.supply};
  const Contents& theirs = *parent.contents;
  Plan plan = Compare(theirs, ours);
  PlanDeletions(selection, theirs, links, ours, plan);
  TellPlan(plan);
  // What may still arrive at the end of the hop, and links, are known to the children only when the hop has ended.
  if (selection.unsettled().empty() && (child_.config().links != LinkMode::kCopy || theirs.targets.empty()))
    Announce(plan, ours);
  const std::vector<std::string> doomed = DeletedPaths(plan);
  // What was only listed takes as much room as what was digested.
  listing = RemoteListing(), expected = listed.contents = chosen = nullptr;
  selection.Forget();
  SSHSYNC_ASSIGN_OR_RETURN(ours, CarryOut(parent, std::move(ours), plan));
  SSHSYNC_RETURN_IF_ERROR(AwaitTurn());
  if (verb_ == Verb::kSync && child_.config().metadata) SSHSYNC_RETURN_IF_ERROR(AlignMetadata(theirs, ours));
  if (!HeldBack()) SSHSYNC_RETURN_IF_ERROR(CopyLinks(theirs, links, ours));
  SSHSYNC_RETURN_IF_ERROR(TakeUpArrived(parent, selection.unsettled(), links, ours));
  if (verb_ == Verb::kSync && HeldBack() && !doomed.empty())
    child_.Tell(LogLevel::kWarning, "nothing is deleted, for nothing was published (publish = together)");
  if (verb_ == Verb::kSync && !HeldBack()) SSHSYNC_RETURN_IF_ERROR(DeleteAfter(*parent.supply, doomed, ours));
  if (verb_ != Verb::kVerify) ours.empty_listing = ours.manifest.files.empty();
  return ours;
}

template <Runner R, Clock C>
Plan Hop<R, C>::Compare(const Contents& parent, Contents& child) {
  const std::set<std::string> out = LeaveOut(parent, child);
  Plan plan =
      Diff(parent.manifest, child.manifest, [&out](absl::string_view path) { return out.contains(std::string(path)); });
  report_.kept += plan.keeps;
  return plan;
}

// Whatever changes a child waits for the steps before.
template <Runner R, Clock C>
absl::Status Hop<R, C>::AwaitTurn() {
  if (verb_ != Verb::kSync || !part_.turn) return absl::OkStatus();
  WorkBoard::Turn turn = WorkBoard::Turn::kNotYet;
  SSHSYNC_RETURN_IF_ERROR(
      context_.stops->Await(part_.turns, [&] { return (turn = part_.turn()) != WorkBoard::Turn::kNotYet; }));
  return turn == WorkBoard::Turn::kNever
             ? MakeError(Failure::kStopped, "stopped: an earlier repository failed (--fail-fast)")
             : absl::OkStatus();
}

// From here on its own children need not wait for the end of this hop.
template <Runner R, Clock C>
void Hop<R, C>::Announce(const Plan& plan, const Contents& child) {
  if (verb_ != Verb::kSync || !part_.has_children || !part_.announce) return;
  flow_ = std::make_shared<Flow>(report_.name, child_.facts().root);
  for (const PlanItem& item : plan.items) {
    if (item.parent != nullptr) flow_->Expect(*item.parent);
  }
  part_.announce(Contents(child).After(plan), flow_);
}

template <Runner R, Clock C>
void Hop<R, C>::TellPlan(const Plan& plan) {
  Event planned = Told(EventKind::kPlanned);
  planned.files = plan.copies + plan.replaces, planned.bytes = plan.bytes;
  planned.message = Summary(plan, report_.excluded);
  context_.events.On(planned);
  if (verb_ == Verb::kPlan && planned.files > 0) child_.Tell(LogLevel::kInfo, WayInWords(child_.config()));
}

template <Runner R, Clock C>
void Hop<R, C>::PlanDeletions(const Selection& selection, const Contents& parent, const std::set<std::string>& links,
                              Contents& child, Plan& plan) {
  // The parent's hop may have ended since it was listed: what it could not delete it has after all.
  const auto listed = [&](absl::string_view path) {
    return selection.ParentLists(path) || parent.manifest.Find(path) != nullptr || !parent.usable(path);
  };
  Extras extras = FindExtras(child.manifest, listed, [&](absl::string_view path) { return selection.Selects(path); });
  report_.extra = plan.extra = static_cast<int64_t>(extras.files.size());
  child.deletions_refused = parent.deletions_refused;
  // What stands behind a link is another place's: a deletion never follows one.
  const size_t behind =
      std::erase_if(extras.files, [&links](const FileEntry* file) { return !LinkAbove(file->path, links).empty(); });
  if (!child_.config().del || extras.files.size() + behind == 0) return;
  if (behind > 0) child_.Tell(LogLevel::kWarning, absl::StrCat(behind, " files behind symbolic links are not deleted"));
  if (incomplete_ || !child.incomplete.empty())
    return child_.Tell(LogLevel::kWarning, "nothing is deleted, for a listing is incomplete");
  if (parent.deletions_refused) {
    return child_.Tell(LogLevel::kWarning, absl::StrCat("nothing is deleted, for the deletions above it were refused; ",
                                                        extras.files.size(), " files are left"));
  }
  const absl::Status judged = verb_ == Verb::kVerify ? absl::OkStatus()
                                                     : JudgeDeletions(static_cast<int64_t>(extras.files.size()),
                                                                      extras.selected, child_.config().max_delete);
  if (!judged.ok()) {
    refused_ = child.deletions_refused = true;
    report_.failure = FailureOf(judged);
    report_.message = std::string(child_.Located(judged).message());
    return;
  }
  AddDeletions(extras.files, &plan);
  report_.extra = plan.extra;
}

template <Runner R, Clock C>
absl::StatusOr<Contents> Hop<R, C>::CarryOut(const HopParent<R, C>& parent, Contents child, const Plan& plan) {
  if (verb_ == Verb::kSync) return Apply(parent, std::move(child), plan);
  ReportPlan(plan);
  if (verb_ == Verb::kVerify) return child;
  return std::move(child).After(plan);
}

template <Runner R, Clock C>
absl::Status Hop<R, C>::TakeUpArrived(const HopParent<R, C>& parent, const std::vector<std::string>& unsettled,
                                      const std::set<std::string>& links, Contents& child) {
  if (unsettled.empty()) return absl::OkStatus();
  child_.Tell(
      LogLevel::kInfo,
      absl::StrCat(unsettled.size(), " files of the parent were modified a short time ago; they are looked at again"));
  SSHSYNC_ASSIGN_OR_RETURN(Contents theirs, LookAgain(*parent.repository, unsettled, child_.config().settle));
  SSHSYNC_ASSIGN_OR_RETURN(Contents ours, SurveyChild(child_, RemoteListing(), links, theirs));
  const Plan plan = Compare(theirs, ours);
  TellPlan(plan);
  const HopParent<R, C> source{parent.repository, std::make_shared<const Contents>(theirs), parent.supply};
  SSHSYNC_ASSIGN_OR_RETURN(ours, CarryOut(source, std::move(ours), plan));
  child.Add(std::move(ours));
  return absl::OkStatus();
}

// A parent counts as earlier: what it could not delete stays here, too.
template <Runner R, Clock C>
absl::Status Hop<R, C>::DeleteAfter(const Supply& parent, const std::vector<std::string>& paths, Contents& child) {
  if (paths.empty()) return absl::OkStatus();
  SSHSYNC_RETURN_IF_ERROR(context_.stops->Await(parent.bell(), [&parent] { return parent.ended(); }));
  std::vector<std::string> doomed;
  for (const std::string& path : paths) {
    const std::string why = parent.WhyKept(path);
    if (why.empty()) {
      doomed.push_back(path);
      continue;
    }
    FileOutcome outcome = FailedPath(path, Failure::kWaiting, why);
    outcome.action = std::string(ActionName(Action::kDelete));
    child.failed[path] = outcome;
    if (flow_) flow_->NotDeleted(path, why);
    ReportFailure(std::move(outcome));
  }
  return Delete(doomed, child);
}

template <Runner R, Clock C>
absl::Status Hop<R, C>::Delete(const std::vector<std::string>& paths, Contents& child) {
  if (paths.empty()) return absl::OkStatus();
  std::vector<FileOutcome> files;
  for (const std::string& path : paths)
    files.push_back({.path = path, .action = std::string(ActionName(Action::kDelete))});
  const absl::Status status = Deleter<R, C>(context_, child_, lease_).Run(files);
  std::vector<std::string> gone;
  for (FileOutcome& file : files) {
    if (file.failure != Failure::kNone) {
      child.failed[file.path] = file;
      if (flow_) flow_->NotDeleted(file.path, file.message);
      ReportFailure(std::move(file));
      continue;
    }
    gone.push_back(file.path);
    Event event = Told(EventKind::kFilePublished, file.path);
    event.action = file.action;
    context_.events.On(event);
    report_.files.push_back(std::move(file));
  }
  report_.deleted += static_cast<int64_t>(gone.size());
  child.Forget(gone);
  return status;
}

template <Runner R, Clock C>
void Hop<R, C>::ReportFailure(FileOutcome outcome) {
  TellFailed(outcome);
  ++report_.failed;
  report_.files.push_back(std::move(outcome));
}

template <Runner R, Clock C>
void Hop<R, C>::TellFailed(const FileOutcome& outcome) {
  Event event = Told(EventKind::kFileFailed, outcome.path);
  event.failure = outcome.failure;
  event.message = outcome.message;
  event.action = outcome.action;
  event.level = LogLevel::kError;
  context_.events.On(event);
}

template <Runner R, Clock C>
std::set<std::string> Hop<R, C>::LeaveOut(const Contents& parent, Contents& child) {
  std::set<std::string> out;
  const auto leave_out = [&](FileOutcome outcome, absl::string_view where) {
    if (!out.insert(outcome.path).second) return;
    child.failed.insert({outcome.path, outcome});  // its children wait for it, too
    outcome.message = absl::StrCat(where, outcome.message);
    ReportFailure(std::move(outcome));
  };
  for (const auto& [path, outcome] : parent.failed)
    leave_out(outcome, outcome.failure == Failure::kWaiting ? "" : "at the parent: ");
  for (const auto& [path, outcome] : child.failed) leave_out(outcome, "at the child: ");
  bool weak = false;
  for (const FileEntry& file : parent.manifest.files) {
    weak = weak || file.digest.is_crc();
    const FileEntry* const twin = child.manifest.Find(file.path);
    if (twin == nullptr || twin->digest.empty() || file.digest.empty() || twin->digest.SameKind(file.digest)) continue;
    leave_out(
        FailedPath(file.path, Failure::kBadDigest,
                   absl::StrCat("the parent's digest has ", file.digest.kind(), ", the child's ", twin->digest.kind())),
        "");
  }
  if (weak) child_.Tell(LogLevel::kWarning, "a CRC is no protection against damage: use a cryptographic digest");
  const auto incomplete = [&](absl::string_view whose, const std::string& why) {
    if (why.empty()) return;
    incomplete_ = true;
    report_.failure = Failure::kBadListing;
    report_.message = absl::StrCat("the listing of the ", whose, " is incomplete: ", why);
    child_.Tell(LogLevel::kError, report_.message);
  };
  incomplete("parent", parent.incomplete);
  incomplete("child", child.incomplete);
  const size_t left_out = parent.links.size() - (child_.config().links == LinkMode::kCopy ? parent.targets.size() : 0);
  if (left_out > 0)
    child_.Tell(LogLevel::kWarning, absl::StrCat(left_out, " symbolic links of the parent are left out"));
  return out;
}

template <Runner R, Clock C>
void Hop<R, C>::ReportPlan(const Plan& plan) {
  for (const PlanItem& item : plan.items) report_.files.push_back(Explain(item, verb_));
  report_.copied += plan.copies;
  report_.replaced += plan.replaces;
  report_.deleted += plan.deletes;
  report_.bytes += plan.bytes;
}

template <Runner R, Clock C>
absl::Status Hop<R, C>::CopyLinks(const Contents& parent, const std::set<std::string>& links, Contents& child) {
  if (child_.config().links != LinkMode::kCopy || parent.targets.empty()) return absl::OkStatus();
  std::vector<std::string> present;
  for (const auto& [path, target] : parent.targets) {
    if (links.contains(path)) present.push_back(path);
  }
  SSHSYNC_ASSIGN_OR_RETURN(const LinkTargets theirs, child_.Targets(present));
  std::vector<LinkToMake> wanted;
  for (const auto& [path, target] : parent.targets) {
    const auto at = theirs.find(path);
    if (at == theirs.end() || at->second != target) wanted.push_back({path, target});
  }
  std::vector<Published> made(wanted.size(), Published{PublishResult::kDone, ""});
  if (verb_ == Verb::kSync && !wanted.empty()) {
    const std::string mark = RandomMark();
    SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result, child_.Ask(MakeLinksCommand(child_.facts(), lease_, wanted,
                                                                                    child_.config().follow_symlinks,
                                                                                    child_.config().trash, mark)));
    SSHSYNC_ASSIGN_OR_RETURN(made, ParseLinks(result, wanted, mark));
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    FileOutcome outcome =
        FailedPath(wanted[i].path, Failure::kNone, absl::StrCat("-> ", EscapeForTerminal(wanted[i].target)));
    outcome.action = "link";
    if (made[i].result != PublishResult::kDone) {
      outcome.failure = made[i].result == PublishResult::kObstructed ? Failure::kObstructed : Failure::kPermission;
      outcome.message = absl::StrCat("the link cannot be made: ", CleanForTerminal(made[i].said));
      ReportFailure(std::move(outcome));
      continue;
    }
    if (verb_ == Verb::kVerify) outcome.failure = Failure::kDiffers;
    if (verb_ == Verb::kSync) {
      Event event = Told(EventKind::kFilePublished, outcome.path);
      event.action = "link";
      context_.events.On(event);
    }
    ++report_.copied;
    report_.files.push_back(std::move(outcome));
  }
  child.links.clear();
  for (const auto& [path, target] : parent.targets) child.links.push_back(path);
  child.targets = parent.targets;
  return absl::OkStatus();
}

template <Runner R, Clock C>
absl::Status Hop<R, C>::AlignMetadata(const Contents& parent, const Contents& child) {
  std::vector<Publication> files;
  for (const FileEntry& file : child.manifest.files) {
    const FileEntry* const theirs = parent.manifest.Find(file.path);
    if (theirs == nullptr || file.digest.empty() || file.digest != theirs->digest) continue;
    const int64_t unit = std::max({file.stat.unit(), theirs->stat.unit(), int64_t{1'000'000'000}});
    if (file.stat.mode == (theirs->stat.mode & 0777) && file.stat.mtime / unit == theirs->stat.mtime / unit) continue;
    files.push_back(
        {.index = files.size(), .file = file.path, .staged = "", .verified = file.stat, .parent = theirs->stat});
  }
  if (files.empty()) return absl::OkStatus();
  const std::string mark = RandomMark();
  SSHSYNC_ASSIGN_OR_RETURN(
      const RemoteResult result,
      child_.Ask(PublishCommand(child_.facts(), lease_, files, child_.config().follow_symlinks, false, mark)));
  SSHSYNC_ASSIGN_OR_RETURN(const auto aligned, ParsePublish(result, files, mark));
  for (size_t i = 0; i < files.size(); ++i) {
    FileOutcome outcome = FailedPath(files[i].file, Failure::kNone, "");
    outcome.action = "mode";
    if (aligned[i].result != PublishResult::kDone) {
      outcome.failure = Failure::kPermission;
      outcome.message = absl::StrCat("time and mode cannot be set: ", CleanForTerminal(aligned[i].said));
      ReportFailure(std::move(outcome));
      continue;
    }
    Event event = Told(EventKind::kFilePublished, outcome.path);
    event.action = "mode";
    context_.events.On(event);
    report_.files.push_back(std::move(outcome));
  }
  return absl::OkStatus();
}

template <Runner R, Clock C>
absl::StatusOr<Contents> Hop<R, C>::Apply(const HopParent<R, C>& parent, Contents child, const Plan& plan) {
  // Only its children, and what comes after the copies, ask what it holds by now.
  const bool kept = part_.has_children || child_.config().metadata || child_.config().recheck;
  Work work(plan, child_.config().retries);
  if (child_.config().publish == PublishMode::kTogether) work.PublishTogether(!HeldBack());
  if (child_.config().stage == "no" && work.AnyOpen()) {
    child_.Tell(LogLevel::kWarning,
                "stage = no: synccmd writes into the repository itself; files are not verified before they replace the "
                "old ones");
  }
  absl::Status moved = absl::OkStatus();
  if (work.AnyOpen()) {
    moved = child_.Located(Preflight(
        child_.facts(), work, [this](const WorkItem& item) { TellFailed(item.outcome()); },
        [this](std::string text) { child_.Tell(LogLevel::kWarning, std::move(text)); }));
    if (moved.ok()) drafts_.GiveTo(work);
    if (moved.ok()) moved = FindLeftovers(child_, work);
    if (moved.ok()) {
      moved = Mover<R, C>(context_,
                          {.parent = *parent.repository,
                           .child = child_,
                           .lease = lease_,
                           .heartbeat = held_.heartbeat(),
                           .supply = *parent.supply,
                           .early = *early_,
                           .flow = flow_.get(),
                           .turn = part_.turn,
                           .turns = part_.turns,
                           .seen = kept,
                           .cut = SurveyChunks(*parent.repository, child_, *parent.supply, part_.cut, work)},
                          work)
                  .Run();
    }
    drafts_.TakeBack(work);
  }
  std::vector<FileEntry> arrived;
  std::vector<FileStat> wanted;
  int64_t held = 0;
  report_.files.reserve(report_.files.size() + work.items().size());
  arrived.reserve(kept ? work.items().size() : 0);
  for (WorkItem& item : work.items()) {
    switch (item.state) {
      case WorkItem::State::kDone:
        ++(item.action == Action::kCopy ? report_.copied : report_.replaced);
        report_.files.push_back(item.outcome());
        report_.bytes += report_.files.back().bytes;
        if (!kept) break;
        arrived.push_back(std::move(item.wanted));
        wanted.push_back(std::exchange(arrived.back().stat, item.published));
        break;
      case WorkItem::State::kKept:
        ++report_.kept;
        break;
      case WorkItem::State::kGone:
        break;
      default:
        FileOutcome outcome = item.outcome();
        if (moved.ok() && work.together() && item.state == WorkItem::State::kVerified) {
          outcome.failure = Failure::kWaiting;
          outcome.message = "verified, and held back, for not every file arrived (publish = together)";
          if (flow_) flow_->Failed(outcome.path, outcome.failure, outcome.message);
          ++held;
        }
        if (outcome.failure == Failure::kNone) {
          outcome.failure = moved.ok() ? Failure::kInternal : FailureOf(moved);
          outcome.message = std::string(moved.message());
        }
        ++report_.failed;
        child.failed[outcome.path] = outcome;
        report_.files.push_back(std::move(outcome));
    }
  }
  DigestRecall<R, C>(child_).Brought(arrived, wanted);
  if (!moved.ok()) return moved;
  if (held > 0)
    child_.Tell(LogLevel::kWarning,
                absl::StrCat(held, " verified files are held back, for not every file arrived (publish = together)"));
  child.Add({.manifest = {.files = std::move(arrived)}});
  child.empty_listing = child.manifest.files.empty();
  return child;
}

}  // namespace sshsync

#endif  // SSHSYNC_CASCADE_HOP_H_
