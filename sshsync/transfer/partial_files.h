#ifndef SSHSYNC_TRANSFER_PARTIAL_FILES_H_
#define SSHSYNC_TRANSFER_PARTIAL_FILES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/schedule/file_states.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {

/// Finds what earlier runs left in a child's stage, by the digests that their attempts are named after: verified or
/// not, it may be what is wanted, and need not be sent again. What is found is copied into a new attempt and read back
/// like everything else. Drafts that they left have nothing that the child has not, and are removed; those of this run
/// are in `work`. Errors: the child's.
template <Runner R, Clock C>
absl::Status FindLeftovers(RemoteRepository<R, C>& child, Work& work) {
  if (child.config().stage == "no") return absl::OkStatus();
  const std::string stage = StageFolder(child.config().stage, child.facts().root);
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult found,
                           child.AskLong({.script = absl::StrCat("cd ", ShellLiteral(stage),
                                                                 " 2>/dev/null || exit 0\nfind .//. -type f -print\n"),
                                          .timeout = child.config().timeout}));
  std::map<std::string, std::vector<std::string>> leftovers;  // DIGEST/PATH -> files
  std::set<std::string> drafts;                               // folders
  for (const std::string& path : ParseFind(found.out).paths) {
    const size_t slash = path.find('/'), dash = path.find('-');
    if (slash == std::string::npos || dash >= slash) continue;
    if (path.substr(0, dash) == kDraftName) {
      drafts.insert(absl::StrCat(stage, "/", path.substr(0, slash)));
      continue;
    }
    leftovers[absl::StrCat(path.substr(0, dash), path.substr(slash))].push_back(absl::StrCat(stage, "/", path));
  }
  for (const WorkItem& item : work.items()) {
    if (item.draft) drafts.erase(item.draft->folder);
  }
  std::string text;
  for (const std::string& folder : drafts) absl::StrAppend(&text, "rm -rf ", ShellLiteral(folder), "\n");
  if (!text.empty()) child.Ask({.script = text, .writes = true}).IgnoreError();  // they go with the stage
  if (leftovers.empty()) return absl::OkStatus();
  for (WorkItem& item : work.items()) {
    const auto at = leftovers.find(absl::StrCat(item.wanted.digest.text().substr(0, 40), "/", item.wanted.path));
    if (at != leftovers.end()) item.leftovers = at->second;
  }
  return absl::OkStatus();
}

}  // namespace sshsync

#endif  // SSHSYNC_TRANSFER_PARTIAL_FILES_H_
