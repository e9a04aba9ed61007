#include "sshsync/remote/survey.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <utility>

#include "sshsync/plan/deletion.h"
#include "sshsync/plan/diff.h"

namespace sshsync {

std::string LinkAbove(absl::string_view path, const std::set<std::string>& links) {
  if (links.empty()) return "";
  for (size_t slash = path.find('/'); slash != absl::string_view::npos; slash = path.find('/', slash + 1)) {
    const std::string folder(path.substr(0, slash));
    if (links.find(folder) != links.end()) return folder;
  }
  return "";
}

bool LikelyDiffers(const RepositorySnapshot& parent, const RemoteListing& child) {
  return std::any_of(parent.manifest.files.begin(), parent.manifest.files.end(), [&child](const FileEntry& file) {
    const std::vector<std::string>& paths = child.listing.paths;
    const auto at = std::lower_bound(paths.begin(), paths.end(), file.path);
    if (at == paths.end() || *at != file.path) return true;
    return child.own && LikelyChanged(file.stat, child.stats[static_cast<size_t>(at - paths.begin())].stat);
  });
}

void RepositorySnapshot::Remove(const std::vector<std::string>& paths) {
  const std::set<absl::string_view> gone(paths.begin(), paths.end());
  std::erase_if(manifest.files, [&gone](const FileEntry& file) { return gone.contains(file.path); });
  std::erase_if(undigested, [&gone](const DigestRequest& file) { return gone.contains(file.path); });
  if (own) std::erase_if(*own, [&gone](const std::string& path) { return gone.contains(path); });
}

RepositorySnapshot RepositorySnapshot::Apply(const Plan& plan) && {
  const std::vector<std::string> gone = DeletedPaths(plan);
  Manifest after = AfterPlan(std::move(manifest), plan);
  Remove(gone);
  manifest = std::move(after);
  empty_listing = manifest.files.empty();
  return std::move(*this);
}

void RepositorySnapshot::Add(RepositorySnapshot newer) {
  std::vector<std::string> paths;
  for (const FileEntry& file : newer.manifest.files) paths.push_back(file.path);
  Remove(paths);
  failed.insert(newer.failed.begin(), newer.failed.end());
  if (manifest.files.empty()) std::swap(manifest, newer.manifest);
  manifest.files.insert(manifest.files.end(), std::make_move_iterator(newer.manifest.files.begin()),
                        std::make_move_iterator(newer.manifest.files.end()));
  std::sort(manifest.files.begin(), manifest.files.end(), ByPath());
}

void TakeDigests(const std::vector<DigestRequest>& questions, const std::vector<absl::StatusOr<DigestResult>>& answers,
                 RepositorySnapshot* contents) {
  std::vector<FileEntry>& files = contents->manifest.files;
  size_t next = 0;  // questions come in the manifest's order, mostly
  for (size_t i = 0; i < questions.size(); ++i) {
    const std::string& path = questions[i].path;
    if (!answers[i].ok()) {
      contents->failed[path] = FailedPath(path, FailureOf(answers[i].status()), answers[i].status().message());
    } else if (answers[i]->missing) {
      contents->vanished.push_back(path);
    } else {
      FileEntry* const file =
          next < files.size() && files[next].path == path ? &files[next] : contents->manifest.Find(path);
      next = static_cast<size_t>(file - files.data()) + 1;
      file->digest = answers[i]->digest;
      file->chunks = answers[i]->chunks;
    }
  }
}

// Asks for what is not known; `whole`: the manifest has all files of the repository.
absl::Status TakeDigestsOf(RemoteRepository& repository, std::vector<DigestRequest> questions, bool whole,
                           RepositorySnapshot& contents) {
  DigestCache cache(repository);
  questions = cache.Known(std::move(questions), whole, contents.manifest);
  SSHSYNC_ASSIGN_OR_RETURN(const auto answers, repository.Digest(questions));
  TakeDigests(questions, answers, &contents);
  cache.Read(questions, contents.manifest);
  return absl::OkStatus();
}

// What the listing knows already is not asked.
absl::StatusOr<std::vector<absl::optional<RemoteStat>>> StatsOf(RemoteRepository& repository,
                                                                const RemoteListing& listing,
                                                                const std::vector<std::string>& names) {
  if (!listing.own) return repository.Stat(names);
  std::vector<absl::optional<RemoteStat>> stats;
  stats.reserve(names.size());
  for (const std::string& name : names) stats.push_back(listing.Find(name));
  return stats;
}

absl::StatusOr<RepositorySnapshot> ListParent(RemoteRepository& repository) {
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteListing found, repository.List());
  RepositorySnapshot contents;
  contents.incomplete = found.incomplete;
  contents.empty_listing = found.listing.paths.empty() && found.listing.refused.empty();
  for (const RefusedPath& refused : found.listing.refused) {
    contents.failed[refused.path] = FailedPath(refused.path, Failure::kBadListing,
                                               absl::StrCat("listcmd named it, but it is refused: ", refused.reason));
  }
  const std::vector<std::string>& paths = found.listing.paths;
  contents.manifest.files.reserve(paths.size());
  SSHSYNC_ASSIGN_OR_RETURN(const auto stats, StatsOf(repository, found, paths));
  for (size_t i = 0; i < paths.size(); ++i) {
    if (!stats[i]) {
      contents.vanished.push_back(paths[i]);
    } else if (stats[i]->type == RemoteStat::Type::kLink) {
      contents.links.push_back(paths[i]);
    } else if (stats[i]->type != RemoteStat::Type::kFile) {
      contents.failed[paths[i]] =
          FailedPath(paths[i], Failure::kBadListing, "listcmd named it, but it is no regular file");
    } else {
      contents.manifest.files.push_back({paths[i], stats[i]->stat, {}});
    }
  }
  SSHSYNC_ASSIGN_OR_RETURN(contents.targets, repository.Targets(contents.links));
  return contents;
}

absl::StatusOr<RepositorySnapshot> DigestParent(RemoteRepository& repository, RepositorySnapshot contents) {
  std::vector<DigestRequest> questions;
  questions.reserve(contents.manifest.files.size());
  for (const FileEntry& file : contents.manifest.files) questions.push_back({file.path, file.stat.size});
  SSHSYNC_RETURN_IF_ERROR(TakeDigestsOf(repository, std::move(questions), contents.incomplete.empty(), contents));
  if (contents.vanished.empty()) return contents;

  SSHSYNC_ASSIGN_OR_RETURN(const RemoteListing again, repository.List());
  for (const std::string& path : contents.vanished) {
    if (std::binary_search(again.listing.paths.begin(), again.listing.paths.end(), path)) {
      contents.failed[path] = FailedPath(path, Failure::kBadListing, "it is listed, but there is no such file");
    } else {
      repository.Emit(LogLevel::kWarning,
                      "the file went away while it was looked at; it is left as it is on the children", path);
    }
  }
  contents.Remove(contents.vanished);
  return contents;
}

absl::StatusOr<Manifest> DigestAhead(RemoteRepository& repository, const RemoteListing& listing,
                                     const std::set<std::string>& links, const RepositorySnapshot* expected) {
  const Repository& config = repository.config();
  Manifest ahead;
  if (expected == nullptr || !listing.own || config.recheck || !config.filter.empty()) return ahead;
  std::vector<DigestRequest> questions;
  for (const FileEntry& file : expected->manifest.files) {
    const auto there = listing.Find(file.path);
    if (!there || there->type != RemoteStat::Type::kFile || there->stat.size != file.stat.size ||
        !LinkAbove(file.path, links).empty())
      continue;
    ahead.files.push_back({file.path, there->stat, {}});
    questions.push_back({file.path, file.stat.size});
  }
  SSHSYNC_ASSIGN_OR_RETURN(const auto answers, repository.Digest(questions));
  for (size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i].ok() || answers[i]->missing) continue;  // what that is will be found out when it is asked again
    ahead.files[i].digest = answers[i]->digest;
    ahead.files[i].chunks = answers[i]->chunks;
  }
  std::erase_if(ahead.files, [](const FileEntry& file) { return file.digest.empty(); });
  return ahead;
}

// Sorts what was listed; the questions are about files that the parent has, too.
absl::StatusOr<std::vector<DigestRequest>> SortChild(RemoteRepository& repository, const RemoteListing& listing,
                                                     const std::set<std::string>& links,
                                                     const RepositorySnapshot& parent, const Manifest& ahead,
                                                     RepositorySnapshot& contents) {
  std::vector<std::string> names;
  for (const FileEntry& file : parent.manifest.files) names.push_back(file.path);
  std::set_difference(listing.listing.paths.begin(), listing.listing.paths.end(), parent.manifest.files.begin(),
                      parent.manifest.files.end(), std::back_inserter(names), ByPath());
  const size_t wanted = parent.manifest.files.size();
  // What stands behind a link is in no listing.
  const bool seen_all = listing.own && (links.empty() || !repository.config().follow_symlinks);
  SSHSYNC_ASSIGN_OR_RETURN(const auto stats, StatsOf(repository, seen_all ? listing : RemoteListing(), names));
  std::vector<DigestRequest> questions;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i < wanted && !repository.config().follow_symlinks) {
      if (const std::string link = LinkAbove(names[i], links); !link.empty()) {
        contents.failed[names[i]] = FailedPath(
            names[i], Failure::kLinkInPath, absl::StrCat(EscapeForTerminal(link), " is a symbolic link on the child"));
        continue;
      }
    }
    if (!stats[i]) continue;
    if (stats[i]->type == RemoteStat::Type::kFolder && i < wanted) {
      contents.failed[names[i]] =
          FailedPath(names[i], Failure::kObstructed, "a folder of the child stands where the file is to be");
    } else if (stats[i]->type == RemoteStat::Type::kFile) {
      contents.manifest.files.push_back({names[i], stats[i]->stat, {}});
      if (i >= wanted) contents.own->push_back(names[i]);
      if (i < wanted && !parent.usable(names[i])) continue;
      if (const FileEntry* const known = ahead.Find(names[i])) {
        contents.manifest.files.back() = *known;
      } else {
        (i < wanted ? questions : contents.undigested).push_back({names[i], stats[i]->stat.size});
      }
    } else if (i < wanted) {
      contents.manifest.files.push_back({names[i], stats[i]->stat, {}});
      repository.Emit(LogLevel::kWarning,
                      "a symbolic link or special file stands in its place; it will be replaced by a regular file",
                      names[i]);
    } else {
      contents.others.push_back(names[i]);
    }
  }
  std::sort(contents.manifest.files.begin(), contents.manifest.files.end(), ByPath());
  return questions;
}

absl::StatusOr<RepositorySnapshot> SurveyChild(RemoteRepository& repository, const RemoteListing& listing,
                                               const std::set<std::string>& links, const RepositorySnapshot& parent,
                                               const Manifest& ahead) {
  RepositorySnapshot contents;
  contents.incomplete = listing.incomplete;
  contents.own.emplace();
  contents.empty_listing = listing.listing.paths.empty() && listing.listing.refused.empty();
  SSHSYNC_ASSIGN_OR_RETURN(std::vector<DigestRequest> questions,
                           SortChild(repository, listing, links, parent, ahead, contents));
  const bool whole = listing.incomplete.empty() && !listing.listing.paths.empty();
  SSHSYNC_RETURN_IF_ERROR(TakeDigestsOf(repository, std::move(questions), whole, contents));
  contents.Remove(contents.vanished);
  return contents;
}

absl::StatusOr<RepositorySnapshot> DigestRest(RemoteRepository& repository, RepositorySnapshot contents) {
  std::vector<DigestRequest> questions = std::exchange(contents.undigested, {});
  contents.vanished.clear();
  SSHSYNC_RETURN_IF_ERROR(TakeDigestsOf(repository, std::move(questions), false, contents));
  contents.Remove(contents.vanished);
  return contents;
}

}  // namespace sshsync
