#include "tools/cli/text/graph_text.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "nlohmann/json.hpp"
#include "sshsync/text/escape.h"

namespace sshsync::cli {
namespace {

/// A repository at its place in the forest, in the order in which a reader meets them.
struct Node {
  const Repository* repository = nullptr;
  size_t level = 0;
  std::string rails;  ///< what stands in front of its name in the text form
  size_t parent = 0;  ///< index of the parent's node; its own for a root
  double row = 0;     ///< in the picture, in units of leaves
};

class Forest {
 public:
  explicit Forest(const Configuration& configuration) {
    for (const Repository& repository : configuration.repositories) children_[repository.parent].push_back(&repository);
    for (const Repository* root : children_[""]) Add(*root, 0, "", "", nodes_.size());
  }

  const std::vector<Node>& nodes() const { return nodes_; }
  double rows() const { return leaves_; }
  size_t levels() const { return levels_; }

 private:
  void Add(const Repository& repository, size_t level, const std::string& rails, const std::string& below,
           size_t parent) {
    const size_t self = nodes_.size();
    nodes_.push_back({&repository, level, rails, parent});
    levels_ = std::max(levels_, level + 1);
    const std::vector<const Repository*>& children = children_[repository.name];
    std::vector<size_t> places;
    for (const Repository* child : children) {
      const bool is_last = child == children.back();
      places.push_back(nodes_.size());
      Add(*child, level + 1, below + (is_last ? "`-- " : "|-- "), below + (is_last ? "    " : "|   "), self);
    }
    nodes_[self].row = children.empty() ? leaves_++ : (nodes_[places.front()].row + nodes_[places.back()].row) / 2;
  }

  std::map<std::string, std::vector<const Repository*>> children_;
  std::vector<Node> nodes_;
  double leaves_ = 0;
  size_t levels_ = 0;
};

/// `user@host:path`, or the path alone where no host is involved.
std::string Place(const Repository& repository) {
  const Endpoint& endpoint = repository.endpoint;
  const absl::string_view at = endpoint.user.empty() || endpoint.host.empty() ? "" : "@";
  return absl::StrCat(endpoint.user, at, endpoint.host, endpoint.host.empty() ? "" : ":", repository.path);
}

std::string Json(absl::string_view text) { return nlohmann::json(EscapeForTerminal(text)).dump(-1, ' ', true); }

/// A label of two lines, in the quoting of Graphviz.
std::string Label(absl::string_view first, absl::string_view second) {
  const std::string above = Json(first), below = Json(second);
  return absl::StrCat(absl::string_view(above).substr(0, above.size() - 1), "\\n", absl::string_view(below).substr(1));
}

std::string Xml(absl::string_view text) {
  return absl::StrReplaceAll(EscapeForTerminal(text), {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

}  // namespace

std::string GraphAsText(const Configuration& configuration) {
  const Forest forest(configuration);
  size_t width = 0;
  for (const Node& node : forest.nodes())
    width = std::max(width, node.rails.size() + EscapeForTerminal(node.repository->name).size());
  std::string result;
  for (const Node& node : forest.nodes()) {
    const std::string head = absl::StrCat(node.rails, EscapeForTerminal(node.repository->name));
    absl::StrAppend(&result, head, std::string(width - head.size() + 2, ' '),
                    EscapeForTerminal(Place(*node.repository)), "\n");
  }
  return result;
}

std::string GraphAsNames(const Configuration& configuration) {
  std::string result;
  const Forest forest(configuration);
  for (const Node& node : forest.nodes()) absl::StrAppend(&result, EscapeForTerminal(node.repository->name), "\n");
  return result;
}

std::string GraphAsDot(const Configuration& configuration) {
  std::string result = "digraph sshsync {\n  rankdir=LR;\n  node [shape=box];\n";
  const Forest forest(configuration);
  for (const Node& node : forest.nodes()) {
    const std::string& name = node.repository->name;
    absl::StrAppend(&result, "  ", Json(name), " [label=", Label(name, Place(*node.repository)), "];\n");
    if (!node.repository->parent.empty())
      absl::StrAppend(&result, "  ", Json(node.repository->parent), " -> ", Json(name), ";\n");
  }
  return absl::StrCat(result, "}\n");
}

std::string GraphAsJson(const Configuration& configuration) {
  std::string rows;
  const Forest forest(configuration);
  for (const Node& node : forest.nodes()) {
    const Repository& repository = *node.repository;
    absl::StrAppend(&rows, rows.empty() ? "\n" : ",\n", "    {\"repository\": ", Json(repository.name),
                    ", \"parent\": ", repository.parent.empty() ? "null" : Json(repository.parent),
                    ", \"host\": ", Json(repository.endpoint.host), ", \"user\": ", Json(repository.endpoint.user),
                    ", \"path\": ", Json(repository.path), ", \"level\": ", node.level, "}");
  }
  return absl::StrCat("{\n  \"repositories\": [", rows, "\n  ]\n}\n");
}

std::string GraphAsSvg(const Configuration& configuration) {
  constexpr int kWidth = 220, kHeight = 44, kGapX = 60, kGapY = 16, kMargin = 20;
  const Forest forest(configuration);
  const auto left = [](const Node& node) { return kMargin + static_cast<int>(node.level) * (kWidth + kGapX); };
  const auto top = [](const Node& node) { return kMargin + static_cast<int>(node.row * (kHeight + kGapY)); };
  const int width = 2 * kMargin + static_cast<int>(forest.levels()) * (kWidth + kGapX) - kGapX;
  const int height = 2 * kMargin + static_cast<int>(forest.rows()) * (kHeight + kGapY) - kGapY;
  std::string lines, boxes;
  for (const Node& node : forest.nodes()) {
    const int x = left(node), y = top(node);
    absl::StrAppend(&boxes, "<g><title>", Xml(absl::StrCat(node.repository->name, " ", Place(*node.repository))),
                    "</title><rect x=\"", x, "\" y=\"", y, "\" width=\"", kWidth, "\" height=\"", kHeight,
                    "\" rx=\"4\"/><text x=\"", x + 10, "\" y=\"", y + 18, "\" class=\"name\">",
                    Xml(node.repository->name), "</text><text x=\"", x + 10, "\" y=\"", y + 34, "\">",
                    Xml(node.repository->endpoint.host), "</text></g>\n");
    if (node.repository->parent.empty()) continue;
    const Node& parent = forest.nodes()[node.parent];
    const int from_x = left(parent) + kWidth, from_y = top(parent) + kHeight / 2, to_y = y + kHeight / 2,
              bend = from_x + kGapX / 2;
    absl::StrAppend(&lines, "<path d=\"M", from_x, ",", from_y, " C", bend, ",", from_y, " ", bend, ",", to_y, " ", x,
                    ",", to_y, "\"/>\n");
  }
  return absl::StrCat("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", std::max(width, 2 * kMargin),
                      "\" height=\"", std::max(height, 2 * kMargin),
                      "\" font-family=\"sans-serif\" font-size=\"12\">\n"
                      "<style>rect{fill:#fff;stroke:#444}path{fill:none;stroke:#444}.name{font-weight:bold}</style>\n",
                      lines, boxes, "</svg>\n");
}

std::string RenderGraph(const Configuration& configuration, absl::string_view format) {
  if (format == "names") return GraphAsNames(configuration);
  if (format == "dot") return GraphAsDot(configuration);
  if (format == "json") return GraphAsJson(configuration);
  if (format == "svg") return GraphAsSvg(configuration);
  return GraphAsText(configuration);
}

}  // namespace sshsync::cli
