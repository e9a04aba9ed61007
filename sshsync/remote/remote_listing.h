#ifndef SSHSYNC_REMOTE_REMOTE_LISTING_H_
#define SSHSYNC_REMOTE_REMOTE_LISTING_H_

#include <map>
#include <string>
#include <vector>

#include "sshsync/host/host_facts.h"
#include "sshsync/plan/listing.h"

namespace sshsync {

/// What a listing gave. An incomplete one (it ended with a non-zero status, or said something on stderr) is good enough
/// to synchronize what it lists, and no ground for deleting anything.
struct RemoteListing {
  Listing listing;         ///< regular files and links
  std::string incomplete;  ///< why; empty for a complete one
  /// Of our own listing: it has seen everything, and knows it. A listcmd's only names files.
  bool own = false;
  std::vector<RemoteStat> stats = {};             ///< of each path of `listing`
  std::map<std::string, RemoteStat> others = {};  ///< folders and special files

  /// What our own listing knows of a path; nothing for one that was not there.
  absl::optional<RemoteStat> Find(absl::string_view path) const {
    const auto at = std::lower_bound(listing.paths.begin(), listing.paths.end(), path);
    if (at != listing.paths.end() && *at == path) return stats[static_cast<size_t>(at - listing.paths.begin())];
    const auto other = others.find(std::string(path));
    return other == others.end() ? absl::nullopt : absl::make_optional(other->second);
  }
};

}  // namespace sshsync

#endif  // SSHSYNC_REMOTE_REMOTE_LISTING_H_
