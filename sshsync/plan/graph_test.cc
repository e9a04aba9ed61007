#include "sshsync/plan/graph.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

Configuration Family(const std::vector<std::pair<std::string, std::string>>& parents) {
  Configuration configuration;
  for (const auto& [name, parent] : parents) {
    Repository repository;
    repository.name = name;
    repository.parent = parent;
    configuration.repositories.push_back(repository);
  }
  return configuration;
}

std::string Tree(const RepositoryGraph& graph) {
  std::string text;
  for (const RepositoryGraph::Node& node : graph.InTreeOrder())
    absl::StrAppend(&text, std::string(node.depth, '-'), node.repository->name, " ");
  return text;
}

TEST(Graph, DrawsEachRepositoryBehindItsParentInTheOrderOfTheFile) {
  const Configuration configuration = Family({{"b", "a"}, {"a", ""}, {"d", "b"}, {"c", "a"}, {"z", ""}});
  EXPECT_EQ(Tree(RepositoryGraph(configuration)), "a -b --d -c z ");
}

TEST(Graph, LevelsAreTheStepsOfACascade) {
  const Configuration configuration = Family({{"a", ""}, {"b", "a"}, {"c", "a"}, {"d", "b"}});
  const RepositoryGraph graph(configuration);
  const auto levels = graph.Levels({graph.Find("a")});
  ASSERT_EQ(levels.size(), 3u);
  EXPECT_EQ(levels[1].size(), 2u);
  EXPECT_EQ(levels[2][0]->name, "d");
}

TEST(Graph, AncestorsEndAtTheRoot) {
  const Configuration configuration = Family({{"a", ""}, {"b", "a"}, {"c", "b"}});
  const RepositoryGraph graph(configuration);
  const auto ancestors = graph.AncestorsOf(*graph.Find("c"));
  ASSERT_EQ(ancestors.size(), 2u);
  EXPECT_EQ(ancestors[0]->name, "b");
  EXPECT_EQ(ancestors[1]->name, "a");
}

TEST(Graph, AWrongConfigurationIsStillWalkedToAnEnd) {
  const Configuration configuration = Family({{"a", "b"}, {"b", "a"}, {"c", "nowhere"}, {"d", "a"}});
  const RepositoryGraph graph(configuration);
  EXPECT_EQ(Tree(graph), "c ");
  EXPECT_LE(graph.AncestorsOf(*graph.Find("d")).size(), 4u);
  EXPECT_EQ(graph.Levels({graph.Find("a")}).size(), 2u);
}

}  // namespace
}  // namespace sshsync
