#ifndef SSHSYNC_REMOTE_DIGEST_CACHE_H_
#define SSHSYNC_REMOTE_DIGEST_CACHE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "sshsync/host/host_time.h"
#include "sshsync/model/digest_memory.h"
#include "sshsync/plan/recheck.h"
#include "sshsync/remote/remote_repository.h"

namespace sshsync {

/// What is known of a repository's files from earlier runs (key `recheck`), put before the question to the host, and
/// what the answers add to that. Without the key, without a memory, and where the host tells neither its time nor how
/// it digests, it knows nothing and keeps nothing. Ownership: refers to the repository, which is open. Threads: one.
///
///     DigestRecall recall(repository);
///     questions = recall.Known(std::move(questions), true, manifest);  // those that are left
///     ...ask them, put the answers into the manifest...
///     recall.Read(questions, manifest);
template <Runner R, Clock C>
class DigestRecall {
 public:
  explicit DigestRecall(const RemoteRepository<R, C>& repository);

  /// Puts the digests that are known into the manifest; the other questions come back. `whole`: the manifest has every
  /// file of the repository, and what is remembered of others is forgotten.
  std::vector<DigestQuestion> Known(std::vector<DigestQuestion> questions, bool whole, Manifest& manifest);

  /// Remembers what was read: the digests of these questions that are in the manifest by now.
  void Read(const std::vector<DigestQuestion>& questions, const Manifest& manifest);

  /// Remembers what a hop has brought and verified: the files as they are in their place, and the stats of their
  /// parents' files, in the same order.
  void Brought(const std::vector<FileEntry>& files, const std::vector<FileStat>& wanted);

 private:
  void Add(const FileEntry& file, std::vector<RememberedFile>& files);
  void Remember(std::vector<RememberedFile> files);

  const RemoteRepository<R, C>& repository_;
  DigestMemory* memory_ = nullptr;  // nullptr: no part of it is of use
  DigestWay way_;
  bool whole_ = false;
  std::vector<std::string> forgotten_;
};

// Implementation details follow.

template <Runner R, Clock C>
DigestRecall<R, C>::DigestRecall(const RemoteRepository<R, C>& repository) : repository_(repository) {
  const auto clock = HostTime(repository.facts().now);
  if (!repository.config().recheck || repository.context().memory == nullptr || !clock) return;
  std::string method;
  if (repository.templates().has("digestcmd")) {
    const auto bound = repository.templates().Digest(repository.facts().root, "file");
    if (!bound.ok()) return;
    method = bound->script();
  } else {
    if (repository.algorithm().empty()) return;
    method = absl::StrCat("tool ", repository.algorithm(), " ", repository.chunk());
  }
  way_ = {.repository = repository.config().name,
          .way = WayOfDigests(repository.config(), repository.facts().root, method),
          .host_clock = *clock};
  if (!way_.way.empty()) memory_ = repository.context().memory;
}

template <Runner R, Clock C>
std::vector<DigestQuestion> DigestRecall<R, C>::Known(std::vector<DigestQuestion> questions, bool whole,
                                                      Manifest& manifest) {
  if (memory_ == nullptr || (questions.empty() && !whole)) return questions;
  whole_ = whole;
  const absl::Time now = repository_.context().clock.Now();
  memory_->Recall(way_, [&](RememberedFile remembered) {
    FileEntry* const file = manifest.Find(remembered.file.path);
    if (file == nullptr) {
      if (whole) forgotten_.push_back(std::move(remembered.file.path));
    } else if (IsUntouched(remembered.file.stat, file->stat) &&
               IsFresh(remembered, *repository_.config().recheck, now, repository_.chunk(), repository_.algorithm())) {
      file->digest = remembered.file.digest;
      file->chunks = std::move(remembered.file.chunks);
    }
  });
  const size_t asked = questions.size();
  std::erase_if(questions, [&manifest](const DigestQuestion& question) {
    const FileEntry* const file = manifest.Find(question.path);
    return file != nullptr && !file->digest.empty();
  });
  if (asked > questions.size()) {
    repository_.Tell(LogLevel::kInfo,
                     absl::StrCat(asked - questions.size(), " of ", asked,
                                  " files are as they were when they were last read, within the time of `recheck`"));
  }
  return questions;
}

template <Runner R, Clock C>
void DigestRecall<R, C>::Read(const std::vector<DigestQuestion>& questions, const Manifest& manifest) {
  if (memory_ == nullptr) return;
  std::vector<RememberedFile> files;
  for (const DigestQuestion& question : questions) {
    const FileEntry* const file = manifest.Find(question.path);
    if (file == nullptr || file->digest.empty() || !IsAtRest(file->stat, way_.host_clock)) continue;
    Add(*file, files);
  }
  // Also where nothing is new: it is of use for another while.
  if (whole_ || !files.empty()) Remember(std::move(files));
}

template <Runner R, Clock C>
void DigestRecall<R, C>::Brought(const std::vector<FileEntry>& files, const std::vector<FileStat>& wanted) {
  // Without a stage everybody could write where it was verified.
  if (memory_ == nullptr || repository_.config().stage == "no") return;
  std::vector<RememberedFile> kept;
  for (size_t i = 0; i < files.size(); ++i) {
    if (files[i].digest.empty() || !IsAsBrought(files[i].stat, wanted[i], way_.host_clock)) continue;
    Add(files[i], kept);
  }
  if (!kept.empty()) Remember(std::move(kept));
}

// A million are not held twice.
template <Runner R, Clock C>
void DigestRecall<R, C>::Add(const FileEntry& file, std::vector<RememberedFile>& files) {
  constexpr size_t kAtOnce = 10'000;
  files.push_back({.file = file, .read = repository_.context().clock.Now()});
  if (files.size() >= kAtOnce) Remember(std::exchange(files, {}));
}

template <Runner R, Clock C>
void DigestRecall<R, C>::Remember(std::vector<RememberedFile> files) {
  const absl::Time now = repository_.context().clock.Now();
  memory_->Remember(way_, {.read = std::move(files),
                           .forgotten = std::move(forgotten_),
                           .until = UselessFrom(*repository_.config().recheck, now)});
  forgotten_.clear();
}

}  // namespace sshsync

#endif  // SSHSYNC_REMOTE_DIGEST_CACHE_H_
