#ifndef SSHSYNC_TOOLS_CONFIG_SOURCE_H_
#define SSHSYNC_TOOLS_CONFIG_SOURCE_H_

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sshsync::cli {

constexpr absl::string_view kDefaultConfig = "/etc/sshsync/sshsync.conf";

/// The bytes of a configuration file, and what its place in the file system says of it.
struct ConfigSource {
  std::string file;  ///< as given
  std::string bytes;
  std::string distrust;   ///< why its templates must not be run: others could have written them; empty where all is well
  bool readable = false;  ///< by accounts other than its owner
};

/// The file that `--config` names, else the variable SSHSYNC_CONFIG, else the default one.
std::string ConfigPlace(absl::string_view option, const char* variable);

/// Reads a file that may be anything: only a regular file of at most 64 MiB is taken, and nothing here waits for another process.
/// Every error is kConfig and names the file.
absl::StatusOr<ConfigSource> ReadConfigSource(const std::string& file);

/// Why a file of that owner and mode is not to be trusted by `reader`; empty where it is.
std::string Distrust(uid_t owner, mode_t mode, uid_t reader);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CONFIG_SOURCE_H_
