#ifndef SSHSYNC_STAGE_LINK_COPY_H_
#define SSHSYNC_STAGE_LINK_COPY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/model/remote_command.h"
#include "sshsync/stage/lease.h"
#include "sshsync/stage/publishing.h"
#include "sshsync/stage/stage.h"

namespace sshsync {

/// Symbolic links of a repository: relative path -> target.
using LinkTargets = std::map<std::string, std::string>;

/// Shell text that shows the targets of these links, and its reading. Links whose target holds a newline are left out.
std::string LinkTargetsText(absl::string_view folder, absl::Span<const std::string> paths);
LinkTargets ParseLinkTargets(absl::string_view output, absl::Span<const std::string> paths);

/// Whether a link at `path` with that target is relative and stays inside the repository: the only kind that `links =
/// copy` copies.
bool StaysInside(absl::string_view path, absl::string_view target);

/// One link to make on a child.
struct LinkToMake {
  std::string path, target;
};

/// Makes them as PublishCommand publishes files: in the stage first, then by a rename that replaces a file or another
/// link, and never a real folder; with `keep` what is replaced goes to the trash. Answers are read by ParseLinks, one
/// for each.
RemoteCommand MakeLinksCommand(const HostFacts& facts, const Lease& lease, absl::Span<const LinkToMake> links,
                               bool follow_symlinks, bool keep, absl::string_view mark);
absl::StatusOr<std::vector<Published>> ParseLinks(const RemoteResult& result, absl::Span<const LinkToMake> links,
                                                  absl::string_view mark);

}  // namespace sshsync

#endif  // SSHSYNC_STAGE_LINK_COPY_H_
