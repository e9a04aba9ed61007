#ifndef SSHSYNC_PLAN_DIGEST_RESULT_H_
#define SSHSYNC_PLAN_DIGEST_RESULT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "sshsync/digest/digest.h"
#include "sshsync/model/chunk_list.h"

namespace sshsync {

/// What a digestcmd answered about one file.
struct DigestResult {
  bool missing = false;                          ///< NONE: there is no such file
  Digest digest;                                 ///< unless missing
  std::shared_ptr<const ChunkList> chunks = {};  ///< of a big file that was digested chunk by chunk
};

/// Reads a digestcmd's answer: its last line, without blanks, CR, a leading `\` and a trailing name. The name, where
/// there is one, must be the file's own (absolute, relative, or its last component, raw or as GNU tools escape it): a
/// digest of another file is not an answer. `NONE`, quoted or not, is a missing file. Errors are kBadDigest (or
/// kCommandNotFound, kPermission, kCommandFailed by the exit status).
///
///     ParseDigestResult("da39a3ee5e6b4b0d3255bfef95601890afd80709  /srv/a\n", 0, "/srv/a")->digest.kind() == "40 hex
///     digits"
absl::StatusOr<DigestResult> ParseDigestResult(absl::string_view output, int exit_status, absl::string_view file_path);

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_DIGEST_RESULT_H_
