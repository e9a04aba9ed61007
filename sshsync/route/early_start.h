#ifndef SSHSYNC_ROUTE_EARLY_START_H_
#define SSHSYNC_ROUTE_EARLY_START_H_

#include <algorithm>
#include <deque>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sshsync/plan/shares.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/survey.h"
#include "sshsync/route/routes.h"
#include "sshsync/route/session_budget.h"
#include "sshsync/transfer/transfer_policy.h"

namespace sshsync {

/// What a hop begins as soon as two listings show that something will probably move, while both hosts still digest: how
/// files are moved is found out on both, and streams are readied (their route, session and connection), as many as will
/// probably be of use. Nothing is written yet, but by a trial of the push. Sessions that it holds while the digests
/// still need theirs are spare ones (spare_sessions.h): where a host has none, it begins less. `flows`: others wait for
/// what arrives. A hop that turns out to move nothing closes them again.
///
/// Ownership: refers to its arguments; the streams that nobody took are closed by the destructor, which waits for those
/// that are being readied. Threads: one for each side and stream; Take from any, once for a number.
///
///     EarlyStart early(context, parent, child, LikelyDiffering(theirs, listing, last_equal), has_children);
///     auto [stream, status] = early.Take(0);   // ready, or why not
class EarlyStart {
 public:
  /// A stream, and what came of readying it; a new one where none was begun.
  struct Begun {
    Stream stream;
    absl::Status status;
  };

  EarlyStart(RunContext& context, RemoteRepository& parent, RemoteRepository& child, const Differing& likely,
             bool flows)
      : spare_(*context.spare_sessions),
        hosts_{parent.config().endpoint.host, child.config().endpoint.host},
        routes_(context, parent, child) {
    if (likely.files == 0) return;
    for (RemoteRepository* side : {&parent, &child}) {
      sides_.push_back(
          StartThread([side] { side->PrepareTransfer().IgnoreError(); }));  // what fails is met again by whoever moves
    }
    if (MovesByCommand(child) || !routes_.status().ok()) return;
    const int count =
        spare_.Take(hosts_, UsefulStreams(likely.bytes, likely.files, MostStreams(child, context.clock, flows)));
    for (int i = 0; i < count; ++i) {
      begun_.emplace_back();
      threads_.push_back(
          StartThread([this, begun = &begun_.back(), i, sample = Routes::Sample{parent.facts().root, likely.sample}] {
            begun->stream.number = i;
            if (i > 0) routes_.Approach(begun->stream);
            if (!routes_.IsNeedless(begun->stream)) begun->status = routes_.Ready(begun->stream, sample);
          }));
    }
  }
  ~EarlyStart() {
    for (size_t i = 0; i < threads_.size(); ++i) {
      Begun left = Take(static_cast<int>(i));
      routes_.Close(left.stream);
    }
  }
  EarlyStart(const EarlyStart&) = delete;
  EarlyStart& operator=(const EarlyStart&) = delete;

  Routes& routes() { return routes_; }

  Begun Take(int number) {
    Begun begun;
    if (const auto i = static_cast<size_t>(number); i < threads_.size() && threads_[i].joinable()) {
      threads_[i].join();
      begun = std::move(begun_[i]);
      spare_.Give(hosts_, 1);
    }
    begun.stream.number = number;
    return begun;
  }

 private:
  SpareSessions& spare_;
  const std::set<std::string> hosts_;
  Routes routes_;
  std::deque<Begun> begun_;
  std::vector<std::jthread> threads_, sides_;  // Last, so that they end first.
};

}  // namespace sshsync

#endif  // SSHSYNC_ROUTE_EARLY_START_H_
