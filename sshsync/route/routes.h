#ifndef SSHSYNC_ROUTE_ROUTES_H_
#define SSHSYNC_ROUTE_ROUTES_H_

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/route/peer_connection.h"
#include "sshsync/route/relay.h"
#include "sshsync/route/stream.h"
#include "sshsync/route/transfer_pipe.h"
#include "sshsync/ssh/frame.h"
#include "sshsync/stage/stage.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {

/// The ways from a parent to its child, and which of them a hop takes. The child pulls, in its own session; the parent
/// pushes, in a session of its own; or the controller relays between the two. What is pulled is one script on the
/// child, which reads back at once what it wrote. Otherwise it is carried first (`Carry`), and looked at by a command
/// of the child's own afterwards: only if the end of the writer was seen, for what may still be written into is never
/// to be published.
///
/// A hop with one route takes it. One with several tries them in their order, when the first bytes are to move, by a
/// real read of what is to move (a push also by a real write into the stage), and takes the first that works; that is
/// told. A try that fails for a reason that may pass is repeated once. The choice holds as long as it works: after a
/// lost session all of them are tried anew.
///
/// Ownership: refers to the hop. Threads: any, one for each stream.
class Routes {
 public:
  /// A file that the parent has: below `folder`, or by then below its root.
  struct Sample {
    std::string folder, file;
  };

  /// `scratch`: a new folder on the child for the trial of a push, made and removed by it; empty: one in the stage.
  Routes(RunContext& context, RemoteRepository& parent, RemoteRepository& child, std::string scratch = "");

  /// Whether there is any way that may be tried. Errors: kConfig.
  absl::Status status() const;

  /// Readies a stream for a task that brings something from the parent, of which `sample` is a part: its route, its
  /// session, its connection.
  absl::Status Ready(Stream& stream, const Sample& sample);

  /// Tries all routes; `works` or why not, each in a few words.
  std::vector<std::pair<Route, absl::Status>> TryAll(const Sample& sample) {
    std::vector<std::pair<Route, absl::Status>> tried;
    Stream stream;
    for (const Route route : order_) tried.emplace_back(route, Try(stream, route, sample));
    Close(stream);
    return tried;
  }

  /// Readies it for what the child does by itself. `by_command`: its command logs in to the parent as it likes.
  absl::Status ReadyOnChild(Stream& stream, bool by_command);

  /// The same where it may be ready already.
  absl::StatusOr<RemoteSession*> OnChild(Stream& stream) {
    SSHSYNC_RETURN_IF_ERROR(Move(stream, Stream::Place::kChild));
    return stream.session.get();
  }

  void Close(Stream& stream);

  /// The session was lost, or what it brought did not come.
  void Doubt() {
    const std::lock_guard lock(mu_);
    if (order_.size() > 1) Set(absl::nullopt);
  }

  /// Whether the controller relays by now.
  bool relays() const { return relays_; }

  /// Whether the route of the stream's task is another than to pull.
  static bool carries(const Stream& stream) { return stream.route != Route::kPull; }
  const PeerConnection& pull() const { return *peers_.at(Route::kPull); }

  /// Whether the login at the other end of its connection prints nothing of its own, as far as that is known.
  bool silent(const Stream& stream) const {
    const std::lock_guard lock(logins_mu_);
    const auto login = logins_.find(stream.peer);
    return login != logins_.end() && login->second.silent;
  }

  /// Brings it. The result is text that says and ends as both ends did, to stand in a script for what was done here.
  /// `moved`: asked when all were silent. Errors: the end of the writer was not seen.
  absl::StatusOr<std::string> Carry(const TransferPipe& pipe, Stream& stream, ProgressProbe moved);

  /// Runs a script on the child after what it looks at was carried; again where its answer was lost.
  absl::Status Look(const RemoteCommand& command, OutputSink sink);

  /// `builtin transfer through ssh -l deploy 10.0.0.3`, for people.
  std::string Display(const Stream& stream) const { return absl::StrCat("builtin transfer ", How(stream.route)); }

 private:
  /// What is known of the logins of one way. The first of them tells the others.
  struct Login {
    bool asked = false, silent = false;
    std::string ciphers = {};  ///< the order that the first found out
  };

  void Set(absl::optional<Route> route) {
    chosen_ = route;
    relays_ = route == Route::kRelay;
  }
  absl::Status Move(Stream& stream, Stream::Place place);
  absl::Status Connect(Stream& stream, const PeerConnection& peer, std::string* said);
  void Disconnect(Stream& stream, bool session_ends = false);
  absl::Status Choose(Stream& stream, const Sample& sample);
  absl::Status Try(Stream& stream, Route route, const Sample& sample);
  absl::Status TryPull(Stream& stream, const TransferPipe& pipe);
  absl::Status TryPush(Stream& stream, const TransferPipe& pipe);
  absl::StatusOr<Relayed> Relay(const TransferPipe& pipe, Stream& stream, ProgressProbe moved);
  TransferPipe Trial(Route route, const Sample& sample) const;
  std::string How(Route route) const;

  RunContext& context_;
  RemoteRepository& parent_;
  RemoteRepository& child_;
  std::map<Route, absl::StatusOr<PeerConnection>> peers_;
  const std::string scratch_;
  const std::vector<Route> order_;

  mutable std::mutex mu_;
  std::atomic<bool> relays_ = false;  // asked by other hops, while one is chosen
  // Protected by mu_.
  absl::optional<Route> chosen_;
  std::string told_;

  mutable std::mutex logins_mu_;                   // taken under mu_, never the other way round
  std::map<const PeerConnection*, Login> logins_;  // protected by logins_mu_
};

}  // namespace sshsync

#endif  // SSHSYNC_ROUTE_ROUTES_H_
