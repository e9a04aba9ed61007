#ifndef SSHSYNC_ROUTE_TRANSFER_PIPE_H_
#define SSHSYNC_ROUTE_TRANSFER_PIPE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sshsync/model/repository.h"
#include "sshsync/ssh/ssh.h"

namespace sshsync {

/// What goes from a parent to its child in one go, as shell text: what prints it on the parent, and what takes it in on
/// the child. How the two are connected is the route's business. A plain value; any thread.
struct TransferPipe {
  std::string reader, writer;
  bool in_one_piece = false;  ///< half of it is of no use
};

/// The routes that a child may take, in their order: its list, or all.
std::vector<Route> RoutesOf(const Repository& child);

/// How a child's files are to move, for people: `by the builtin transfer, route pull, else push`; by synccmd.
std::string WayInWords(const Repository& child);

/// Shell text that stands, in a script that is run afterwards, for what was done already: it says on stderr what was
/// said, and ends as that ended.
std::string ReplayText(int status, absl::string_view said);

/// How other hosts reach a repository's host, for messages.
Endpoint PeerEndpoint(const Repository& far);

/// What hinders a way from one host to another, by what was said on it; `end`: which end of it ssh is at, `reader` or
/// `writer`. Unavailable where that may pass.
absl::Status WhyNoWay(const Endpoint& far, absl::string_view said, absl::string_view end);

}  // namespace sshsync

#endif  // SSHSYNC_ROUTE_TRANSFER_PIPE_H_
