#ifndef SSHSYNC_CONFIG_PRESET_FILES_H_
#define SSHSYNC_CONFIG_PRESET_FILES_H_

#include <string>
#include <utility>
#include <vector>

namespace sshsync {

/// The files below config/presets as the build found them: name and content. Its .cc is generated.
std::vector<std::pair<std::string, std::string>> PresetFiles();

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_PRESET_FILES_H_
