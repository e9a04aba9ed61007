#ifndef SSHSYNC_EXEC_LEFTOVERS_H_
#define SSHSYNC_EXEC_LEFTOVERS_H_

#include <algorithm>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/exec/remote_repository.h"
#include "sshsync/exec/work.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {

/// Finds what earlier runs left in a child's stage, by the digests that their attempts are named after, drafts by their paths: verified or not, it may be what is wanted, and
/// need not be sent again. The drafts of this run, which the items have already, are none of that. What is found is copied into a new attempt and read back like everything else. Errors: the child's.
template <Runner R, Clock C>
absl::Status FindLeftovers(RemoteRepository<R, C>& child, Work& work) {
  if (child.config().stage == "no") return absl::OkStatus();
  const std::string stage = StageFolder(child.config().stage, child.facts().root);
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult found,
                           child.AskLong({.script = absl::StrCat("cd ", ShellLiteral(stage), " 2>/dev/null || exit 0\nfind .//. -type f -print\n"), .timeout = child.config().timeout}));
  std::map<std::string, std::vector<std::string>> leftovers;  // DIGEST/PATH -> files
  for (const std::string& path : ParseFind(found.out).paths) {
    const size_t slash = path.find('/'), dash = path.find('-');
    if (slash == std::string::npos || dash >= slash) continue;
    leftovers[absl::StrCat(path.substr(0, dash), path.substr(slash))].push_back(absl::StrCat(stage, "/", path));
  }
  if (leftovers.empty()) return absl::OkStatus();
  for (WorkItem& item : work.items()) {
    for (const std::string& name : {item.wanted.digest.text().substr(0, 40), std::string(kDraftName)}) {
      const auto at = leftovers.find(absl::StrCat(name, "/", item.wanted.path));
      if (at == leftovers.end()) continue;
      std::copy_if(at->second.begin(), at->second.end(), std::back_inserter(item.leftovers),
                   [&item](const std::string& file) { return !item.draft || !absl::StartsWith(file, absl::StrCat(item.draft->folder, "/")); });
    }
  }
  return absl::OkStatus();
}

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_LEFTOVERS_H_
