#ifndef SSHSYNC_ROUTE_SESSION_BUDGET_H_
#define SSHSYNC_ROUTE_SESSION_BUDGET_H_

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace sshsync {

/// How many sessions of each host may be held for what is to come by those who need a further one before it comes. A
/// host has a limit of sessions, and whoever wants one more waits: if all of them were held like that, everybody would
/// wait for everybody. So no more than these are, and the rest goes from hand to hand. Threads: any.
///
///     SpareSessions spare(SpareSessions::MostOf(16));
///     const int held = spare.Take({"node1"}, 4);   // at most 4, maybe none
///     spare.Give({"node1"}, held);
class SpareSessions {
 public:
  explicit SpareSessions(int most = MostOf(16)) : most_(most) {}

  /// Of a host with that limit: less than half, for one is kept for short commands.
  static constexpr int MostOf(int max_sessions) { return std::max(0, (max_sessions - 1) / 2); }

  /// As many of `wanted` as each of the hosts has left; they are taken of all of them.
  int Take(const std::set<std::string>& hosts, int wanted) {
    const std::lock_guard lock(mu_);
    int granted = wanted;
    for (const std::string& host : hosts) granted = std::min(granted, most_ - held_[host]);
    for (const std::string& host : hosts) held_[host] += granted;
    return granted;
  }
  void Give(const std::set<std::string>& hosts, int count) {
    const std::lock_guard lock(mu_);
    for (const std::string& host : hosts) held_[host] -= count;
  }

 private:
  const int most_;
  std::mutex mu_;
  std::map<std::string, int> held_;  // protected by mu_
};

}  // namespace sshsync

#endif  // SSHSYNC_ROUTE_SESSION_BUDGET_H_
