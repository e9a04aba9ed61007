#ifndef SSHSYNC_CONFIG_INI_FILE_MODE_H_
#define SSHSYNC_CONFIG_INI_FILE_MODE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sshsync/config/ini/diagnostic.h"

namespace sshsync {

/// What the file system says of a configuration file, and who asks.
struct FileAccess {
  uint32_t mode = 0;           ///< permission bits
  uint32_t owner = 0;          ///< uid
  uint32_t reader = 0;         ///< uid of this process
  bool runs_templates = true;  ///< false for `check` and build rules, which only look
  bool has_password = false;   ///< some section has the key `password`
};

/// Whether a configuration is to be trusted with what its templates do: an error where others than root and `reader`
/// could have written it, a warning if nothing is run; a warning where others can read a password. Pure: the caller has
/// the numbers from fstat on the descriptor it reads.
std::vector<ConfigDiagnostic> CheckFileMode(absl::string_view file, const FileAccess& access);

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_INI_FILE_MODE_H_
