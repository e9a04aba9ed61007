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
struct RepositorySnapshot {
  Manifest manifest;  ///< regular files; without a digest where `failed` says why
  std::map<std::string, FileOutcome>
      failed;  ///< paths that take no part in the run, and why: refused, unreadable, without a usable digest
  std::string incomplete;          ///< why the listing is; empty
  std::vector<std::string> links;  ///< symbolic links that were listed
  LinkTargets targets;             ///< of those that a child may copy
  bool empty_listing = false;      ///< the listing named nothing at all

  std::vector<DigestRequest>
      undigested;  ///< a child's regular files that its parent has nothing to compare with; for DigestRest
  std::vector<std::string> vanished;  ///< paths that were listed and then not there
  std::vector<std::string> others;  ///< listed paths of a child that are no regular files and no business of its parent
  /// Of a child of this run: its files that its parent does not have. All others are what the run verified or brought.
  absl::optional<std::vector<std::string>> own;
  bool deletions_refused = false;  ///< on the way here: nothing below is deleted, either

  /// Takes these paths out of the manifest and of what is said of files in it.
  void Remove(const std::vector<std::string>& paths);

  /// What the repository holds once a plan made from it is carried out.
  RepositorySnapshot Apply(const Plan& plan) &&;

  /// Takes over what is known of some of its files better by now.
  void Add(RepositorySnapshot newer);

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
absl::StatusOr<RepositorySnapshot> ListParent(RemoteRepository& repository);

/// The second: the digests. A file that vanished between listing and digest is looked for in a second listing: still
/// listed, it fails; gone, it is told in a WARNING and forgotten.
absl::StatusOr<RepositorySnapshot> DigestParent(RemoteRepository& repository, RepositorySnapshot listed);

/// Digests what a child has of the files that it will be compared with, as far as that can be `expected` (nullptr: not
/// at all): those of the same size. For SurveyChild, when it is known what its parent will hold. Nothing where filters
/// or remembered digests may make that needless.
absl::StatusOr<Manifest> DigestAhead(RemoteRepository& repository, const RemoteListing& listing,
                                     const std::set<std::string>& links, const RepositorySnapshot* expected);

/// Surveys a child: which of the files that `parent` lists it has, and their digests. Files that stand behind a
/// symbolic link fail unless links are followed; a link in place of a file has no digest, so that it is replaced and
/// its target is never read. `ahead`: what was digested since it was listed.
absl::StatusOr<RepositorySnapshot> SurveyChild(RemoteRepository& repository, const RemoteListing& listing,
                                               const std::set<std::string>& links, const RepositorySnapshot& parent,
                                               const Manifest& ahead = {});

/// Makes what is known of a child good for its own children: digests the files that only they need.
absl::StatusOr<RepositorySnapshot> DigestRest(RemoteRepository& repository, RepositorySnapshot child);

/// Whether the child probably differs, whatever the digests say: it lacks a file, or one has LikelyChanged.
bool LikelyDiffers(const RepositorySnapshot& parent, const RemoteListing& child);

/// The first symbolic link among the folders of `path`; empty if there is none.
std::string LinkAbove(absl::string_view path, const std::set<std::string>& links);

/// Puts the answers to `questions` into the manifest, into the failures, or among the vanished.
void TakeDigests(const std::vector<DigestRequest>& questions, const std::vector<absl::StatusOr<DigestResult>>& answers,
                 RepositorySnapshot* contents);

}  // namespace sshsync

#endif  // SSHSYNC_REMOTE_SURVEY_H_
