#ifndef SSHSYNC_EXEC_STREAM_HOP_H_
#define SSHSYNC_EXEC_STREAM_HOP_H_

#include <algorithm>
#include <cstdint>
#include <string>

#include "sshsync/exec/routes.h"
#include "sshsync/exec/stream.h"
#include "sshsync/exec/work_board.h"
#include "sshsync/plan/bandwidth.h"

namespace sshsync {

/// How big files are cut where their digests are not made of chunks (chunk_survey.h).
struct Cut {
  int64_t chunk = 0;           ///< bytes, whole blocks; 0: they are not cut
  std::string algorithm = {};
  std::string child_text = {};  ///< HostTools::Chunks of the child
};

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
  /// Bytes a second that one of `streams` may move by now; 0: no limit.
  int64_t Share(int streams) const {
    if (child.config().bwlimit.empty()) return 0;
    const int64_t kilobits = BandwidthLimit(child.config().bwlimit, context.clock.Now(), absl::LocalTimeZone());
    return kilobits >= kNoBandwidthLimit ? 0 : std::max<int64_t>(1, kilobits * 125 / std::max(1, streams));
  }
  bool by_command() const { return child.config().transfer != Transfer::kStream && child.templates().has("synccmd"); }
};

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_STREAM_HOP_H_
