#ifndef SSHSYNC_STAGE_STAGE_H_
#define SSHSYNC_STAGE_STAGE_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "sshsync/digest/digest.h"

namespace sshsync {

/// One try to write one file: a folder `DIGEST-RANDOM` of its own in the stage, in which the file has its path, so that
/// a template that is told this folder as its repository gets the file where it expects it. The random part is never
/// used twice: a writer that outlives its session writes into a place that nobody will publish.
struct Attempt {
  size_t index = 0;    ///< of the file in the hop's plan
  std::string file;    ///< relative path
  std::string folder;  ///< absolute: STAGE/DIGEST-RANDOM; the repository itself where there is no stage

  std::string staged() const { return folder + "/" + file; }
};

/// `.sshsync/in` below the child's root, or a folder named after that root below the absolute one that `stage` names,
/// which several repositories may share.
std::string StageFolder(absl::string_view stage_key, absl::string_view root);

/// A new attempt for a file whose parent has `digest`.
Attempt NewAttempt(absl::string_view stage_folder, size_t index, absl::string_view file, const Digest& digest);

}  // namespace sshsync

#endif  // SSHSYNC_STAGE_STAGE_H_
