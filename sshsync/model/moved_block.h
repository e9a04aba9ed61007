#ifndef SSHSYNC_MODEL_MOVED_BLOCK_H_
#define SSHSYNC_MODEL_MOVED_BLOCK_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace sshsync {

/// A stretch of one stream's time in which it carried content: one block, or several one after the other (see
/// record/block_history.h).
struct MovedBlock {
  std::string repository = {};
  int stream = 0;  ///< of the hop, from 0
  absl::Time began = {}, ended = {};
  std::string path = {};  ///< raw bytes; of several files the first, or empty
  int64_t offset = 0;     ///< of a range in its file
  int64_t files = 0;      ///< that it holds, in whole or in part
  int64_t bytes = 0;      ///< of content, as it lies on the disk
};

}  // namespace sshsync

#endif  // SSHSYNC_MODEL_MOVED_BLOCK_H_
