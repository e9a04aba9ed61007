#ifndef SSHSYNC_TRANSFER_TRANSFER_POLICY_H_
#define SSHSYNC_TRANSFER_TRANSFER_POLICY_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "sshsync/plan/bandwidth.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/route/routes.h"
#include "sshsync/route/stream.h"
#include "sshsync/schedule/task_queue.h"

namespace sshsync {

/// How big files are cut where their digests are not made of chunks (chunk_survey.h).
struct Cut {
  int64_t chunk = 0;  ///< bytes, whole blocks; 0: they are not cut
  std::string algorithm = {};
  std::string child_text = {};  ///< HostTools::Chunks of the child
};

/// Bytes a second that one of `streams` may move by now; 0: no limit.
template <Clock C>
int64_t ShareOf(const Repository& child, C& clock, int streams) {
  if (child.bwlimit.empty()) return 0;
  const int64_t kilobits = BandwidthLimit(child.bwlimit, clock.Now(), absl::LocalTimeZone());
  return kilobits >= kNoBandwidthLimit ? 0 : std::max<int64_t>(1, kilobits * 125 / std::max(1, streams));
}

/// Whether the operator's synccmd moves the files of that child.
template <Runner R, Clock C>
bool MovesByCommand(const RemoteRepository<R, C>& child) {
  return child.config().transfer != Transfer::kStream && child.templates().has("synccmd");
}

/// How many streams its files may have, by its configuration. `flows`: others wait for what arrives. Streams that share
/// a link finish their chunks at the same time, and each further one makes those wait longer.
template <Runner R, Clock C>
int MostStreams(const RemoteRepository<R, C>& child, C& clock, bool flows) {
  constexpr int64_t kLeastShare = int64_t{256} << 10;  // below that a limit is better kept by fewer streams
  const bool by_command = MovesByCommand(child);
  const int most = child.config().streams > 0 ? child.config().streams : by_command ? 1 : flows ? 3 : 4;
  const int64_t limit = ShareOf(child.config(), clock, 1);
  return limit > 0 && !by_command ? static_cast<int>(std::clamp<int64_t>(limit / kLeastShare, 1, most)) : most;
}

/// What all streams of a hop share. Ownership: refers to all of it. Threads: any.
template <Runner R, Clock C>
struct StreamHop {
  RunContext<R, C>& context;
  RemoteRepository<R, C>& parent;
  RemoteRepository<R, C>& child;
  Routes<R, C>& routes;
  WorkBoard& board;
  Cut cut = {};

  /// What digests chunks on the child.
  std::string chunks_text() const { return cut.chunk > 0 ? cut.child_text : child.chunks_text(); }
  bool in_place() const { return child.config().stage == "no"; }
  int64_t Share(int streams) const { return ShareOf(child.config(), context.clock, streams); }
  bool by_command() const { return MovesByCommand(child); }
};

}  // namespace sshsync

#endif  // SSHSYNC_TRANSFER_TRANSFER_POLICY_H_
