#ifndef SSHSYNC_PROBE_H_
#define SSHSYNC_PROBE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sshsync/base/status.h"
#include "sshsync/model/event.h"
#include "sshsync/model/repository.h"
#include "sshsync/process/stop.h"

namespace sshsync {

class Runner;

/// One thing a probe tried.
struct ProbeCheck {
  std::string
      name;  ///< connection and folder, listing, digest tools, actions, action NAME, listcmd, digestcmd, synccmd, route
  bool ok = false;
  Failure failure = Failure::kNone;
  std::string detail;  ///< what was found, or what went wrong: one line, clean
};

/// One of the commands that the tool runs by itself.
struct ProbeAction {
  std::string name;    ///< behind `action.`
  std::string origin;  ///< the preset that it was taken from, or `action`: the section's own
  std::string text;
};

/// What a repository's host can do.
struct RepositoryProbe {
  std::string name;
  std::string host;
  std::string system;         ///< `uname -s -r -m`
  std::string root;           ///< the folder, links resolved
  int64_t free_bytes = -1;    ///< of its file system
  absl::Duration round_trip;  ///< of one command through the open channel
  std::vector<ProbeCheck> checks;
  std::vector<ProbeAction> actions;  ///< those in force

  bool ok() const;
};

/// Connects to the repositories and tries every command there: the listing is run, the digestcmd is asked of a scratch
/// file with a known digest and of a file that does not exist, the synccmd brings the parent's smallest file into a
/// scratch folder, where its digest is compared; each action of the tool itself must give a known answer; and where the
/// tool moves the files, each route is tried on a file of the parent. Nothing is changed in any repository; the scratch
/// folder lies in the host's /tmp and is removed. Errors: unknown names. What fails on a host is in its checks.
/// Threads: one for each repository, all gone on return.
///
///     const auto probes = Probe(configuration, {"appnode1"}, events, stop.token());
///     if (probes.ok() && (*probes)[0].ok()) ...
absl::StatusOr<std::vector<RepositoryProbe>> Probe(const Configuration& configuration,
                                                   const std::vector<std::string>& names, EventSink& events,
                                                   const StopToken& stop);

/// The same over another runner than ssh, which is borrowed.
absl::StatusOr<std::vector<RepositoryProbe>> ProbeOver(Runner& runner, const Configuration& configuration,
                                                       const std::vector<std::string>& names, EventSink& events,
                                                       const StopToken& stop);

}  // namespace sshsync

#endif  // SSHSYNC_PROBE_H_
