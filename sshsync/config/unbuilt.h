#ifndef SSHSYNC_CONFIG_UNBUILT_H_
#define SSHSYNC_CONFIG_UNBUILT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sshsync/config/keys.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// The keys behind which a repository asks for something that is not built yet (KeyInfo::state), in a fixed order. It is read off the
/// model's values, so that what command line options changed counts too; a value that is the default asks for nothing. Patterns are all
/// named `filter`.
std::vector<const KeyInfo*> UnbuiltKeys(const Repository& repository);
std::vector<const KeyInfo*> UnbuiltKeys(const Settings& settings);

/// OK, or why these repositories must not be run: a setting whose neglect would copy, load or publish more than asked (kConfig). For
/// all verbs that change something; call it with the names of the resolved queue.
absl::Status RunBlockers(const Configuration& configuration, const std::vector<std::string>& names);

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_UNBUILT_H_
