#ifndef SSHSYNC_CASCADE_HOP_SOURCE_H_
#define SSHSYNC_CASCADE_HOP_SOURCE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "sshsync/remote/survey.h"
#include "sshsync/schedule/source_files.h"

namespace sshsync {

/// What a parent brings into a hop: the repository, opened, and what it holds (or, in a plan, will hold): at first
/// perhaps without digests.
struct HopParent {
  std::shared_ptr<RemoteRepository> repository;
  std::shared_ptr<const RepositorySnapshot> contents;
  std::shared_ptr<const SourceFiles> source_files;  ///< what it has of them by now
};

/// Where a hop asks for its parent; both calls wait for it. `Listed` has no digests yet, so that both sides can be
/// digested at once.
class HopSource {
 public:
  virtual ~HopSource() = default;
  /// Where the parent is brought in line by this run: what the repository lists from which all of that comes. Mostly
  /// the parent will hold it, so that a child need not wait for the plan above it to begin with its digests. Nothing
  /// where that is not known, or nothing waits.
  virtual std::shared_ptr<const RepositorySnapshot> Expected() { return nullptr; }
  virtual absl::StatusOr<HopParent> Listed() = 0;
  virtual absl::StatusOr<HopParent> Digested() = 0;
};

}  // namespace sshsync

#endif  // SSHSYNC_CASCADE_HOP_SOURCE_H_
