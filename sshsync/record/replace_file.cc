#include "sshsync/record/replace_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

// 0, or errno.
int WriteAll(int fd, absl::string_view bytes, mode_t mode) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  // The mask of the account is for files that people make.
  return fchmod(fd, mode) == 0 && fsync(fd) == 0 ? 0 : errno;
}

absl::Status Failed(int error, const std::string& path) {
  const Failure failure = error == EROFS                                         ? Failure::kReadOnly
                          : error == ENOSPC || error == EDQUOT || error == EFBIG ? Failure::kNoSpace
                                                                                 : Failure::kPermission;
  return MakeError(failure, absl::StrCat(path, ": ", strerror(error)));
}

}  // namespace

absl::Status ReplaceFile(const std::string& path, absl::string_view bytes, mode_t mode) {
  struct stat stat = {};
  if (lstat(path.c_str(), &stat) == 0 && !S_ISREG(stat.st_mode))
    return MakeError(Failure::kObstructed, absl::StrCat(path, " is no regular file"));
  const size_t slash = path.rfind('/');
  const size_t name = slash == std::string::npos ? 0 : slash + 1;
  std::string temporary = absl::StrCat(path.substr(0, name), ".", path.substr(name), ".XXXXXX");
  const int fd = mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return Failed(errno, path);
  int error = WriteAll(fd, bytes, mode);
  close(fd);
  if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
  if (error == 0) return absl::OkStatus();
  unlink(temporary.c_str());
  return Failed(error, path);
}

}  // namespace sshsync
