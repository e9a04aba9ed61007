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

Differing LikelyDiffering(const Contents& parent, const RemoteListing& child, absl::Time last_equal) {
  Differing likely;
  const std::vector<std::string>& paths = child.listing.paths;
  for (const FileEntry& file : parent.manifest.files) {
    const auto at = std::lower_bound(paths.begin(), paths.end(), file.path);
    const bool there = at != paths.end() && *at == file.path;
    if (there && (!child.own ||
                  !LikelyChanged(file.stat, child.stats[static_cast<size_t>(at - paths.begin())].stat, last_equal)))
      continue;
    if (likely.files++ == 0) likely.sample = file.path;
    constexpr int64_t kOfAChange =
        int64_t{8}
        << 20;  // bytes: what of a file that keeps its size has changed cannot be known, and mostly is little
    const bool same_size = there && child.stats[static_cast<size_t>(at - paths.begin())].stat.size == file.stat.size;
    likely.bytes +=
        std::clamp<int64_t>(file.stat.size, 0, same_size ? kOfAChange : std::numeric_limits<int64_t>::max());
  }
  return likely;
}

void Contents::Forget(const std::vector<std::string>& paths) {
  const std::set<absl::string_view> gone(paths.begin(), paths.end());
  std::erase_if(manifest.files, [&gone](const FileEntry& file) { return gone.contains(file.path); });
  std::erase_if(undigested, [&gone](const DigestQuestion& file) { return gone.contains(file.path); });
  if (own) std::erase_if(*own, [&gone](const std::string& path) { return gone.contains(path); });
}

Contents Contents::After(const Plan& plan) && {
  const std::vector<std::string> gone = DeletedPaths(plan);
  Manifest after = AfterPlan(std::move(manifest), plan);
  Forget(gone);
  manifest = std::move(after);
  empty_listing = manifest.files.empty();
  return std::move(*this);
}

void Contents::Add(Contents newer) {
  std::vector<std::string> paths;
  for (const FileEntry& file : newer.manifest.files) paths.push_back(file.path);
  Forget(paths);
  failed.insert(newer.failed.begin(), newer.failed.end());
  if (manifest.files.empty()) std::swap(manifest, newer.manifest);
  manifest.files.insert(manifest.files.end(), std::make_move_iterator(newer.manifest.files.begin()),
                        std::make_move_iterator(newer.manifest.files.end()));
  std::sort(manifest.files.begin(), manifest.files.end(), ByPath());
}

void TakeDigests(const std::vector<DigestQuestion>& questions, const std::vector<absl::StatusOr<DigestAnswer>>& answers,
                 Contents* contents) {
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

}  // namespace sshsync
