#ifndef SSHSYNC_PLAN_SHARES_H_
#define SSHSYNC_PLAN_SHARES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace sshsync {

/// Cuts a row of work into `count` runs of neighbours that cost about the same, so that as many workers end at about
/// the same time: the i-th run is [result[i], result[i + 1]). Fewer runs where there are fewer pieces; none is empty,
/// unless there is no work: then the result is {0}. Costs are in any unit, not negative; `count` is at least 1.
///
///     Shares({5, 5, 5, 5}, 2) == {0, 2, 4}
std::vector<size_t> Shares(absl::Span<const int64_t> costs, size_t count);

/// How many streams are worth opening, `most` at most and at least one, for so many files that the builtin transfer
/// moves: each costs a login, and a file costs something, however small.
int UsefulStreams(int64_t bytes, int64_t files, int most);

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_SHARES_H_
