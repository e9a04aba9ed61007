#ifndef SSHSYNC_ROUTE_RELAY_REGISTRY_H_
#define SSHSYNC_ROUTE_RELAY_REGISTRY_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "sshsync/plan/relay_block.h"
#include "sshsync/process/stop.h"
#include "sshsync/route/relay.h"

namespace sshsync {

/// Where the hops that relay from one parent meet, so that a block is read there once for all children that want it at
/// about the same time. A stream that took a task posts it; streams of other hops that look for work take a posted task
/// first, if they want all of it. Who posted waits for those that want it, for `gather` at most; a child that did not
/// come is not waited for again for `pause`, and one that was left behind for its slowness keeps to itself that long.
/// So a child costs the others two seconds now and then, whatever becomes of it.
///
/// (To have all hops cut the same tasks by themselves was rejected: they are the same only as long as nobody has
/// anything already, and nothing fails.) Ownership: shared by a run's hops. Threads: any. Callbacks are called under
/// its lock, and take their queue's.
class RelayRegistry {
 public:
  struct Member {
    std::string parent;  ///< name of the repository
    std::function<bool(const RelayBlock& block)> wants;
    absl::Time alone_until = absl::InfinitePast();   ///< it is too slow for the others
    absl::Time awaited_from = absl::InfinitePast();  ///< it did not come
  };
  /// Registers for as long as it lives.
  class Registration {
   public:
    Registration(RelayRegistry& registry, std::string parent, std::function<bool(const RelayBlock& block)> wants);
    ~Registration();
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;

    /// Takes a task: one that was posted and that `take` takes, too, or what `next` finds by itself (nothing: false),
    /// which is posted then. The company is for its relay; null where there is no task.
    std::shared_ptr<RelayGroup> Take(std::function<bool(const RelayBlock& block)> take,
                                     std::function<bool(RelayBlock* block)> next, const StopToken& stop);
    /// It was left behind.
    void Exclude();

   private:
    RelayRegistry& registry_;
    std::list<Member>::iterator member_;
  };

  explicit RelayRegistry(absl::Duration gather = absl::Seconds(2), absl::Duration pause = absl::Seconds(15))
      : gather_(gather), pause_(pause) {}

 private:
  struct Post {
    RelayBlock block;
    std::string parent;
    std::shared_ptr<RelayGroup> group;
    std::vector<const Member*> came;
  };

  const absl::Duration gather_, pause_;
  std::mutex mu_;
  std::condition_variable changed_;
  // Protected by mu_.
  std::list<Member> members_;
  std::list<Post> posts_;
};

}  // namespace sshsync

#endif  // SSHSYNC_ROUTE_RELAY_REGISTRY_H_
