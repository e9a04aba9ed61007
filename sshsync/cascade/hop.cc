#include "sshsync/cascade/hop.h"

namespace sshsync {

absl::StatusOr<RepositorySnapshot> Hop::Run(HopSource& source) {
  report_.started = context_.clock.Now();
  auto contents = DoAll(source);
  if (received_) {
    received_->End(contents.ok() ? Failure::kWaiting : FailureOf(contents.status()),
                   contents.ok() ? "it did not get it" : std::string(contents.status().message()));
  }
  const bool well = contents.ok() && report_.failed == 0 && !context_.drain.stopped();
  lease_guard_.Release(!well, well && report_.failure == Failure::kNone
                                  ? PruneTrashText(child_.facts().now, child_.config().trash_keep)
                                  : "");
  Conclude(verb_, contents.status(), refused_, incomplete_, &report_);
  report_.ended = context_.clock.Now();
  return contents;
}

absl::StatusOr<RepositorySnapshot> Hop::DoAll(HopSource& source) {
  SSHSYNC_RETURN_IF_ERROR(child_.Open(verb_ == Verb::kSync));
  if (verb_ == Verb::kSync) SSHSYNC_RETURN_IF_ERROR(lease_guard_.Claim());
  SSHSYNC_ASSIGN_OR_RETURN(RemoteListing listing, child_.List());
  SSHSYNC_ASSIGN_OR_RETURN(const std::set<std::string> links, child_.Links(listing));
  auto expected = source.Expected();
  SSHSYNC_ASSIGN_OR_RETURN(Manifest ahead, DigestAhead(child_, listing, links, expected.get()));
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
  // While both sides digest it is found out how files are moved. What fails is met again by whoever moves.
  std::vector<std::jthread> probes;
  if (verb_ == Verb::kSync && LikelyDiffers(*chosen, listing)) {
    for (RemoteRepository* const side : {listed.repository.get(), &child_})
      probes.push_back(StartThread([side] { side->PrepareTransfer().IgnoreError(); }));
  }
  SSHSYNC_ASSIGN_OR_RETURN(RepositorySnapshot ours,
                           SurveyChild(child_, listing, links, *chosen, std::exchange(ahead, {})));
  SSHSYNC_ASSIGN_OR_RETURN(const auto digested, source.Digested());
  const HopParent parent{digested.repository, selection.Of(digested.contents), digested.source_files};
  const RepositorySnapshot& theirs = *parent.contents;
  Plan plan = Compare(theirs, ours);
  PlanDeletions(selection, theirs, links, ours, plan);
  EmitPlan(plan);
  // What may still arrive at the end of the hop, and links, are known to the children only when the hop has ended.
  if (selection.unsettled().empty() && (child_.config().links != LinkMode::kCopy || theirs.targets.empty()))
    Announce(plan, ours);
  const std::vector<std::string> doomed = DeletedPaths(plan);
  // What was only listed takes as much room as what was digested.
  listing = RemoteListing(), expected = listed.contents = chosen = nullptr;
  selection.Remove();
  SSHSYNC_ASSIGN_OR_RETURN(ours, CarryOut(parent, std::move(ours), plan));
  SSHSYNC_RETURN_IF_ERROR(AwaitTurn());
  if (verb_ == Verb::kSync && child_.config().metadata) SSHSYNC_RETURN_IF_ERROR(AlignMetadata(theirs, ours));
  if (!HeldBack()) SSHSYNC_RETURN_IF_ERROR(CopyLinks(theirs, links, ours));
  SSHSYNC_RETURN_IF_ERROR(TakeUpArrived(parent, selection.unsettled(), links, ours));
  if (verb_ == Verb::kSync && HeldBack() && !doomed.empty())
    child_.Emit(LogLevel::kWarning, "nothing is deleted, for nothing was published (publish = together)");
  if (verb_ == Verb::kSync && !HeldBack()) SSHSYNC_RETURN_IF_ERROR(DeleteAfter(*parent.source_files, doomed, ours));
  if (verb_ != Verb::kVerify) ours.empty_listing = ours.manifest.files.empty();
  return ours;
}

Plan Hop::Compare(const RepositorySnapshot& parent, RepositorySnapshot& child) {
  const std::set<std::string> out = LeaveOut(parent, child);
  Plan plan =
      Diff(parent.manifest, child.manifest, [&out](absl::string_view path) { return out.contains(std::string(path)); });
  report_.kept += plan.keeps;
  return plan;
}

// Whatever changes a child waits for the steps before.
absl::Status Hop::AwaitTurn() {
  if (verb_ != Verb::kSync || !options_.turn) return absl::OkStatus();
  TaskQueue::Turn turn = TaskQueue::Turn::kNotYet;
  SSHSYNC_RETURN_IF_ERROR(
      context_.stops->Await(options_.turns, [&] { return (turn = options_.turn()) != TaskQueue::Turn::kNotYet; }));
  return turn == TaskQueue::Turn::kNever
             ? MakeError(Failure::kStopped, "stopped: an earlier repository failed (--fail-fast)")
             : absl::OkStatus();
}

// From here on its own children need not wait for the end of this hop.
void Hop::Announce(const Plan& plan, const RepositorySnapshot& child) {
  if (verb_ != Verb::kSync || !options_.has_children || !options_.announce) return;
  received_ = std::make_shared<ReceivedFiles>(report_.name, child_.facts().root);
  for (const PlanItem& item : plan.items) {
    if (item.parent != nullptr) received_->Expect(*item.parent);
  }
  options_.announce(RepositorySnapshot(child).Apply(plan), received_);
}

void Hop::EmitPlan(const Plan& plan) {
  Event planned = reporter_.MakeEvent(EventKind::kPlanned);
  planned.files = plan.copies + plan.replaces, planned.bytes = plan.bytes;
  planned.message = Summary(plan, report_.excluded);
  context_.events.On(planned);
  if (verb_ == Verb::kPlan && planned.files > 0) child_.Emit(LogLevel::kInfo, WayInWords(child_.config()));
}

void Hop::PlanDeletions(const Selection& selection, const RepositorySnapshot& parent,
                        const std::set<std::string>& links, RepositorySnapshot& child, Plan& plan) {
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
  if (behind > 0) child_.Emit(LogLevel::kWarning, absl::StrCat(behind, " files behind symbolic links are not deleted"));
  if (incomplete_ || !child.incomplete.empty())
    return child_.Emit(LogLevel::kWarning, "nothing is deleted, for a listing is incomplete");
  if (parent.deletions_refused) {
    return child_.Emit(LogLevel::kWarning, absl::StrCat("nothing is deleted, for the deletions above it were refused; ",
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

absl::StatusOr<RepositorySnapshot> Hop::CarryOut(const HopParent& parent, RepositorySnapshot child, const Plan& plan) {
  if (verb_ == Verb::kSync) return Apply(parent, std::move(child), plan);
  ReportPlan(plan);
  if (verb_ == Verb::kVerify) return child;
  return std::move(child).Apply(plan);
}

absl::Status Hop::TakeUpArrived(const HopParent& parent, const std::vector<std::string>& unsettled,
                                const std::set<std::string>& links, RepositorySnapshot& child) {
  if (unsettled.empty()) return absl::OkStatus();
  child_.Emit(
      LogLevel::kInfo,
      absl::StrCat(unsettled.size(), " files of the parent were modified a short time ago; they are looked at again"));
  SSHSYNC_ASSIGN_OR_RETURN(RepositorySnapshot theirs,
                           RecheckSource(*parent.repository, unsettled, child_.config().settle));
  SSHSYNC_ASSIGN_OR_RETURN(RepositorySnapshot ours, SurveyChild(child_, RemoteListing(), links, theirs));
  const Plan plan = Compare(theirs, ours);
  EmitPlan(plan);
  const HopParent source{parent.repository, std::make_shared<const RepositorySnapshot>(theirs), parent.source_files};
  SSHSYNC_ASSIGN_OR_RETURN(ours, CarryOut(source, std::move(ours), plan));
  child.Add(std::move(ours));
  return absl::OkStatus();
}

// A parent counts as earlier: what it could not delete stays here, too.
absl::Status Hop::DeleteAfter(const SourceFiles& parent, const std::vector<std::string>& paths,
                              RepositorySnapshot& child) {
  if (paths.empty()) return absl::OkStatus();
  SSHSYNC_RETURN_IF_ERROR(context_.stops->Await(parent.changes(), [&parent] { return parent.ended(); }));
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
    if (received_) received_->NotDeleted(path, why);
    reporter_.FileFailed(std::move(outcome));
  }
  return Delete(doomed, child);
}

absl::Status Hop::Delete(const std::vector<std::string>& paths, RepositorySnapshot& child) {
  if (paths.empty()) return absl::OkStatus();
  std::vector<FileOutcome> files;
  for (const std::string& path : paths)
    files.push_back({.path = path, .action = std::string(ActionName(Action::kDelete))});
  const absl::Status status = Deleter(context_, child_, lease_).Run(files);
  std::vector<std::string> gone;
  for (FileOutcome& file : files) {
    if (file.failure != Failure::kNone) {
      child.failed[file.path] = file;
      if (received_) received_->NotDeleted(file.path, file.message);
      reporter_.FileFailed(std::move(file));
      continue;
    }
    gone.push_back(file.path);
    reporter_.FilePublished(std::move(file));
  }
  report_.deleted += static_cast<int64_t>(gone.size());
  child.Remove(gone);
  return status;
}

std::set<std::string> Hop::LeaveOut(const RepositorySnapshot& parent, RepositorySnapshot& child) {
  std::set<std::string> out;
  const auto leave_out = [&](FileOutcome outcome, absl::string_view where) {
    if (!out.insert(outcome.path).second) return;
    child.failed.insert({outcome.path, outcome});  // its children wait for it, too
    outcome.message = absl::StrCat(where, outcome.message);
    reporter_.FileFailed(std::move(outcome));
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
  if (weak) child_.Emit(LogLevel::kWarning, "a CRC is no protection against damage: use a cryptographic digest");
  const auto incomplete = [&](absl::string_view whose, const std::string& why) {
    if (why.empty()) return;
    incomplete_ = true;
    report_.failure = Failure::kBadListing;
    report_.message = absl::StrCat("the listing of the ", whose, " is incomplete: ", why);
    child_.Emit(LogLevel::kError, report_.message);
  };
  incomplete("parent", parent.incomplete);
  incomplete("child", child.incomplete);
  const size_t left_out = parent.links.size() - (child_.config().links == LinkMode::kCopy ? parent.targets.size() : 0);
  if (left_out > 0)
    child_.Emit(LogLevel::kWarning, absl::StrCat(left_out, " symbolic links of the parent are left out"));
  return out;
}

void Hop::ReportPlan(const Plan& plan) {
  for (const PlanItem& item : plan.items) report_.files.push_back(Explain(item, verb_));
  report_.copied += plan.copies;
  report_.replaced += plan.replaces;
  report_.deleted += plan.deletes;
  report_.bytes += plan.bytes;
}

absl::Status Hop::CopyLinks(const RepositorySnapshot& parent, const std::set<std::string>& links,
                            RepositorySnapshot& child) {
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
      reporter_.FileFailed(std::move(outcome));
      continue;
    }
    if (verb_ == Verb::kVerify) outcome.failure = Failure::kDiffers;
    ++report_.copied;
    if (verb_ == Verb::kSync) {
      reporter_.FilePublished(std::move(outcome));
    } else {
      report_.files.push_back(std::move(outcome));
    }
  }
  child.links.clear();
  for (const auto& [path, target] : parent.targets) child.links.push_back(path);
  child.targets = parent.targets;
  return absl::OkStatus();
}

absl::Status Hop::AlignMetadata(const RepositorySnapshot& parent, const RepositorySnapshot& child) {
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
      reporter_.FileFailed(std::move(outcome));
      continue;
    }
    reporter_.FilePublished(std::move(outcome));
  }
  return absl::OkStatus();
}

absl::StatusOr<RepositorySnapshot> Hop::Apply(const HopParent& parent, RepositorySnapshot child, const Plan& plan) {
  // Only its children, and what comes after the copies, ask what it holds by now.
  const bool kept = options_.has_children || child_.config().metadata || child_.config().recheck;
  FileStates states(plan, child_.config().retries);
  if (child_.config().publish == PublishMode::kTogether) states.PublishTogether(!HeldBack());
  if (child_.config().in_place() && states.AnyOpen()) {
    child_.Emit(LogLevel::kWarning,
                "stage = no: synccmd writes into the repository itself; files are not verified before they replace the "
                "old ones");
  }
  absl::Status moved = absl::OkStatus();
  if (states.AnyOpen()) {
    moved = child_.Located(Preflight(
        child_.facts(), states, [this](const FileState& item) { reporter_.EmitFailed(item.outcome()); },
        [this](std::string text) { child_.Emit(LogLevel::kWarning, std::move(text)); }));
    if (moved.ok()) moved = FindLeftovers(child_, states);
    if (moved.ok()) {
      moved = HopTransfer(context_,
                          {.parent = *parent.repository,
                           .child = child_,
                           .lease = lease_,
                           .lease_lost = [this] { return lease_guard_.heartbeat().lost(); },
                           .relays = options_.relays,
                           .source_files = *parent.source_files,
                           .received = received_.get(),
                           .turn = options_.turn,
                           .turns = options_.turns,
                           .seen = kept,
                           .cut = SurveyChunks(*parent.repository, child_, *parent.source_files, options_.cut, states)},
                          states)
                  .Run();
    }
  }
  std::vector<FileEntry> arrived;
  std::vector<FileStat> wanted;
  int64_t held = 0;
  report_.files.reserve(report_.files.size() + states.items().size());
  arrived.reserve(kept ? states.items().size() : 0);
  for (FileState& item : states.items()) {
    switch (item.state) {
      case FileState::State::kDone:
        ++(item.action == Action::kCopy ? report_.copied : report_.replaced);
        report_.files.push_back(item.outcome());
        report_.bytes += report_.files.back().bytes;
        if (!kept) break;
        arrived.push_back(std::move(item.wanted));
        wanted.push_back(std::exchange(arrived.back().stat, item.published));
        break;
      case FileState::State::kKept:
        ++report_.kept;
        break;
      case FileState::State::kGone:
        break;
      default:
        FileOutcome outcome = item.outcome();
        if (moved.ok() && states.together() && item.state == FileState::State::kVerified) {
          outcome.failure = Failure::kWaiting;
          outcome.message = "verified, and held back, for not every file arrived (publish = together)";
          if (received_) received_->Failed(outcome.path, outcome.failure, outcome.message);
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
  DigestCache(child_).Brought(arrived, wanted);
  if (!moved.ok()) return moved;
  if (held > 0)
    child_.Emit(LogLevel::kWarning,
                absl::StrCat(held, " verified files are held back, for not every file arrived (publish = together)"));
  child.Add({.manifest = {.files = std::move(arrived)}});
  child.empty_listing = child.manifest.files.empty();
  return child;
}

}  // namespace sshsync
