#ifndef SSHSYNC_REMOTE_DIGEST_CACHE_H_
#define SSHSYNC_REMOTE_DIGEST_CACHE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "sshsync/host/host_time.h"
#include "sshsync/model/digest_store.h"
#include "sshsync/plan/recheck.h"
#include "sshsync/remote/remote_repository.h"

namespace sshsync {

/// What is known of a repository's files from earlier runs (key `recheck`), put before the question to the host, and
/// what the answers add to that. Without the key, without a memory, and where the host tells neither its time nor how
/// it digests, it knows nothing and keeps nothing. Ownership: refers to the repository, which is open. Threads: one.
///
///     DigestCache recall(repository);
///     questions = recall.Known(std::move(questions), true, manifest);  // those that are left
///     ...ask them, put the answers into the manifest...
///     recall.Read(questions, manifest);
class DigestCache {
 public:
  explicit DigestCache(const RemoteRepository& repository);

  /// Puts the digests that are known into the manifest; the other questions come back. `whole`: the manifest has every
  /// file of the repository, and what is remembered of others is forgotten.
  std::vector<DigestRequest> Known(std::vector<DigestRequest> questions, bool whole, Manifest& manifest);

  /// Remembers what was read: the digests of these questions that are in the manifest by now.
  void Read(const std::vector<DigestRequest>& questions, const Manifest& manifest);

  /// Remembers what a hop has brought and verified: the files as they are in their place, and the stats of their
  /// parents' files, in the same order.
  void Brought(const std::vector<FileEntry>& files, const std::vector<FileStat>& wanted);

 private:
  void Add(const FileEntry& file, std::vector<StoredDigest>& files);
  void Store(std::vector<StoredDigest> files);

  const RemoteRepository& repository_;
  DigestStore* memory_ = nullptr;  // nullptr: no part of it is of use
  DigestCacheKey way_;
  bool whole_ = false;
  std::vector<std::string> forgotten_;
};

}  // namespace sshsync

#endif  // SSHSYNC_REMOTE_DIGEST_CACHE_H_
