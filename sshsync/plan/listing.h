#ifndef SSHSYNC_PLAN_LISTING_H_
#define SSHSYNC_PLAN_LISTING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sshsync {

/// A path that a listing named and that is not taken, with the reason.
struct RefusedPath {
  std::string path;  ///< as listed, raw bytes
  std::string reason;
};

/// The paths of a listing: relative to the repository, clean, sorted, each once.
struct Listing {
  std::vector<std::string> paths;
  std::vector<RefusedPath> refused;
};

/// Reads what a listcmd printed: one path per line, absolute below one of `roots` (the configured and the resolved path
/// of the repository), or relative to it. What comes from a host is hostile until parsed: paths outside, with empty,
/// `.` or `..` components, with a trailing slash, or listed twice are refused by name. Paths with a component
/// `.sshsync` are dropped silently: they are ours.
///
///     ParseListing("/srv/app/a\n/srv/app/../evil\n", {"/srv/app"}).paths == {"a"}
Listing ParseListing(absl::string_view output, const std::vector<std::string>& roots);

/// Whether a path has a component `.sshsync`.
bool IsOurs(absl::string_view path);

/// Why a relative path is not clean; empty for one that is.
absl::string_view WhyUnclean(absl::string_view path);

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_LISTING_H_
