#ifndef SSHSYNC_TOOLS_TEMPLATE_TEXT_H_
#define SSHSYNC_TOOLS_TEMPLATE_TEXT_H_

#include <string>

#include "sshsync/model/repository.h"
#include "sshsync/plan/queue.h"

namespace sshsync::cli {

/// `sshsync commands`: each template of a repository as the host's shell gets it, with what there is to say about it, and which ones come
/// from the preset instead.
std::string CommandsText(const Repository& repository);

/// `sshsync commands --sync ...`: the same for all repositories of a queue of `configuration`, step by step; in front of them those parents
/// that no step names, which are read only.
std::string CommandsText(const Configuration& configuration, const ResolvedQueue& queue);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_TEMPLATE_TEXT_H_
