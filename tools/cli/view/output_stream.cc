#include "tools/cli/view/output_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace sshsync::cli {

void OutputStream::Write(absl::string_view bytes) {
  while (!ended_ && !bytes.empty()) {
    const ssize_t written = write(fd_, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      // Somebody who shares the terminal has made it non-blocking.
      pollfd ready = {fd_, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      ended_ = true;
      if (errno != EPIPE)
        status_ = absl::UnknownError(
            absl::StrCat("cannot write to ", fd_ == STDOUT_FILENO ? "stdout" : "stderr", ": ", strerror(errno)));
    }
  }
}

bool OutputStream::is_terminal() const { return isatty(fd_) == 1; }

void OpenClosedStreams() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (fcntl(fd, F_GETFD) != -1 || errno != EBADF) continue;
    // The lowest free number is taken, and those below are open.
    if (open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd) _exit(5);
  }
}

}  // namespace sshsync::cli
