#ifndef SSHSYNC_ROUTE_BYTE_PUMP_H_
#define SSHSYNC_ROUTE_BYTE_PUMP_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "sshsync/process/stop.h"

namespace sshsync {

/// How it ended for one who takes the bytes.
enum class PumpEnd {
  kWhole,       ///< it was given all of them
  kGone,        ///< it takes no more
  kLeftBehind,  ///< it was too slow for the others: it was given the beginning
  kCut,         ///< the pump itself ended early
};

/// Moves bytes from one descriptor to several, which all get the same.
/// For one taker the kernel moves them from pipe to pipe (splice), and this process never sees them. For several they
/// are read once, into blocks that all of them share, and written to each at its own pace, as long as it is not more
/// than a window behind the fastest. (tee was rejected: it begins at the same byte each time, so takers of different
/// pace would have to be kept in step by a pipe more for each.)
///
/// Who is slower than the others holds them up for as long as `patience` in all, while the window is full and another
/// taker has had everything; then it is left behind, and the others go on. When the source has ended and another has
/// had all of it, which waits for the pump's end, it is left behind where it takes nothing for that long. So no host's
/// speed is another's limit, and memory is bounded by the window.
///
/// Ownership: descriptors are borrowed, non-blocking. Threads: one calls Run; SIGPIPE does not reach the process.
/// Errors: kTimeout where nothing moved for `timeout` and `moved` says no; a stop; those of reading.
struct BytePump {
  size_t window = size_t{4} << 20;
  absl::Duration patience = absl::Seconds(2);
  absl::Duration timeout = absl::Seconds(300);

  /// Returns when all has been given to all. `ended` is told of each taker's end at once, as its index in `to`: from
  /// then on its descriptor is not touched, and is to be closed.
  absl::Status Run(int from, const std::vector<int>& to, absl::FunctionRef<void(size_t taker, PumpEnd end)> ended,
                   absl::FunctionRef<bool()> moved, const StopToken& stop) const;
};

}  // namespace sshsync

#endif  // SSHSYNC_ROUTE_BYTE_PUMP_H_
