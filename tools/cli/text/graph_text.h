#ifndef SSHSYNC_TOOLS_CLI_TEXT_GRAPH_TEXT_H_
#define SSHSYNC_TOOLS_CLI_TEXT_GRAPH_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "sshsync/model/repository.h"

namespace sshsync::cli {

// The repositories of a configuration as trees: every root, its children below it in the order of the file. Parents are
// known and without a cycle: whoever read the configuration has seen to that.

/// For people: `repomaster  repoowner@192.168.0.1:/home/repoowner/apprepo`, children behind lines.
std::string GraphAsText(const Configuration& configuration);

/// One name a line, parents first; the form for scripts and for the Tab key.
std::string GraphAsNames(const Configuration& configuration);

/// The language of Graphviz.
std::string GraphAsDot(const Configuration& configuration);

/// `{"repositories": [{"repository", "parent", "host", "user", "path", "level"}]}`, parents first.
std::string GraphAsJson(const Configuration& configuration);

/// A picture: roots on the left, a column for each level, leaves spread evenly.
std::string GraphAsSvg(const Configuration& configuration);

/// By the name of the format, as `--format` takes it.
std::string RenderGraph(const Configuration& configuration, absl::string_view format);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_TEXT_GRAPH_TEXT_H_
