#ifndef SSHSYNC_TESTING_TEMP_DIR_H_
#define SSHSYNC_TESTING_TEMP_DIR_H_

#include <string>

#include "absl/strings/string_view.h"

namespace sshsync {

/// A new folder below /tmp with mode 0700 and a short path, removed with its content at the end of the object.
/// Every verb aborts the test on an error, for a fixture that does not stand proves nothing.
///
///     TempDir dir;
///     dir.Write("a/b.txt", "content");
///     dir.Read("a/b.txt") == "content";
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }
  /// The absolute path of `name` in it.
  std::string Path(absl::string_view name) const;
  /// Writes a whole file, making the folders above it.
  void Write(absl::string_view name, absl::string_view content) const;
  std::string Read(absl::string_view name) const;
  bool Exists(absl::string_view name) const;

 private:
  std::string path_;
};

}  // namespace sshsync

#endif  // SSHSYNC_TESTING_TEMP_DIR_H_
