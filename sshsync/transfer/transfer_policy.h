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
int64_t ShareOf(const Repository& child, RealClock& clock, int streams);

/// How many streams its files may have, by its configuration. `flows`: others wait for what arrives. Streams that share
/// a link finish their chunks at the same time, and each further one makes those wait longer.
int MostStreams(const RemoteRepository& child, RealClock& clock, bool feeds_children);

/// What all streams of a hop share. Ownership: refers to all of it. Threads: any.
struct TransferContext {
  RunContext& context;
  RemoteRepository& parent;
  RemoteRepository& child;
  Routes& routes;
  TaskQueue& queue;
  Cut cut = {};

  /// What digests chunks on the child.
  std::string chunks_text() const { return cut.chunk > 0 ? cut.child_text : child.chunks_text(); }
  bool in_place() const { return child.config().in_place(); }
  int64_t Share(int streams) const { return ShareOf(child.config(), context.clock, streams); }
  bool by_command() const { return child.config().moves_by_command(); }
};

}  // namespace sshsync

#endif  // SSHSYNC_TRANSFER_TRANSFER_POLICY_H_
