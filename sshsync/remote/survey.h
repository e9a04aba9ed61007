#ifndef SSHSYNC_REMOTE_SURVEY_H_
#define SSHSYNC_REMOTE_SURVEY_H_

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "sshsync/model/manifest.h"
#include "sshsync/model/plan.h"
#include "sshsync/model/report.h"
#include "sshsync/remote/digest_cache.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/stage/link_copy.h"
#include "sshsync/text/escape.h"

namespace sshsync {

/// What a repository holds, as far as it could be found out: one listing, one stat and one digest of each file.
struct Contents {
  Manifest manifest;  ///< regular files; without a digest where `failed` says why
  std::map<std::string, FileOutcome>
      failed;  ///< paths that take no part in the run, and why: refused, unreadable, without a usable digest
  std::string incomplete;          ///< why the listing is; empty
  std::vector<std::string> links;  ///< symbolic links that were listed
  LinkTargets targets;             ///< of those that a child may copy
  bool empty_listing = false;      ///< the listing named nothing at all

  std::vector<DigestQuestion>
      undigested;  ///< a child's regular files that its parent has nothing to compare with; for DigestRest
  std::vector<std::string> vanished;  ///< paths that were listed and then not there
  std::vector<std::string> others;  ///< listed paths of a child that are no regular files and no business of its parent
  /// Of a child of this run: its files that its parent does not have. All others are what the run verified or brought.
  absl::optional<std::vector<std::string>> own;
  bool deletions_refused = false;  ///< on the way here: nothing below is deleted, either

  /// Takes these paths out of the manifest and of what is said of files in it.
  void Forget(const std::vector<std::string>& paths);

  /// What the repository holds once a plan made from it is carried out.
  Contents After(const Plan& plan) &&;

  /// Takes over what is known of some of its files better by now.
  void Add(Contents newer);

  /// Whether a file may be one that somebody is just putting there.
  bool MayArrive(absl::string_view path) const { return !own || std::binary_search(own->begin(), own->end(), path); }

  bool usable(absl::string_view path) const { return failed.find(std::string(path)) == failed.end(); }
};

/// A failure of one path.
inline FileOutcome FailedPath(absl::string_view path, Failure failure, absl::string_view message) {
  FileOutcome outcome;
  outcome.path = std::string(path);
  outcome.failure = failure;
  outcome.message = std::string(message);
  return outcome;
}

/// Surveys a parent in two halves, so that its children can digest their files while it digests its own. The first: all
/// it lists, without digests.
template <Runner R, Clock C>
absl::StatusOr<Contents> ListParent(RemoteRepository<R, C>& repository);

/// The second: the digests. A file that vanished between listing and digest is looked for in a second listing: still
/// listed, it fails; gone, it is told in a WARNING and forgotten.
template <Runner R, Clock C>
absl::StatusOr<Contents> DigestParent(RemoteRepository<R, C>& repository, Contents listed);

/// Digests what a child has of the files that it will be compared with, as far as that can be `expected` (nullptr: not
/// at all): those of the same size. For SurveyChild, when it is known what its parent will hold. Nothing where filters
/// or remembered digests may make that needless. `drafted`: as SurveyChild has it.
template <Runner R, Clock C>
absl::StatusOr<Manifest> DigestAhead(RemoteRepository<R, C>& repository, const RemoteListing& listing,
                                     const std::set<std::string>& links, const Contents* expected,
                                     const std::set<std::string>& drafted = {});

/// Surveys a child: which of the files that `parent` lists it has, and their digests. Files that stand behind a
/// symbolic link fail unless links are followed; a link in place of a file has no digest, so that it is replaced and
/// its target is never read. `ahead`: what was digested since it was listed. `drafted`: what somebody else digests, and
/// is left without a digest.
template <Runner R, Clock C>
absl::StatusOr<Contents> SurveyChild(RemoteRepository<R, C>& repository, const RemoteListing& listing,
                                     const std::set<std::string>& links, const Contents& parent,
                                     const Manifest& ahead = {}, const std::set<std::string>& drafted = {});

/// Makes what is known of a child good for its own children: digests the files that only they need.
template <Runner R, Clock C>
absl::StatusOr<Contents> DigestRest(RemoteRepository<R, C>& repository, Contents child);

/// What will probably differ, whatever the digests say: the parent's files that the child lacks, and those that have
/// LikelyChanged.
struct Differing {
  int64_t files = 0, bytes = 0;
  std::string sample;  ///< one of them
};
Differing LikelyDiffering(const Contents& parent, const RemoteListing& child, absl::Time last_equal);

/// The first symbolic link among the folders of `path`; empty if there is none.
std::string LinkAbove(absl::string_view path, const std::set<std::string>& links);

/// Puts the answers to `questions` into the manifest, into the failures, or among the vanished.
void TakeDigests(const std::vector<DigestQuestion>& questions, const std::vector<absl::StatusOr<DigestAnswer>>& answers,
                 Contents* contents);

// Implementation details follow.

// Asks for what is not known; `whole`: the manifest has all files of the repository.
template <Runner R, Clock C>
absl::Status TakeDigestsOf(RemoteRepository<R, C>& repository, std::vector<DigestQuestion> questions, bool whole,
                           Contents& contents) {
  DigestRecall<R, C> recall(repository);
  questions = recall.Known(std::move(questions), whole, contents.manifest);
  SSHSYNC_ASSIGN_OR_RETURN(const auto answers, repository.Digest(questions));
  TakeDigests(questions, answers, &contents);
  recall.Read(questions, contents.manifest);
  return absl::OkStatus();
}

// What the listing knows already is not asked.
template <Runner R, Clock C>
absl::StatusOr<std::vector<absl::optional<RemoteStat>>> StatsOf(RemoteRepository<R, C>& repository,
                                                                const RemoteListing& listing,
                                                                const std::vector<std::string>& names) {
  if (!listing.own) return repository.Stat(names);
  std::vector<absl::optional<RemoteStat>> stats;
  stats.reserve(names.size());
  for (const std::string& name : names) stats.push_back(listing.Find(name));
  return stats;
}

template <Runner R, Clock C>
absl::StatusOr<Contents> ListParent(RemoteRepository<R, C>& repository) {
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteListing found, repository.List());
  Contents contents;
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

template <Runner R, Clock C>
absl::StatusOr<Contents> DigestParent(RemoteRepository<R, C>& repository, Contents contents) {
  std::vector<DigestQuestion> questions;
  questions.reserve(contents.manifest.files.size());
  for (const FileEntry& file : contents.manifest.files) questions.push_back({file.path, file.stat.size});
  SSHSYNC_RETURN_IF_ERROR(TakeDigestsOf(repository, std::move(questions), contents.incomplete.empty(), contents));
  if (contents.vanished.empty()) return contents;

  SSHSYNC_ASSIGN_OR_RETURN(const RemoteListing again, repository.List());
  for (const std::string& path : contents.vanished) {
    if (std::binary_search(again.listing.paths.begin(), again.listing.paths.end(), path)) {
      contents.failed[path] = FailedPath(path, Failure::kBadListing, "it is listed, but there is no such file");
    } else {
      repository.Tell(LogLevel::kWarning,
                      "the file went away while it was looked at; it is left as it is on the children", path);
    }
  }
  contents.Forget(contents.vanished);
  return contents;
}

template <Runner R, Clock C>
absl::StatusOr<Manifest> DigestAhead(RemoteRepository<R, C>& repository, const RemoteListing& listing,
                                     const std::set<std::string>& links, const Contents* expected,
                                     const std::set<std::string>& drafted) {
  const Repository& config = repository.config();
  Manifest ahead;
  if (expected == nullptr || !listing.own || config.recheck || !config.filter.empty()) return ahead;
  std::vector<DigestQuestion> questions;
  for (const FileEntry& file : expected->manifest.files) {
    const auto there = listing.Find(file.path);
    if (!there || there->type != RemoteStat::Type::kFile || there->stat.size != file.stat.size ||
        drafted.contains(file.path) || !LinkAbove(file.path, links).empty())
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
template <Runner R, Clock C>
absl::StatusOr<std::vector<DigestQuestion>> SortChild(RemoteRepository<R, C>& repository, const RemoteListing& listing,
                                                      const std::set<std::string>& links, const Contents& parent,
                                                      const Manifest& ahead, const std::set<std::string>& drafted,
                                                      Contents& contents) {
  std::vector<std::string> names;
  for (const FileEntry& file : parent.manifest.files) names.push_back(file.path);
  std::set_difference(listing.listing.paths.begin(), listing.listing.paths.end(), parent.manifest.files.begin(),
                      parent.manifest.files.end(), std::back_inserter(names), ByPath());
  const size_t wanted = parent.manifest.files.size();
  // What stands behind a link is in no listing.
  const bool seen_all = listing.own && (links.empty() || !repository.config().follow_symlinks);
  SSHSYNC_ASSIGN_OR_RETURN(const auto stats, StatsOf(repository, seen_all ? listing : RemoteListing(), names));
  std::vector<DigestQuestion> questions;
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
      } else if (i >= wanted || !drafted.contains(names[i])) {
        (i < wanted ? questions : contents.undigested).push_back({names[i], stats[i]->stat.size});
      }
    } else if (i < wanted) {
      contents.manifest.files.push_back({names[i], stats[i]->stat, {}});
      repository.Tell(LogLevel::kWarning,
                      "a symbolic link or special file stands in its place; it will be replaced by a regular file",
                      names[i]);
    } else {
      contents.others.push_back(names[i]);
    }
  }
  std::sort(contents.manifest.files.begin(), contents.manifest.files.end(), ByPath());
  return questions;
}

template <Runner R, Clock C>
absl::StatusOr<Contents> SurveyChild(RemoteRepository<R, C>& repository, const RemoteListing& listing,
                                     const std::set<std::string>& links, const Contents& parent, const Manifest& ahead,
                                     const std::set<std::string>& drafted) {
  Contents contents;
  contents.incomplete = listing.incomplete;
  contents.own.emplace();
  contents.empty_listing = listing.listing.paths.empty() && listing.listing.refused.empty();
  SSHSYNC_ASSIGN_OR_RETURN(std::vector<DigestQuestion> questions,
                           SortChild(repository, listing, links, parent, ahead, drafted, contents));
  const bool whole = listing.incomplete.empty() && !listing.listing.paths.empty();
  SSHSYNC_RETURN_IF_ERROR(TakeDigestsOf(repository, std::move(questions), whole, contents));
  contents.Forget(contents.vanished);
  return contents;
}

template <Runner R, Clock C>
absl::StatusOr<Contents> DigestRest(RemoteRepository<R, C>& repository, Contents contents) {
  std::vector<DigestQuestion> questions = std::exchange(contents.undigested, {});
  contents.vanished.clear();
  SSHSYNC_RETURN_IF_ERROR(TakeDigestsOf(repository, std::move(questions), false, contents));
  contents.Forget(contents.vanished);
  return contents;
}

}  // namespace sshsync

#endif  // SSHSYNC_REMOTE_SURVEY_H_
