#ifndef SSHSYNC_PLAN_GRAPH_H_
#define SSHSYNC_PLAN_GRAPH_H_

#include <cstddef>
#include <unordered_map>
#include <vector>

#include "absl/strings/string_view.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// The repositories of a configuration as the forest that their `parent` keys span, in the order of the file. It only
/// looks: texts and pictures of it are made by tools. A repository whose parent is missing counts as a root; one in a
/// cycle is reached from no root (a configuration that was read without errors has neither). The configuration must
/// outlive the graph.
///
///     const RepositoryGraph graph(configuration);
///     for (const RepositoryGraph::Node& node : graph.InTreeOrder()) Print(std::string(2 * node.depth, ' '),
///     node.repository->name);
class RepositoryGraph {
 public:
  struct Node {
    const Repository* repository = nullptr;
    int depth = 0;  ///< 0 for a root
  };

  explicit RepositoryGraph(const Configuration& configuration);

  /// nullptr where there is none; in constant time.
  const Repository* Find(absl::string_view name) const;
  /// nullptr for a root.
  const Repository* ParentOf(const Repository& repository) const;
  /// Its parent, its parent's parent, and so on up to the root; ends where a cycle would begin again.
  std::vector<const Repository*> AncestorsOf(const Repository& repository) const;
  const std::vector<const Repository*>& ChildrenOf(const Repository& repository) const;
  const std::vector<const Repository*>& roots() const { return roots_; }

  /// Every repository behind its parent, with its subtree before its next sibling: the order of a drawn tree.
  std::vector<Node> InTreeOrder() const;
  /// `start`, then their children, then those's children: each level is a step of a cascade.
  std::vector<std::vector<const Repository*>> Levels(const std::vector<const Repository*>& start) const;

 private:
  // Constant after construction.
  std::unordered_map<std::string, const Repository*> by_name_;
  std::unordered_map<const Repository*, std::vector<const Repository*>> children_;
  std::vector<const Repository*> roots_;
};

}  // namespace sshsync

#endif  // SSHSYNC_PLAN_GRAPH_H_
