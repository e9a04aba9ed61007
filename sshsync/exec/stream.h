#ifndef SSHSYNC_EXEC_STREAM_H_
#define SSHSYNC_EXEC_STREAM_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "sshsync/exec/peer.h"
#include "sshsync/exec/remote_repository.h"
#include "sshsync/exec/work_board.h"
#include "sshsync/plan/bandwidth.h"

namespace sshsync {

/// What one stream of a hop has: a session on the child, and in it a connection to the parent. A plain value; its stream's thread.
struct Stream {
  int number = 0;
  std::unique_ptr<RemoteSession> session = {};
  std::string control = {};           ///< the folder of its connection to the parent; empty: none
  bool silent = false;                ///< the login at its other end prints nothing of its own
  int64_t bytes = int64_t{16} << 20;  ///< of one job: what takes a few seconds
  int64_t share = 0;                  ///< bytes a second that it may move in this job; 0: no limit
  int lost_in_a_row = 0;
};

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
  const absl::StatusOr<Peer>& pull;
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

/// What a session said and did when it was last silent for `timeout`.
struct Silence {
  int count = 0;
  size_t records = 0;
  int64_t size = -1, mtime = -1;
};

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_STREAM_H_
