#ifndef SSHSYNC_CONFIG_BANDWIDTH_CHECK_H_
#define SSHSYNC_CONFIG_BANDWIDTH_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// Whether a `bwlimit` holds for a repository's hop: the builtin transfer keeps to it, a synccmd only if it takes
/// ${BWLIMIT}. It is read off the model's values, so that what command line options changed counts too.
bool KeepsBandwidthLimit(const Repository& repository);

/// OK, or why these repositories must not be run: one of them would load its line more than was asked (kConfig). For
/// all verbs that change something; call it with the names of the resolved queue.
absl::Status CheckBandwidthLimits(const Configuration& configuration, const std::vector<std::string>& names);

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_BANDWIDTH_CHECK_H_
