#include "sshsync/cascade/restorer.h"

namespace sshsync {

absl::Status Restorer::RestoreFiles(absl::string_view run) {
  constexpr size_t kGroup = 500;
  SSHSYNC_RETURN_IF_ERROR(child_.Open(false));
  SSHSYNC_RETURN_IF_ERROR(held_.Claim());
  SSHSYNC_ASSIGN_OR_RETURN(const std::string id, FindRun(run));
  SSHSYNC_ASSIGN_OR_RETURN(const std::vector<std::string> files, ListTrash(id));
  child_.Emit(LogLevel::kInfo, absl::StrCat("the trash of run ", id, " holds ", files.size(), " files"));
  attempt_ =
      absl::StrCat(StageFolder(child_.config().stage, child_.facts().root), "/restore-", RandomMark().substr(0, 12));
  for (size_t at = 0; at < files.size(); at += kGroup) {
    if (context_.drain.stopped()) return context_.drain.status();
    if (held_.heartbeat().lost())
      return child_.Located(MakeError(Failure::kLocked, "the lease of the child was lost to another run"));
    SSHSYNC_RETURN_IF_ERROR(RestoreGroup(id, absl::MakeConstSpan(files).subspan(at, kGroup)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Restorer::FindRun(absl::string_view run) {
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result, child_.Ask(TrashRunsCommand(held_.lease())));
  const std::vector<std::string> runs = absl::StrSplit(result.out, '\n', absl::SkipEmpty());
  std::vector<std::string> found;
  for (const std::string& one : runs) {
    if (one == run) return one;
    if (absl::StartsWith(one, run)) found.push_back(one);
  }
  if (found.size() == 1) return found[0];
  const std::string all = CleanForTerminal(absl::StrJoin(found.empty() ? runs : found, ", "));
  return child_.Located(MakeError(
      Failure::kUsage,
      absl::StrCat(found.empty() ? "its trash holds nothing of run " : "its trash holds several runs that begin with ",
                   EscapeForTerminal(run), all.empty() ? "; it is empty" : absl::StrCat("; it has ", all))));
}

absl::StatusOr<std::vector<std::string>> Restorer::ListTrash(const std::string& run) {
  HostFacts there = child_.facts();
  there.root = TrashFolder(held_.lease(), run);
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result, child_.AskLong({.script = FindText(there, "f"),
                                                                      .timeout = child_.config().timeout,
                                                                      .max_output = size_t{256} << 20}));
  if (const std::string why = WhyIncomplete(result); !why.empty()) {
    return child_.Located(MakeError(Failure::kBadListing, absl::StrCat("its trash cannot be read: ", why)));
  }
  return ParseFind(result.out).paths;
}

absl::Status Restorer::RestoreGroup(const std::string& run, absl::Span<const std::string> files) {
  SSHSYNC_ASSIGN_OR_RETURN(const auto kept, child_.StatIn(TrashFolder(held_.lease(), run), files));
  SSHSYNC_ASSIGN_OR_RETURN(const auto there, child_.Stat(files));
  int64_t largest = 0;
  for (const auto& stat : kept) largest = std::max(largest, stat ? stat->stat.size : 0);
  const std::string mark = RandomMark();
  RemoteCommand command =
      CopyFromTrash(child_.facts(), held_.lease(), run, attempt_, files, child_.config().follow_symlinks, mark);
  command.timeout = child_.config().timeout +
                    absl::Seconds(3 * largest / (int64_t{4} << 20));  // it reads it three times, and says nothing
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result, child_.AskLong(command));
  SSHSYNC_ASSIGN_OR_RETURN(const auto copies, ParseTrashCopy(result, files.size(), mark));
  std::vector<std::string> staged;
  std::vector<bool> present;
  for (size_t i = 0; i < files.size(); ++i) {
    const bool replaces = there[i] && there[i]->type == RemoteStat::Type::kFile;
    FileOutcome outcome{.path = files[i],
                        .action = std::string(ActionName(replaces ? Action::kReplace : Action::kCopy))};
    switch (copies[i].result) {
      case TrashCopy::Result::kStaged:
        staged.push_back(files[i]), present.push_back(replaces);
        break;
      case TrashCopy::Result::kEqual:
        ++report_.kept;
        break;
      case TrashCopy::Result::kLinkInPath:
        Fail(std::move(outcome), Failure::kLinkInPath, copies[i].said);
        break;
      case TrashCopy::Result::kFailed:
        Fail(std::move(outcome), FailureFromWords(copies[i].said, 1, Failure::kPermission), copies[i].said);
    }
  }
  return staged.empty() ? absl::OkStatus() : Publish(staged, present);
}

absl::Status Restorer::Publish(absl::Span<const std::string> files, const std::vector<bool>& present) {
  SSHSYNC_ASSIGN_OR_RETURN(const auto stats, child_.StatIn(attempt_, files));
  std::vector<Publication> publications;
  for (size_t i = 0; i < files.size(); ++i) {
    const FileStat stat = stats[i] ? stats[i]->stat : FileStat();
    publications.push_back({.index = i,
                            .file = files[i],
                            .staged = absl::StrCat(attempt_, "/", files[i]),
                            .verified = stat,
                            .parent = stat});
  }
  const std::string mark = RandomMark();
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result,
                           child_.Ask(PublishCommand(child_.facts(), held_.lease(), publications,
                                                     child_.config().follow_symlinks, child_.config().trash, mark)));
  SSHSYNC_ASSIGN_OR_RETURN(const auto published, ParsePublish(result, publications, mark));
  for (size_t i = 0; i < files.size(); ++i) {
    FileOutcome outcome{.path = files[i],
                        .action = std::string(ActionName(present[i] ? Action::kReplace : Action::kCopy)),
                        .bytes = publications[i].verified.size,
                        .attempts = 1};
    switch (published[i].result) {
      case PublishResult::kDone:
        ++(present[i] ? report_.replaced : report_.copied);
        report_.bytes += outcome.bytes;
        reporter_.FilePublished(std::move(outcome));
        break;
      case PublishResult::kLinkInPath:
        Fail(std::move(outcome), Failure::kLinkInPath, published[i].said);
        break;
      case PublishResult::kObstructed:
        Fail(std::move(outcome), Failure::kObstructed, published[i].said);
        break;
      default:
        Fail(std::move(outcome), FailureFromWords(published[i].said, 1, Failure::kPermission), published[i].said);
    }
  }
  return absl::OkStatus();
}

void Restorer::Fail(FileOutcome outcome, Failure failure, absl::string_view said) {
  outcome.failure = failure;
  outcome.message = absl::StrCat("it cannot be restored: ", CleanForTerminal(said));
  outcome.bytes = 0;
  reporter_.FileFailed(std::move(outcome));
}

std::vector<RepositoryReport> RestoreAll(RunContext& context, const Configuration& configuration, absl::string_view run,
                                         std::vector<RepositoryReport> reports) {
  for (RepositoryReport& report : reports) {
    const Repository& repository = *configuration.Find(report.name);
    report.step = 1;
    RepositoryReporter reporter(context, report);
    reporter.Started();
    auto templates =
        RepositoryTemplates::Make(repository, configuration.Find(repository.parent), context.run, context.clock.Now());
    if (templates.ok()) {
      RemoteRepository child(context, repository, *std::move(templates));
      Restorer(context, child, report).Run(run);
    } else {
      reporter.NotBegun(templates.status());
    }
    reporter.Ended();
  }
  return reports;
}

}  // namespace sshsync
