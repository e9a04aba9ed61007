#ifndef SSHSYNC_CONFIG_NODE_RANGE_H_
#define SSHSYNC_CONFIG_NODE_RANGE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sshsync {

/// One name of many: `app07` with the node `07`.
struct NodeName {
  std::string name;
  std::string node;  ///< empty where the name has no range
};

/// Expands `NAME[FIRST-LAST]`, as section headers and --sync write it: one name per number. A FIRST with a leading
/// zero, `[01-20]`, gives every number its width. A name without brackets stands for itself. At most 10,000 names. An
/// error (kConfig) completes the sentence that begins with the name: "counts down: write the smaller number first".
///
///     ExpandNodes("app[08-10]") -> app08, app09, app10
absl::StatusOr<std::vector<NodeName>> ExpandNodes(absl::string_view name);

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_NODE_RANGE_H_
