#ifndef SSHSYNC_TOOLS_CLI_VERBS_CONFIG_SOURCE_H_
#define SSHSYNC_TOOLS_CLI_VERBS_CONFIG_SOURCE_H_

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sshsync::cli {

constexpr absl::string_view kDefaultConfig = "/etc/sshsync/sshsync.conf";

/// The bytes of a configuration file, and what the file system says of it.
struct ConfigSource {
  std::string file;  ///< as given
  std::string bytes;
  mode_t mode = 0;  ///< permission bits
  uid_t owner = 0;
};

/// The file that `--config` names, else the variable SSHSYNC_CONFIG, else the default one.
std::string ConfigPlace(absl::string_view option, const char* variable);

/// Reads a file that may be anything: only a regular file of at most 64 MiB is taken, and nothing here waits for
/// another process. Every error is kConfig and names the file. Also for logging.conf.
absl::StatusOr<ConfigSource> ReadConfigSource(const std::string& file);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VERBS_CONFIG_SOURCE_H_
