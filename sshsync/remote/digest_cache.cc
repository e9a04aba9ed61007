#include "sshsync/remote/digest_cache.h"

namespace sshsync {

DigestCache::DigestCache(const RemoteRepository& repository) : repository_(repository) {
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
          .way = DigestCacheKeyOf(repository.config(), repository.facts().root, method),
          .host_clock = *clock};
  if (!way_.way.empty()) memory_ = repository.context().memory;
}

std::vector<DigestRequest> DigestCache::Known(std::vector<DigestRequest> questions, bool whole, Manifest& manifest) {
  if (memory_ == nullptr || (questions.empty() && !whole)) return questions;
  whole_ = whole;
  const absl::Time now = repository_.context().clock.Now();
  memory_->Load(way_, [&](StoredDigest remembered) {
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
  std::erase_if(questions, [&manifest](const DigestRequest& question) {
    const FileEntry* const file = manifest.Find(question.path);
    return file != nullptr && !file->digest.empty();
  });
  if (asked > questions.size()) {
    repository_.Emit(LogLevel::kInfo,
                     absl::StrCat(asked - questions.size(), " of ", asked,
                                  " files are as they were when they were last read, within the time of `recheck`"));
  }
  return questions;
}

void DigestCache::Read(const std::vector<DigestRequest>& questions, const Manifest& manifest) {
  if (memory_ == nullptr) return;
  std::vector<StoredDigest> files;
  for (const DigestRequest& question : questions) {
    const FileEntry* const file = manifest.Find(question.path);
    if (file == nullptr || file->digest.empty() || !IsAtRest(file->stat, way_.host_clock)) continue;
    Add(*file, files);
  }
  // Also where nothing is new: it is of use for another while.
  if (whole_ || !files.empty()) Store(std::move(files));
}

void DigestCache::Brought(const std::vector<FileEntry>& files, const std::vector<FileStat>& wanted) {
  // Without a stage everybody could write where it was verified.
  if (memory_ == nullptr || repository_.config().in_place()) return;
  std::vector<StoredDigest> kept;
  for (size_t i = 0; i < files.size(); ++i) {
    if (files[i].digest.empty() || !IsAsBrought(files[i].stat, wanted[i], way_.host_clock)) continue;
    Add(files[i], kept);
  }
  if (!kept.empty()) Store(std::move(kept));
}

// A million are not held twice.
void DigestCache::Add(const FileEntry& file, std::vector<StoredDigest>& files) {
  constexpr size_t kAtOnce = 10'000;
  files.push_back({.file = file, .read = repository_.context().clock.Now()});
  if (files.size() >= kAtOnce) Store(std::exchange(files, {}));
}

void DigestCache::Store(std::vector<StoredDigest> files) {
  const absl::Time now = repository_.context().clock.Now();
  memory_->Store(way_, {.read = std::move(files),
                        .forgotten = std::move(forgotten_),
                        .until = UselessFrom(*repository_.config().recheck, now)});
  forgotten_.clear();
}

}  // namespace sshsync
