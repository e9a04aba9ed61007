#ifndef SSHSYNC_MODEL_CHUNK_LIST_H_
#define SSHSYNC_MODEL_CHUNK_LIST_H_

#include <cstdint>
#include <vector>

#include "sshsync/digest/digest.h"

namespace sshsync {

/// The digests of a big file's chunks, in order: they say whether two files differ, and where. All chunks have the same
/// size but the last.
struct ChunkList {
  int64_t chunk = 0;  ///< bytes
  std::vector<Digest> digests;

  friend bool operator==(const ChunkList&, const ChunkList&) = default;
};

/// How many chunks a file of `size` bytes has; an empty file has none.
inline int64_t ChunkCount(int64_t size, int64_t chunk) { return (size + chunk - 1) / chunk; }

}  // namespace sshsync

#endif  // SSHSYNC_MODEL_CHUNK_LIST_H_
