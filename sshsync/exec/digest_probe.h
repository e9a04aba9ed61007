#ifndef SSHSYNC_EXEC_DIGEST_PROBE_H_
#define SSHSYNC_EXEC_DIGEST_PROBE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/digest/digest.h"
#include "sshsync/exec/runner.h"
#include "sshsync/plan/digest_tool.h"

namespace sshsync {

/// Algorithm name (`sha256`) -> the tool of a host that computes it.
using DigestTools = std::map<std::string, DigestTool>;

/// Which digest tools a host has, by trying all that are known on a scratch file whose digests are known: a tool counts if its answer is right,
/// whatever its name. The scratch file lies in the host's folder for temporary files, never in a repository. Where several tools
/// compute the same, openssl comes first: it is the fastest wherever the processor helps with the digest.
RemoteCommand DigestProbeCommand(absl::string_view mark);
absl::StatusOr<DigestTools> ParseDigestProbe(const RemoteResult& result, absl::string_view mark);

/// A scratch file with the same content for a digestcmd to read: the text of a command that writes it, runs `digest_text` on it
/// (bound for `ScratchFolder()`/`ScratchName()`) and removes it.
std::string ScratchFolder(absl::string_view mark);
std::string ScratchName();
RemoteCommand ScratchDigestCommand(absl::string_view mark, absl::string_view digest_text);

/// The algorithm that gives this digest of the scratch file; empty for none that is known.
std::string AlgorithmOf(const Digest& scratch_digest);

/// The first of `preference` that all of `hosts` can compute; empty if there is none.
std::string CommonAlgorithm(absl::Span<const std::string> preference, absl::Span<const DigestTools> hosts);

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_DIGEST_PROBE_H_
