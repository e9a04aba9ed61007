#ifndef SSHSYNC_TOOLS_CLI_VIEW_OUTPUT_STREAM_H_
#define SSHSYNC_TOOLS_CLI_VIEW_OUTPUT_STREAM_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace sshsync::cli {

/// One of the process's output streams. Every Write is handed to the kernel at once and whole; the first error ends the
/// output, not the program: what follows is dropped, and the error is asked for at the end. A reader that went away (`|
/// head -1`) is no error. (std::cout was rejected: it buffers, and tells nothing of what went wrong.) Does not own the
/// descriptor. Threads: one at a time.
class OutputStream {
 public:
  explicit OutputStream(int fd) : fd_(fd) {}

  void Write(absl::string_view bytes);

  /// OK, or why the stream could not take everything.
  const absl::Status& status() const { return status_; }
  bool is_terminal() const;
  int fd() const { return fd_; }

 private:
  const int fd_;
  bool ended_ = false;
  absl::Status status_;
};

/// Opens /dev/null in place of each of the descriptors 0, 1 and 2 that is closed, lest a file of ours takes its number
/// and is written by whoever writes to stdout. To be called before anything is opened.
void OpenClosedStreams();

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VIEW_OUTPUT_STREAM_H_
