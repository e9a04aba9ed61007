#ifndef SSHSYNC_MODEL_MANIFEST_H_
#define SSHSYNC_MODEL_MANIFEST_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sshsync/digest/digest.h"
#include "sshsync/model/chunk_list.h"

namespace sshsync {

/// What a host's directory says of a file. Times are nanoseconds since 1970, UTC, as fine as the host's tools show
/// them.
struct FileStat {
  int64_t size = -1;   ///< bytes; -1: not known
  int64_t mtime = -1;  ///< ns; -1: not known
  int64_t ctime = -1;  ///< ns, of the last change of anything about it; -1: not known
  uint64_t inode = 0;  ///< 0: not known
  uint16_t mode = 0;   ///< permission bits, 07777
  /// Of mtime.
  enum class Resolution : uint8_t {
    kNanosecond,
    kMicrosecond,
    kSecond,
    kMinute,
    kDay
  } resolution = Resolution::kNanosecond;

  /// One unit of `resolution`, in ns.
  int64_t unit() const {
    constexpr int64_t kUnits[] = {1, 1'000, 1'000'000'000, 60'000'000'000, 86'400'000'000'000};
    return kUnits[static_cast<int>(resolution)];
  }
  /// Same size and same mtime, the times compared at the coarser resolution of the two.
  bool SameVersion(const FileStat& other) const {
    const int64_t coarser = std::max(unit(), other.unit());
    return size == other.size && mtime / coarser == other.mtime / coarser;
  }
};

/// One regular file of a repository.
struct FileEntry {
  std::string path;  ///< relative, clean, raw bytes
  FileStat stat;
  Digest digest;                                 ///< empty where it was not computed
  std::shared_ptr<const ChunkList> chunks = {};  ///< of a big file, where they are known
};

/// Orders files and paths by path.
struct ByPath {
  using is_transparent = void;
  static absl::string_view PathOf(const FileEntry& file) { return file.path; }
  static absl::string_view PathOf(absl::string_view path) { return path; }
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return PathOf(a) < PathOf(b);
  }
};

/// The files of a repository, sorted by path, each once. A sorted vector, for a million entries lie side by side in it.
struct Manifest {
  std::vector<FileEntry> files;

  /// The file of that path; nullptr where there is none. Valid until `files` changes.
  const FileEntry* Find(absl::string_view path) const {
    const auto at = std::lower_bound(files.begin(), files.end(), path, ByPath());
    return at != files.end() && at->path == path ? &*at : nullptr;
  }
  FileEntry* Find(absl::string_view path) {
    return const_cast<FileEntry*>(static_cast<const Manifest*>(this)->Find(path));
  }
};

}  // namespace sshsync

#endif  // SSHSYNC_MODEL_MANIFEST_H_
