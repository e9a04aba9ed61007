#ifndef SSHSYNC_TOOLS_CLI_VERBS_ENGINE_API_H_
#define SSHSYNC_TOOLS_CLI_VERBS_ENGINE_API_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sshsync/probe.h"
#include "sshsync/sync.h"

namespace sshsync::cli {

/// What the command line needs of the engine, as functions, so that its tests run whole programs against a scripted
/// one. All are set.
struct EngineApi {
  std::function<absl::StatusOr<Report>(const Configuration&, const SyncOptions&, EventSink&, const StopToken&)>
      synchronize;
  std::function<absl::StatusOr<std::vector<RepositoryProbe>>(const Configuration&, const std::vector<std::string>&,
                                                             EventSink&, const StopToken&)>
      probe;
  /// How long the live view stands still at most while nothing happens.
  absl::Duration redraw = absl::Seconds(1);
};

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_VERBS_ENGINE_API_H_
