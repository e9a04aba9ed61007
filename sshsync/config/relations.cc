#include "sshsync/config/relations.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/text/nearest.h"

namespace sshsync {
namespace {

constexpr int kMaxChain = 64;
constexpr int kNone = -1;

class RelationChecker {
 public:
  RelationChecker(const std::vector<Repository>& repositories, const std::vector<RelationPlaces>& places,
                  DiagnosticCollector& diagnostics)
      : repositories_(repositories), places_(places), diagnostics_(diagnostics) {}

  void CheckParents() {
    std::unordered_map<std::string, int> index;
    for (size_t i = 0; i < repositories_.size(); ++i) index.emplace(repositories_[i].name, static_cast<int>(i));
    for (size_t i = 0; i < repositories_.size(); ++i) {
      const Repository& repository = repositories_[i];
      const auto found = repository.is_root() ? index.end() : index.find(repository.parent);
      parents_.push_back(found == index.end() ? kNone : found->second);
      if (!repository.is_root() && found == index.end()) ReportMissing(i);
    }
  }

  void CheckChains() {
    depths_.assign(repositories_.size(), 0);
    for (size_t i = 0; i < repositories_.size(); ++i) Descend(static_cast<int>(i));
  }

  void CheckPaths() {
    std::map<std::tuple<std::string, int, std::string, std::vector<std::string>>, std::vector<int>> by_host;
    for (size_t i = 0; i < repositories_.size(); ++i) {
      const Endpoint& endpoint = repositories_[i].endpoint;
      if (repositories_[i].path.empty()) continue;
      by_host[{absl::AsciiStrToLower(endpoint.host), endpoint.port == 0 ? 22 : endpoint.port, endpoint.jump,
               endpoint.ssh}]
          .push_back(static_cast<int>(i));
    }
    for (auto& [unused, members] : by_host) CheckHost(members);
  }

 private:
  void ReportMissing(size_t i) {
    const Repository& repository = repositories_[i];
    std::vector<absl::string_view> names;
    for (const Repository& other : repositories_) names.push_back(other.name);
    const auto nearest = missing_++ < kMaxGuesses ? Nearest(repository.parent, names) : absl::nullopt;
    diagnostics_.Error(
        places_[i].parent,
        absl::StrCat("[", Shown(repository.name), "] has the parent `", Shown(repository.parent),
                     "`, which is no section"),
        nearest ? absl::StrCat("did you mean `", Shown(*nearest), "`?") : "add that section, or correct the name",
        Failure::kMissingSection);
  }

  /// Gives `i` and its ancestors their depth, from 1 for a root; kCyclic where there is no root.
  void Descend(int i) {
    std::vector<int> line;
    for (; i != kNone && depths_[i] == 0; i = parents_[i]) {
      depths_[i] = kOpen;
      line.push_back(i);
    }
    const bool closed = i != kNone && depths_[i] == kOpen;
    if (closed) ReportCycle(i);
    int depth = closed || (i != kNone && depths_[i] == kCyclic) ? kCyclic : i == kNone ? 0 : depths_[i];
    for (auto next = line.rbegin(); next != line.rend(); ++next) {
      if (depth != kCyclic) ++depth;
      depths_[*next] = depth;
      if (depth == kMaxChain + 1) ReportLong(*next);
    }
  }

  void ReportCycle(int start) {
    std::string cycle;
    int i = start, shown = 0;
    do {
      if (++shown <= 10) absl::StrAppend(&cycle, Shown(repositories_[i].name), " -> ");
      if (shown == 11) cycle += "... -> ";
      i = parents_[i];
    } while (i != start);
    diagnostics_.Error(places_[start].parent,
                       absl::StrCat("the parents form a cycle: ", cycle, Shown(repositories_[start].name)),
                       "make one of them a root");
  }

  void ReportLong(int i) {
    diagnostics_.Error(
        places_[i].parent,
        absl::StrCat("[", Shown(repositories_[i].name), "] ends a chain of more than ", kMaxChain, " repositories"),
        "give it a parent nearer to the root");
  }

  /// Sorts a host's paths so that each stands behind the ones around it, and looks at those.
  void CheckHost(std::vector<int>& members) {
    const auto folder = [this](int i) { return repositories_[i].path + "/"; };
    std::stable_sort(members.begin(), members.end(), [&](int a, int b) { return folder(a) < folder(b); });
    std::vector<int> around;
    for (const int i : members) {
      while (!around.empty() && !absl::StartsWith(folder(i), folder(around.back()))) around.pop_back();
      const bool root = repositories_[i].is_root();
      const auto other =
          std::find_if(around.rbegin(), around.rend(), [&](int a) { return !root || !repositories_[a].is_root(); });
      if (other != around.rend()) ReportNested(i, *other);
      around.push_back(i);
    }
  }

  void ReportNested(int inner, int outer) {
    const bool equal = repositories_[inner].path == repositories_[outer].path;
    const bool inner_last = std::tie(places_[inner].path.line, inner) > std::tie(places_[outer].path.line, outer);
    const int here = inner_last ? inner : outer, there = inner_last ? outer : inner;
    diagnostics_.Error(places_[here].path,
                       absl::StrCat("path `", Shown(repositories_[here].path), "` ",
                                    equal        ? "is also"
                                    : inner_last ? "lies inside"
                                                 : "lies around",
                                    " that of [", Shown(repositories_[there].name), "] on the same host"),
                       "give each repository a folder of its own");
  }

  static constexpr int kOpen = -1, kCyclic = -2, kMaxGuesses = 20;

  const std::vector<Repository>& repositories_;
  const std::vector<RelationPlaces>& places_;
  DiagnosticCollector& diagnostics_;
  std::vector<int> parents_, depths_;
  int missing_ = 0;
};

}  // namespace

void CheckRelations(const std::vector<Repository>& repositories, const std::vector<RelationPlaces>& places,
                    DiagnosticCollector& diagnostics) {
  RelationChecker checker(repositories, places, diagnostics);
  checker.CheckParents();
  checker.CheckChains();
  checker.CheckPaths();
}

}  // namespace sshsync
