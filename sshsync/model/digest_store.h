#ifndef SSHSYNC_MODEL_DIGEST_STORE_H_
#define SSHSYNC_MODEL_DIGEST_STORE_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/model/manifest.h"

namespace sshsync {

/// A file as it was when its content was last read: stat, digest, and the digests of its chunks where it has such.
struct StoredDigest {
  FileEntry file;
  absl::Time read;  ///< by the controller's clock
};

/// Of whom digests are remembered, and how they were come by. What was computed in another way (another host, folder,
/// digestcmd, algorithm, size of chunks) is another way's and never recalled.
struct DigestCacheKey {
  std::string repository;
  std::string way;        ///< all that the digests depend on but the files themselves, as a digest
  absl::Time host_clock;  ///< the host's own clock: one that shows less than when something was remembered was set
                          ///< back, and nothing is recalled
};

/// What one look at a repository adds to what is remembered of it.
struct NewDigests {
  std::vector<StoredDigest> read;      ///< replaces what was known of these paths
  std::vector<std::string> forgotten;  ///< paths that are not there any more
  absl::Time until;                    ///< afterwards none of it is of use
};

/// Digests that outlive a run. A shortcut that never has to be there: whoever implements it may forget everything at
/// any time. Called from any thread of a run.
class DigestStore {
 public:
  virtual ~DigestStore() = default;
  /// Gives what is remembered, file by file in the order of the paths. `take` must not call the memory.
  virtual void Load(const DigestCacheKey& way, absl::FunctionRef<void(StoredDigest)> take) = 0;
  /// What another way has left of the repository is forgotten.
  virtual void Store(const DigestCacheKey& way, const NewDigests& digests) = 0;
};

}  // namespace sshsync

#endif  // SSHSYNC_MODEL_DIGEST_STORE_H_
