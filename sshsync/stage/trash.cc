#include "sshsync/stage/trash.h"

#include "absl/strings/str_cat.h"
#include "sshsync/host/host_time.h"
#include "sshsync/stage/scripts.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {}  // namespace

std::string KeepText(const Lease& lease, bool keep) {
  if (!keep) return "_ss_keep() { :; }\n";
  return KeepIn(TrashFolder(lease, lease.run));
}

std::string KeepIn(absl::string_view folder) { return absl::StrCat("T=", ShellLiteral(folder), kKeepInTrashScript); }

std::string PruneTrashText(absl::string_view now, absl::Duration keep) {
  const auto time = HostTime(now);
  if (!time) return "";
  const std::string limit = absl::FormatTime("%Y%m%d%H%M.%S", *time - keep, absl::UTCTimeZone());
  return absl::StrCat("if [ -d .sshsync/trash ] && [ ! -h .sshsync/trash ]; then\n  TZ=UTC0 touch -t ", limit,
                      " .sshsync/trash.limit && find .sshsync/trash/* -prune ! -newer .sshsync/trash.limit -exec rm "
                      "-rf {} \\; 2>/dev/null\n"
                      "  rm -f .sshsync/trash.limit; rmdir .sshsync/trash 2>/dev/null\n  :\nfi\n");
}

RemoteCommand TrashRunsCommand(const Lease& lease) {
  return {.script = absl::StrCat("cd ", ShellLiteral(lease.root),
                                 " && [ -d .sshsync/trash ] && [ ! -h .sshsync/trash ] && ls .sshsync/trash\n:\n")};
}

std::string TrashFolder(const Lease& lease, absl::string_view run) {
  return absl::StrCat(lease.root, "/.sshsync/trash/", run);
}

}  // namespace sshsync
