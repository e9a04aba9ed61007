#include "sshsync/plan/queue.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sshsync/base/status.h"
#include "sshsync/config/node_range.h"
#include "sshsync/plan/graph.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/nearest.h"

namespace sshsync {
namespace {

using Repositories = std::vector<const Repository*>;

std::string Quote(absl::string_view name) {
  return absl::StrCat("`", CleanForTerminal(name.substr(0, 200)), name.size() > 200 ? "...`" : "`");
}

/// The first half of the work: one typed word to repositories.
class Names {
 public:
  explicit Names(const Configuration& configuration) : configuration_(configuration), graph_(configuration) {
    for (const Repository& repository : configuration.repositories) {
      for (const std::string& group : repository.groups) groups_[group].push_back(&repository);
    }
  }

  absl::StatusOr<Repositories> Expand(absl::string_view word) const {
    if (word.empty()) return MakeError(Failure::kUsage, "an empty repository name; see whether a comma is surplus");
    if (word[0] == '@') return Group(word.substr(1));
    if (const Repository* repository = graph_.Find(word)) return Repositories{repository};
    const auto nodes = ExpandNodes(word);
    if (!nodes.ok()) return MakeError(Failure::kUsage, absl::StrCat(Quote(word), " ", nodes.status().message()));
    Repositories repositories;
    for (const NodeName& node : *nodes) {
      const Repository* repository = graph_.Find(node.name);
      if (repository == nullptr) return Unknown(node.name);
      repositories.push_back(repository);
    }
    return repositories;
  }

  const RepositoryGraph& graph() const { return graph_; }

 private:
  absl::StatusOr<Repositories> Group(absl::string_view name) const {
    const auto group = groups_.find(std::string(name));
    if (group != groups_.end()) return group->second;
    std::vector<absl::string_view> known;
    for (const auto& [other, unused] : groups_) known.push_back(other);
    return Missing(absl::StrCat("no section has the group ", Quote(name)), name, "@", known);
  }

  absl::Status Unknown(absl::string_view name) const {
    std::vector<absl::string_view> known;
    for (const Repository& repository : configuration_.repositories) known.push_back(repository.name);
    return Missing(
        absl::StrCat(Quote(name), " is no section", configuration_.file.empty() ? "" : " of ", configuration_.file),
        name, "", known);
  }

  static absl::Status Missing(std::string message, absl::string_view name, absl::string_view sign,
                              const std::vector<absl::string_view>& known) {
    if (const auto nearest = Nearest(name, known)) absl::StrAppend(&message, "; did you mean `", sign, *nearest, "`?");
    return MakeError(Failure::kMissingSection, message);
  }

  const Configuration& configuration_;
  const RepositoryGraph graph_;
  std::unordered_map<std::string, Repositories> groups_;
};

/// The second half: steps without roots, exclusions and repetitions.
class QueueBuilder {
 public:
  explicit QueueBuilder(const Configuration& configuration) : names_(configuration) {}

  absl::StatusOr<ResolvedQueue> Build(const QueueRequest& request) {
    for (const std::string& word : request.exclude) {
      SSHSYNC_ASSIGN_OR_RETURN(const Repositories excluded, names_.Expand(word));
      excluded_.insert(excluded.begin(), excluded.end());
    }
    for (const std::vector<std::string>& step : request.steps) SSHSYNC_RETURN_IF_ERROR(AddStep(step));
    SSHSYNC_RETURN_IF_ERROR(AddCascade(request.cascade));
    if (queue_.steps.empty()) return MakeError(Failure::kUsage, "nothing to do: no repository is left to synchronize");
    return std::move(queue_);
  }

 private:
  absl::Status AddStep(const std::vector<std::string>& words) {
    if (words.empty()) return MakeError(Failure::kUsage, "a step without a repository; name one behind --sync");
    Repositories step;
    for (const std::string& word : words) {
      SSHSYNC_ASSIGN_OR_RETURN(const Repositories repositories, names_.Expand(word));
      for (const Repository* repository : repositories) {
        if (excluded_.count(repository) > 0) continue;
        if (repository->is_root() && !absl::StartsWith(word, "@")) return IsRoot(*repository);
        if (repository->is_root()) {
          Warn(Quote(repository->name), " of ", Quote(word), " has no parent and is left out: a root is never written");
        } else if (queued_.insert(repository).second) {
          step.push_back(repository);
        } else {
          Warn(Quote(repository->name), " is asked for twice: it runs once, at its first place");
        }
      }
    }
    Append(step);
    return absl::OkStatus();
  }

  absl::Status AddCascade(const std::vector<std::string>& words) {
    Repositories start;
    std::unordered_set<const Repository*> named;
    for (const std::string& word : words) {
      SSHSYNC_ASSIGN_OR_RETURN(const Repositories repositories, names_.Expand(word));
      for (const Repository* repository : repositories) {
        if (named.insert(repository).second) start.push_back(repository);
      }
    }
    // What lies below another named one has its place there.
    Repositories tops;
    for (const Repository* repository : start) {
      const Repositories ancestors = names_.graph().AncestorsOf(*repository);
      if (std::any_of(ancestors.begin(), ancestors.end(), [&](const Repository* a) { return named.count(a) > 0; }))
        continue;
      if (!repository->is_root()) {
        tops.push_back(repository);
        continue;
      }
      const auto& children = names_.graph().ChildrenOf(*repository);
      tops.insert(tops.end(), children.begin(), children.end());
    }
    for (const Repositories& level : names_.graph().Levels(tops)) {
      Repositories step;
      for (const Repository* repository : level) {
        if (excluded_.count(repository) == 0 && queued_.insert(repository).second) step.push_back(repository);
      }
      Append(step);
    }
    return absl::OkStatus();
  }

  /// Adds a step with every repository behind its ancestors of that step, else in the order asked for.
  void Append(const Repositories& step) {
    if (step.empty()) return;
    const std::unordered_set<const Repository*> members(step.begin(), step.end());
    std::unordered_map<const Repository*, int> placed;
    std::vector<QueueEntry> entries;
    for (const Repository* repository : step) {
      Repositories line = names_.graph().AncestorsOf(*repository);
      line.insert(line.begin(), repository);
      int after = -1;
      for (auto next = line.rbegin(); next != line.rend(); ++next) {
        if (members.count(*next) == 0) continue;
        const auto [place, fresh] = placed.emplace(*next, static_cast<int>(entries.size()));
        if (fresh) entries.push_back({*next, after});
        after = place->second;
      }
    }
    queue_.steps.push_back(std::move(entries));
  }

  static absl::Status IsRoot(const Repository& repository) {
    return MakeError(
        Failure::kConfig,
        absl::StrCat(repository.file, repository.file.empty() ? "" : absl::StrCat(":", repository.line, ": "), "[",
                     CleanForTerminal(repository.name),
                     "] has no `parent`, and a root is never written: name its children, or add `parent = NAME`"));
  }

  template <typename... Parts>
  void Warn(const Parts&... parts) {
    queue_.warnings.push_back(absl::StrCat(parts...));
  }

  const Names names_;
  std::unordered_set<const Repository*> excluded_, queued_;
  ResolvedQueue queue_;
};

}  // namespace

std::vector<std::vector<std::string>> ResolvedQueue::names() const {
  std::vector<std::vector<std::string>> names;
  for (const std::vector<QueueEntry>& step : steps) {
    names.emplace_back();
    for (const QueueEntry& entry : step) names.back().push_back(entry.repository->name);
  }
  return names;
}

absl::StatusOr<ResolvedQueue> ResolveQueue(const Configuration& configuration, const QueueRequest& request) {
  return QueueBuilder(configuration).Build(request);
}

absl::StatusOr<std::vector<const Repository*>> ResolveNames(const Configuration& configuration,
                                                            const std::vector<std::string>& names) {
  const Names known(configuration);
  Repositories result;
  std::unordered_set<const Repository*> seen;
  for (const std::string& name : names) {
    SSHSYNC_ASSIGN_OR_RETURN(const Repositories repositories, known.Expand(name));
    for (const Repository* repository : repositories) {
      if (seen.insert(repository).second) result.push_back(repository);
    }
  }
  return result;
}

}  // namespace sshsync
