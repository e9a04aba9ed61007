#include "sshsync/base/version.h"

namespace sshsync {

absl::string_view Version() { return SSHSYNC_VERSION; }

}  // namespace sshsync
