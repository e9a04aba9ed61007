#ifndef SSHSYNC_HOST_PROBE_DIGEST_PROBE_H_
#define SSHSYNC_HOST_PROBE_DIGEST_PROBE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/digest/digest.h"
#include "sshsync/host/probe/scratch_folder.h"
#include "sshsync/model/remote_command.h"
#include "sshsync/plan/digest_tool.h"

namespace sshsync {

/// Algorithm name (`sha256`) -> the tools of a host that were seen to compute it, best first; none of the lists is
/// empty.
using DigestTools = std::map<std::string, std::vector<DigestTool>>;

/// A file name that is hard to handle, for trials: a leading dash, a newline, quotes, and what shells and tools do
/// something about.
inline constexpr absl::string_view kTrialName = "-e\n'\"$(x)`\\*\\056\\n";

/// A scratch file with the known content `abc` for a digestcmd to read, in the host's folder for temporary files: the
/// text of a command that writes it, runs `digest_text` on it (bound for `ScratchFolder()`/`ScratchName()`) and removes
/// it.
std::string ScratchName();
RemoteCommand ScratchDigestCommand(absl::string_view mark, absl::string_view digest_text);

/// The algorithm that gives this digest of the scratch file; empty for none that is known.
std::string AlgorithmOf(const Digest& scratch_digest);

/// The first of `preference` that all of `hosts` can compute; empty if there is none.
std::string CommonAlgorithm(absl::Span<const std::string> preference, absl::Span<const DigestTools> hosts);

}  // namespace sshsync

#endif  // SSHSYNC_HOST_PROBE_DIGEST_PROBE_H_
