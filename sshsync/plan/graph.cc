#include "sshsync/plan/graph.h"

#include <unordered_set>

namespace sshsync {

RepositoryGraph::RepositoryGraph(const Configuration& configuration) {
  for (const Repository& repository : configuration.repositories) by_name_.emplace(repository.name, &repository);
  for (const Repository& repository : configuration.repositories) {
    const Repository* parent = ParentOf(repository);
    (parent == nullptr ? roots_ : children_[parent]).push_back(&repository);
  }
}

const Repository* RepositoryGraph::Find(absl::string_view name) const {
  const auto found = by_name_.find(std::string(name));
  return found == by_name_.end() ? nullptr : found->second;
}

const Repository* RepositoryGraph::ParentOf(const Repository& repository) const {
  return repository.is_root() ? nullptr : Find(repository.parent);
}

std::vector<const Repository*> RepositoryGraph::AncestorsOf(const Repository& repository) const {
  std::vector<const Repository*> ancestors;
  const Repository* next = ParentOf(repository);
  while (next != nullptr && next != &repository && ancestors.size() < by_name_.size()) {
    ancestors.push_back(next);
    next = ParentOf(*next);
  }
  return ancestors;
}

const std::vector<const Repository*>& RepositoryGraph::ChildrenOf(const Repository& repository) const {
  static const auto& kNone = *new std::vector<const Repository*>;
  const auto found = children_.find(&repository);
  return found == children_.end() ? kNone : found->second;
}

std::vector<RepositoryGraph::Node> RepositoryGraph::InTreeOrder() const {
  std::vector<Node> order;
  std::vector<Node> open;  // a stack: the next one to visit is the last
  for (auto root = roots_.rbegin(); root != roots_.rend(); ++root) open.push_back({*root, 0});
  while (!open.empty()) {
    const Node node = open.back();
    open.pop_back();
    order.push_back(node);
    const auto& children = ChildrenOf(*node.repository);
    for (auto child = children.rbegin(); child != children.rend(); ++child) open.push_back({*child, node.depth + 1});
  }
  return order;
}

std::vector<std::vector<const Repository*>> RepositoryGraph::Levels(const std::vector<const Repository*>& start) const {
  std::vector<std::vector<const Repository*>> levels;
  std::unordered_set<const Repository*> seen;
  std::vector<const Repository*> level = start;
  while (!level.empty()) {
    std::vector<const Repository*> kept, next;
    for (const Repository* repository : level) {
      if (!seen.insert(repository).second) continue;
      kept.push_back(repository);
      const auto& children = ChildrenOf(*repository);
      next.insert(next.end(), children.begin(), children.end());
    }
    if (!kept.empty()) levels.push_back(std::move(kept));
    level = std::move(next);
  }
  return levels;
}

}  // namespace sshsync
