#ifndef SSHSYNC_TOOLS_DOORS_H_
#define SSHSYNC_TOOLS_DOORS_H_

#include <functional>

#include "absl/status/statusor.h"
#include "sshsync/sync.h"

namespace sshsync::cli {

/// What the command line needs of the engine, as functions, so that its tests run whole programs against a scripted one. A door that
/// is not set belongs to a verb that this program cannot do; it says so.
struct Doors {
  std::function<absl::StatusOr<Report>(const Configuration&, const SyncOptions&, EventSink&, const StopToken&)> synchronize;
};

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_DOORS_H_
