#ifndef SSHSYNC_TRANSFER_CHUNK_SURVEY_H_
#define SSHSYNC_TRANSFER_CHUNK_SURVEY_H_

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "sshsync/host/probe/digest_probe.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/schedule/file_states.h"
#include "sshsync/schedule/source_files.h"
#include "sshsync/transfer/transfer_policy.h"

namespace sshsync {

/// How big files of a chain are cut, whatever its digests are: the root's keys.
struct CutRules {
  std::vector<std::string> algorithms = {};  ///< of chunk digests, by preference
  int64_t chunk = 0;                         ///< bytes; 0: not at all
};

/// Where a digestcmd speaks of whole files, it says that a big one differs, but not where. Before such files are moved,
/// both hosts are asked for the digests of their chunks, by their own tools: only these files, and only where the
/// builtin transfer moves them. What the chunks say is what to send; equality, and the last word on what arrived, stay
/// the digestcmd's. (Asking for all files beforehand would read everything twice, on every host, in runs that find
/// nothing to do.) Files whose chunks could not be had, and those that the parent is still receiving, are brought
/// whole. Fills in `work`; returns how they are cut, nothing where no file is.
Cut SurveyChunks(RemoteRepository& parent, RemoteRepository& child, const SourceFiles& source_files,
                 const CutRules& rules, FileStates& states);

}  // namespace sshsync

#endif  // SSHSYNC_TRANSFER_CHUNK_SURVEY_H_
