#ifndef SSHSYNC_RECORD_REPLACE_FILE_H_
#define SSHSYNC_RECORD_REPLACE_FILE_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sshsync {

/// Puts `bytes` in the place of a file by a rename, so that who reads it sees the old text or the new one. The
/// temporary file stands beside it, begins with a dot, and is gone afterwards. What is there and no regular file is
/// refused (kObstructed), so that `path` is no way to write through a link. Errors: kPermission, kReadOnly, kNoSpace.
absl::Status ReplaceFile(const std::string& path, absl::string_view bytes, mode_t mode);

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_REPLACE_FILE_H_
