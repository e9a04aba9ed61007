#include "tools/cli/text/graph_text.h"

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace sshsync::cli {
namespace {

Repository Make(const std::string& name, const std::string& parent) {
  Repository repository;
  repository.name = name;
  repository.parent = parent;
  repository.endpoint.user = "deploy";
  repository.endpoint.host = name + ".example";
  repository.path = "/srv/app";
  return repository;
}

Configuration Cascade() {
  Configuration configuration;
  configuration.repositories = {Make("node1", "proxy"), Make("master", ""), Make("proxy", "master"),
                                Make("node2", "proxy"), Make("other", "")};
  return configuration;
}

TEST(Graph, TheTextIsATree) {
  EXPECT_EQ(GraphAsText(Cascade()),
            "master         deploy@master.example:/srv/app\n"
            "`-- proxy      deploy@proxy.example:/srv/app\n"
            "    |-- node1  deploy@node1.example:/srv/app\n"
            "    `-- node2  deploy@node2.example:/srv/app\n"
            "other          deploy@other.example:/srv/app\n");
}

TEST(Graph, NamesComeParentsFirst) { EXPECT_EQ(GraphAsNames(Cascade()), "master\nproxy\nnode1\nnode2\nother\n"); }

TEST(Graph, DotHasAnEdgeForEveryHop) {
  const std::string dot = GraphAsDot(Cascade());
  EXPECT_TRUE(absl::StrContains(dot, "  \"master\" -> \"proxy\";\n"));
  EXPECT_TRUE(absl::StrContains(dot, "  \"proxy\" -> \"node2\";\n"));
  EXPECT_FALSE(absl::StrContains(dot, "-> \"master\""));
  EXPECT_TRUE(absl::StrContains(dot, R"("node2" [label="node2\ndeploy@node2.example:/srv/app"];)"));
}

TEST(Graph, JsonIsReadByAnotherReader) {
  const auto json = nlohmann::json::parse(GraphAsJson(Cascade()));
  ASSERT_EQ(json["repositories"].size(), 5U);
  EXPECT_EQ(json["repositories"][3]["repository"], "node2");
  EXPECT_EQ(json["repositories"][3]["parent"], "proxy");
  EXPECT_EQ(json["repositories"][3]["level"], 2);
  EXPECT_TRUE(json["repositories"][0]["parent"].is_null());
}

TEST(Graph, ThePictureEscapesItsTexts) {
  Configuration configuration;
  configuration.repositories = {Make("a<b>&\"c\x1b", "")};
  const std::string svg = GraphAsSvg(configuration);
  EXPECT_TRUE(absl::StrContains(svg, "a&lt;b&gt;&amp;&quot;c\\x1b"));
  EXPECT_FALSE(absl::StrContains(svg, "\x1b"));
}

TEST(Graph, NothingIsAnEmptyGraph) {
  for (const char* format : {"text", "names", "dot", "json", "svg"})
    EXPECT_FALSE(absl::StrContains(RenderGraph({}, format), "srv")) << format;
}

}  // namespace
}  // namespace sshsync::cli
