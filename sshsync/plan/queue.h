#ifndef SSHSYNC_PLAN_QUEUE_H_
#define SSHSYNC_PLAN_QUEUE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// What a user asked for, as typed: names, `@group`, `node[1-20]`.
struct QueueRequest {
  /// One list of names per --sync, in order.
  std::vector<std::vector<std::string>> steps = {};
  /// --cascade: each of these and all its descendants, level by level, behind `steps`. A root is not written: its
  /// children are the first level.
  std::vector<std::string> cascade = {};
  /// --exclude-repo: taken out of all the others. Their descendants stay.
  std::vector<std::string> exclude = {};
};

/// One repository of a step.
struct QueueEntry {
  const Repository* repository = nullptr;  ///< in the configuration that was given
  /// Index, in the same step, of its nearest ancestor there, which counts as earlier; always smaller than the own
  /// index. -1 for none.
  int after = -1;
};

/// The steps in order. Every repository is there once, and none is a root.
struct ResolvedQueue {
  std::vector<std::vector<QueueEntry>> steps;
  std::vector<std::string> warnings;  ///< one sentence each

  /// The names of the steps, which resolve to the same queue again.
  std::vector<std::vector<std::string>> names() const;
};

/// Turns names into repositories of `configuration`, which must outlive the result. Errors: kMissingSection for a name
/// without a section, with the nearest name; kConfig for a root (its `parent` is missing); kUsage for an empty name, a
/// wrong range, or nothing to do. A repository that is named again runs once, at its first place, with a warning.
///
///     ResolveQueue(configuration, {.steps = {{"repoproxy"}, {"appnode[1-2]"}}})
absl::StatusOr<ResolvedQueue> ResolveQueue(const Configuration& configuration, const QueueRequest& request);

/// The repositories that `names` mean, in order, each once, for verbs that take roots too (probe, commands, status).
/// Errors as above.
absl::StatusOr<std::vector<const Repository*>> ResolveNames(const Configuration& configuration,
                                                            const std::vector<std::string>& names);

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_QUEUE_H_
