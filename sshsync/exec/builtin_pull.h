#ifndef SSHSYNC_EXEC_BUILTIN_PULL_H_
#define SSHSYNC_EXEC_BUILTIN_PULL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// The builtin transfer, as shell text that takes the place of a synccmd on the child: the child's account logs in to the parent's host, a
/// reader there sends a file, or a tar archive of many, and a writer here puts it into the attempt's folder. The reader's script travels on
/// stdin of `exec sh`, which every login shell understands, so that no name is ever part of a command line; what the login prints
/// comes before a random mark and is dropped. Both ends' statuses are seen; whether all bytes arrived is decided by the digests alone.
/// Needs nothing on either host but ssh, sh, cat, and tar for the batches. A plain value; any thread.
class BuiltinPull {
 public:
  /// Errors: kConfig where the child has no way to reach the parent (the parent is a folder of the controller, the child is not).
  static absl::StatusOr<BuiltinPull> Make(const Repository& child, const Repository& parent);

  /// Brings `parent_folder`/`file` to `folder`/`file`, whose own folder exists.
  std::string FileText(absl::string_view parent_folder, absl::string_view folder, absl::string_view file) const;

  /// Brings several files at once into `folder`, with their paths, times and modes.
  std::string BatchText(absl::string_view parent_folder, absl::string_view folder, absl::Span<const std::string> files) const;

  /// `ssh ... HOST`, for messages.
  const std::string& display() const { return display_; }

 private:
  std::string Text(absl::string_view reader, absl::string_view writer) const;

  std::string peer_;  // shell text that starts a shell on the parent's host
  std::string display_;
};

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_BUILTIN_PULL_H_
