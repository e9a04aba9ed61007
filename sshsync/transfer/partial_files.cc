#include "sshsync/transfer/partial_files.h"

namespace sshsync {

absl::Status FindLeftovers(RemoteRepository& child, FileStates& states) {
  if (child.config().in_place()) return absl::OkStatus();
  const std::string stage = StageFolder(child.config().stage, child.facts().root);
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult found,
                           child.AskLong({.script = absl::StrCat("cd ", ShellLiteral(stage),
                                                                 " 2>/dev/null || exit 0\nfind .//. -type f -print\n"),
                                          .timeout = child.config().timeout}));
  std::map<std::string, std::vector<std::string>> partial_files;  // DIGEST/PATH -> files
  for (const std::string& path : ParseFind(found.out).paths) {
    const size_t slash = path.find('/'), dash = path.find('-');
    if (slash == std::string::npos || dash >= slash) continue;
    partial_files[absl::StrCat(path.substr(0, dash), path.substr(slash))].push_back(absl::StrCat(stage, "/", path));
  }
  if (partial_files.empty()) return absl::OkStatus();
  for (FileState& item : states.items()) {
    const auto at = partial_files.find(absl::StrCat(item.wanted.digest.text().substr(0, 40), "/", item.wanted.path));
    if (at != partial_files.end()) item.partial_files = at->second;
  }
  return absl::OkStatus();
}

}  // namespace sshsync
