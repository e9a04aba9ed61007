#include "sshsync/ssh/runner.h"

#include "sshsync/base/status.h"

namespace sshsync {

absl::StatusOr<std::unique_ptr<RemoteBytes>> Runner::OpenBytes(const Endpoint&, ByteWay, const RemoteCommand&,
                                                               const StopToken&) {
  return MakeError(Failure::kConfig, "this runner has no streams of bytes, which a relay needs");
}

}  // namespace sshsync
