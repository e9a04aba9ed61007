#ifndef SSHSYNC_ROUTE_RELAY_H_
#define SSHSYNC_ROUTE_RELAY_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sshsync/process/stop.h"
#include "sshsync/route/byte_pump.h"
#include "sshsync/ssh/runner.h"

namespace sshsync {

/// One child's part in a relay.
struct RelayPart {
  using Open = std::function<absl::StatusOr<std::unique_ptr<RemoteBytes>>()>;
  Open open_reader;  ///< a command on the parent that prints
  Open open_writer;  ///< a command on the child that takes it
  std::string what;  ///< names what is printed: parts of the same name are given the same bytes
  absl::Duration timeout = absl::Seconds(300);
  std::function<bool()> moved;  ///< asked when nothing moved for that long
  StopToken stop;
};

/// What it came to, where the writer's final word was heard.
struct Relayed {
  RemoteResult writer;
  absl::StatusOr<RemoteResult> reader;  ///< or why it is not known
  PumpEnd end = PumpEnd::kWhole;
  absl::Status broke;  ///< why the bytes were cut
};

/// The exit status that stands for both ends, and what they said: one that left the other with half a file did not end
/// well.
std::pair<int, std::string> OutcomeOf(const Relayed& relayed);

/// Children of one parent that relay the same task at the same time: what it takes to read each thing once for all of
/// them. Who comes first opens the reader; when that stands, each opens its writer, all at once; then the first moves
/// the bytes for all, as BytePump does. Nobody waits for another for longer than `gather`: who is late reads for
/// itself. A company of one is the common case, and does just that. Nothing is held while somebody waits for the
/// reader, and a writer is waited for by a host that has just given one: so relays never wait for each other in a
/// circle. Ownership: shared. Threads: one for each member.
class RelayGroup {
 public:
  /// `members`: how many have come together; 0: that is not known yet, and they wait for it.
  explicit RelayGroup(size_t members = 1, absl::Duration gather = absl::Seconds(3))
      : members_(members), gather_(gather) {}

  void SetMembers(size_t members) {
    const std::lock_guard lock(mu_);
    members_ = members;
    known_.notify_all();
  }

  /// Errors: those of opening, of a stop, and of a writer whose end was not seen.
  absl::StatusOr<Relayed> Carry(const RelayPart& part, const BytePump& pump = {});

 private:
  struct Reading;
  absl::StatusOr<Relayed> Lead(const RelayPart& part, BytePump pump, Reading& reading, size_t members);
  absl::StatusOr<Relayed> Follow(const RelayPart& part, Reading& reading, bool* missed);
  static absl::StatusOr<Relayed> End(const RelayPart& part, RemoteBytes& writer, Reading& reading, size_t taker);

  std::mutex mu_;
  std::condition_variable known_;
  // Protected by mu_.
  size_t members_;
  std::map<std::string, std::shared_ptr<Reading>> readings_;
  const absl::Duration gather_;
};

}  // namespace sshsync

#endif  // SSHSYNC_ROUTE_RELAY_H_
