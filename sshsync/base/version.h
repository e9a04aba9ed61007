#ifndef SSHSYNC_BASE_VERSION_H_
#define SSHSYNC_BASE_VERSION_H_

#include "absl/strings/string_view.h"

namespace sshsync {

/// The release of this build, as `--version`, the manual pages, the packages and `sshsync.__version__` say it: `1.0.0`.
/// It is written in version.bzl, where the build can read it too: the wheel's name is made of it.
absl::string_view Version();

}  // namespace sshsync

#endif  // SSHSYNC_BASE_VERSION_H_
