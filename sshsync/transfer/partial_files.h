#ifndef SSHSYNC_TRANSFER_PARTIAL_FILES_H_
#define SSHSYNC_TRANSFER_PARTIAL_FILES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/schedule/file_states.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {

/// Finds what earlier runs left in a child's stage, by the digests that their attempts are named after: verified or
/// not, it may be what is wanted, and need not be sent again. What is found is copied into a new attempt and read back
/// like everything else. Errors: the child's.
absl::Status FindLeftovers(RemoteRepository& child, FileStates& states);

}  // namespace sshsync

#endif  // SSHSYNC_TRANSFER_PARTIAL_FILES_H_
