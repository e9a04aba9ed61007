#ifndef SSHSYNC_STAGE_TRASH_COPY_H_
#define SSHSYNC_STAGE_TRASH_COPY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/model/remote_command.h"
#include "sshsync/stage/lease.h"

namespace sshsync {

/// What became of a file of the trash on its way into the stage.
struct TrashCopy {
  enum class Result { kStaged, kEqual, kLinkInPath, kFailed } result = Result::kFailed;
  std::string said;
};

/// Copies files of a run's trash below `attempt`, a folder of the stage, with their times and modes, and compares each
/// copy with the original, byte by byte. A file that the repository holds already is not copied. Nothing outside the
/// stage is changed; the trash stays as it is. (A rename out of the trash was rejected: what replaces the restored file
/// in the next run would be all that is left of it.)
RemoteCommand CopyFromTrash(const HostFacts& facts, const Lease& lease, absl::string_view run,
                            absl::string_view attempt, absl::Span<const std::string> files, bool follow_symlinks,
                            absl::string_view mark);

/// One for each, in their order. Errors: kLocked when the lease was lost.
absl::StatusOr<std::vector<TrashCopy>> ParseTrashCopy(const RemoteResult& result, size_t count, absl::string_view mark);

}  // namespace sshsync

#endif  // SSHSYNC_STAGE_TRASH_COPY_H_
