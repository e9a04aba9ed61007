#ifndef SSHSYNC_ROUTE_STREAM_H_
#define SSHSYNC_ROUTE_STREAM_H_

#include <cstdint>
#include <memory>
#include <string>

#include "sshsync/model/repository.h"
#include "sshsync/route/peer_connection.h"
#include "sshsync/route/relay.h"
#include "sshsync/ssh/runner.h"

namespace sshsync {

/// What one stream of a hop has: at most one session at a time, on the child or on its parent, and in it a connection
/// to the other. (Two sessions were rejected: streams that hold one and wait for another, on hosts with a limit, may
/// wait for each other.) A plain value; its stream's thread.
struct Stream {
  enum class Place { kNowhere, kChild, kParent };

  int number = 0;
  std::unique_ptr<RemoteSession> session = {};
  Place place = Place::kNowhere;         ///< where that is
  Route route = Route::kPull;            ///< of the task that it is at
  std::string control = {};              ///< the folder of its connection to the other host; empty: none
  const PeerConnection* peer = nullptr;  ///< whose connection that is
  int64_t bytes = int64_t{16} << 20;     ///< of one task: what takes a few seconds
  int64_t share = 0;                     ///< bytes a second that it may move in this task; 0: no limit
  int lost_in_a_row = 0;
  std::shared_ptr<RelayGroup> group = {};  ///< of a task that is relayed
  bool left_behind = false;                ///< the last relay went too fast for this child
};

/// What a session said and did when it was last silent for `timeout`.
struct StallDetector {
  int count = 0;
  size_t records = 0;
  int64_t size = -1, mtime = -1;
};

}  // namespace sshsync

#endif  // SSHSYNC_ROUTE_STREAM_H_
