#ifndef SSHSYNC_TOOLS_CLI_TEXT_TEMPLATE_TEXT_H_
#define SSHSYNC_TOOLS_CLI_TEXT_TEMPLATE_TEXT_H_

#include <string>

#include "sshsync/model/repository.h"
#include "sshsync/plan/queue.h"

namespace sshsync::cli {

/// `sshsync commands`: each template of a repository as the host's shell gets it, with what there is to say about it,
/// and which ones come from the preset instead.
std::string CommandsText(const Repository& repository);

/// Behind it: the commands that sshsync runs by itself, as keys of a section to copy from. With `preset = auto` that is
/// settled on the host: the first candidate of each, and the names of those that come behind it.
std::string ActionsText(const Repository& repository);

/// `sshsync commands --sync ...`: the same for all repositories of a queue of `configuration`, step by step; in front
/// of them those parents that no step names, which are read only.
std::string CommandsText(const Configuration& configuration, const ResolvedQueue& queue);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_TEXT_TEMPLATE_TEXT_H_
