#ifndef SSHSYNC_BENCHMARKS_SCALING_SIMULATED_FLEET_H_
#define SSHSYNC_BENCHMARKS_SCALING_SIMULATED_FLEET_H_

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "benchmarks/scaling/simulated_time.h"
#include "sshsync/model/repository.h"
#include "sshsync/ssh/runner.h"

namespace sshsync {

/// What is simulated: a root `n0` and `hosts` others below it, each host with at most `fan_out` children, level after
/// level. The root has `files` files of `file_bytes` each, all others none.
struct FleetShape {
  int hosts = 10'000;
  int fan_out = 32;
  int64_t files = 100;
  int64_t file_bytes = 10 << 10;
};

/// What hosts and network need. Round figures for ordinary machines a few milliseconds apart.
struct FleetPace {
  absl::Duration round_trip = absl::Milliseconds(20);
  absl::Duration login =
      absl::Milliseconds(200);  ///< the first command of a host, and every connection from a child to its parent
  double uplink = 125e6;        ///< bytes a second that a parent sends to all its children together
  double disk = 400e6;          ///< bytes a second that are read and digested on a host
  double names = 50e3;  ///< files a second that are listed, looked at, digested or published, beside their bytes
};

/// A Runner over hosts that exist as numbers only. It answers the engine's own commands as Linux hosts with GNU tools
/// do, which it knows by what stands in their scripts, and lets the time pass that they would take. A command that it
/// does not know ends the process with its text: the simulation is wrong then, not slow. File contents do not exist: a
/// file's digest is a function of its number, so every transfer verifies.
///
/// Ownership: refers to the time. Threads: any, as every Runner.
class SimulatedFleet : public Runner {
 public:
  SimulatedFleet(SimulatedTime& time, const FleetShape& shape, const FleetPace& pace);

  /// The configuration of the fleet, and its queue, a step for each level.
  Configuration configuration() const;
  std::vector<std::vector<std::string>> queue() const;

  absl::StatusOr<RemoteResult> Run(const Endpoint& host, const RemoteCommand& command, const StopToken& stop) override;
  absl::StatusOr<RemoteResult> RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                       ProgressProbe moved, const StopToken& stop) override;
  absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint& host, const StopToken& stop) override;

  /// Hosts that have every file.
  int complete_hosts() const;
  /// CPU seconds that the answers took, which are not the controller's; and how many commands there were.
  double cpu_seconds() const { return static_cast<double>(cpu_nanoseconds_.load()) * 1e-9; }
  int64_t commands() const { return commands_.load(); }
  /// How many commands were under way at the same time, at most.
  int most_commands() const { return most_commands_.load(); }

 private:
  struct Host {
    mutable std::mutex mu;
    // Protected by mu.
    bool known = false;          // somebody has logged in
    std::vector<bool> has;       // by file; empty: none
    int64_t count = 0;           // of those
    absl::Duration sends_until;  // its uplink is busy until then
  };
  struct Reply {
    std::string out = {};
    int status = 0;
    absl::Duration took = {};
    bool at_once = false;  ///< it takes no simulated time, for it is asked by real time
  };

  Reply Answer(int host, absl::string_view script);
  Reply AnswerRecords(int host, absl::string_view script);
  std::string Look(int host, absl::string_view text, Reply& reply) const;
  std::string DigestsOf(absl::string_view text, Reply& reply, std::vector<int64_t>* files) const;
  std::string List(int host, Reply& reply) const;
  void Publish(int host, absl::string_view script, Reply& reply);
  absl::Duration Transfer(int host, int64_t files);
  int ParentOf(int host) const { return host == 0 ? 0 : (host - 1) / shape_.fan_out; }
  bool Has(int host, int64_t file) const;
  std::string NameOf(int64_t file) const;
  absl::Duration NamesTake(int64_t files) const { return absl::Seconds(static_cast<double>(files) / pace_.names); }

  SimulatedTime& time_;
  const FleetShape shape_;
  const FleetPace pace_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::atomic<int64_t> cpu_nanoseconds_ = 0, commands_ = 0;
  std::atomic<int> under_way_ = 0, most_commands_ = 0;
};

}  // namespace sshsync

#endif  // SSHSYNC_BENCHMARKS_SCALING_SIMULATED_FLEET_H_
