#ifndef SSHSYNC_REMOTE_DIGEST_AGREEMENT_H_
#define SSHSYNC_REMOTE_DIGEST_AGREEMENT_H_

#include <algorithm>
#include <atomic>
#include <functional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sshsync/host/probe/digest_probe.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/remote_repository.h"

namespace sshsync {

/// Finds the digest tools for the repositories of one chain that have no digestcmd of their own, so that all of the
/// chain compute the same digest; of files larger than `chunk` bytes that is one of the digests of their chunks. If
/// some of them do have a digestcmd, what it computes is found out on a scratch file, and confirmed on two real files;
/// otherwise the first algorithm of the root's preference that every host can compute is taken. Hosts that cannot be
/// reached are left out: they fail by themselves. Ownership: refers to the repositories. Threads: starts `at_once` at
/// most, all gone on return.
///
///     AgreeOnDigest({&root, &child}, {"sha256", "sha1"}, 8 << 20, {.at_once = 16});  // afterwards each Digest()
///     knows its tool
struct AgreementLimits {
  int at_once = 16;  ///< hosts that are asked at the same time
  /// Whether a host is needed soon: the others' connections are closed when they have answered. Empty: all are.
  std::function<bool(const Endpoint&)> soon = {};
};
void AgreeOnDigest(const std::vector<RemoteRepository*>& chain, const std::vector<std::string>& preference,
                   int64_t chunk, const AgreementLimits& limits);

}  // namespace sshsync

#endif  // SSHSYNC_REMOTE_DIGEST_AGREEMENT_H_
