#ifndef SSHSYNC_TOOLS_TEMPLATE_TEXT_H_
#define SSHSYNC_TOOLS_TEMPLATE_TEXT_H_

#include <string>

#include "sshsync/model/repository.h"

namespace sshsync::cli {

/// `sshsync commands`: each template of a repository as the host's shell gets it, with what there is to say about it, and which ones come
/// from the preset instead.
std::string CommandsText(const Repository& repository);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_TEMPLATE_TEXT_H_
