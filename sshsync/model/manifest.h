#ifndef SSHSYNC_MODEL_MANIFEST_H_
#define SSHSYNC_MODEL_MANIFEST_H_

#include <cstdint>
#include <map>
#include <string>

#include "sshsync/digest/digest.h"

namespace sshsync {

/// What a host says of a file besides its content. Times are nanoseconds since 1970, UTC, as fine as `mtime_resolution` of the host allows.
struct FileStat {
  int64_t size = -1;         ///< bytes; -1: not known
  int64_t mtime = -1;        ///< ns; -1: not known
  int64_t mtime_resolution = 1;  ///< ns: 1, 1000, 1'000'000'000 or 60'000'000'000
  uint32_t mode = 0;         ///< permission bits, 07777
  uint64_t inode = 0;        ///< 0: not known

  /// Same size and same mtime, the times compared at the coarser resolution of the two.
  bool SameVersion(const FileStat& other) const {
    const int64_t unit = mtime_resolution > other.mtime_resolution ? mtime_resolution : other.mtime_resolution;
    return size == other.size && mtime / unit == other.mtime / unit;
  }
};

/// One regular file of a repository.
struct FileEntry {
  FileStat stat;
  Digest digest;  ///< empty where it was not computed
};

/// path (relative, clean, raw bytes) -> file, sorted by path.
using Manifest = std::map<std::string, FileEntry>;

}  // namespace sshsync

#endif  // SSHSYNC_MODEL_MANIFEST_H_
