#ifndef SSHSYNC_PLAN_RELAY_BLOCK_H_
#define SSHSYNC_PLAN_RELAY_BLOCK_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sshsync/digest/digest.h"
#include "sshsync/plan/big_file.h"

namespace sshsync {

/// What one task brings, described in such a way that another child of the same parent can see whether it wants just
/// that. A plain value; any thread.
struct RelayBlock {
  std::string folder;              ///< the parent's, below which it is read
  std::vector<std::string> paths;  ///< of files that go whole, or of one big file
  std::vector<Digest> digests;     ///< of these files
  bool is_range = false;
  ChunkRange range = {};
  int64_t pace = 0;  ///< bytes a second

  friend bool operator==(const RelayBlock& a, const RelayBlock& b) {
    return a.folder == b.folder && a.paths == b.paths && a.digests == b.digests && a.is_range == b.is_range &&
           a.range.first == b.range.first && a.range.count == b.range.count && a.range.skip == b.range.skip &&
           a.pace == b.pace;
  }
};

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_RELAY_BLOCK_H_
