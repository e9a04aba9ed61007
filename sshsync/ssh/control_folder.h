#ifndef SSHSYNC_SSH_CONTROL_FOLDER_H_
#define SSHSYNC_SSH_CONTROL_FOLDER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sshsync {

/// The folder of this process's sockets, over which sessions of an account share a connection. It lies in
/// $XDG_RUNTIME_DIR, else in /tmp, has the mode 0700 and a random name: nobody can have made it before, and the path of
/// a socket has about a hundred bytes, too few for a state directory.
///
/// It goes with the object. A process that is killed leaves it, so whoever makes one removes those of the dead: a
/// living process holds a kernel lock on its own, which no PID tells as well (PIDs are used again, and in a container
/// they are others). Only what is ours beyond doubt is removed: a folder, not a link, of our own account, with mode
/// 0700, in which nobody has the lock and nothing lies but sockets.
///
/// Ownership: the folder, its lock, and the sockets in it. Threads: one at a time. Errors: none; without a folder
/// sessions do not share.
///
///     ControlFolder folder(ControlFolder::Place());
///     if (!folder.path().empty()) options.control_path = folder.path() + "/1";
class ControlFolder {
 public:
  /// Makes one in `place`, an absolute folder, after removing those of the dead there.
  explicit ControlFolder(const std::string& place);
  ~ControlFolder();
  ControlFolder(const ControlFolder&) = delete;
  ControlFolder& operator=(const ControlFolder&) = delete;

  /// Empty where none could be made.
  const std::string& path() const { return path_; }

  /// $XDG_RUNTIME_DIR if that is set, absolute, short enough and writable, else /tmp.
  static std::string Place();

 private:
  std::string path_;
  int lock_ = -1;
};

}  // namespace sshsync

#endif  // SSHSYNC_SSH_CONTROL_FOLDER_H_
