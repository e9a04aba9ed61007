// What a run costs the controller, and how well it keeps its hosts busy, at any size: the real engine, from the
// configuration's queue to the record in the state directory, over a fleet that exists in numbers only.
//
//     ./tools/bazel run -c opt //benchmarks/scaling                                            # 10,000 hosts, fan-out
//     32, 100 files each
//     ./tools/bazel run -c opt //benchmarks/scaling -- --hosts=1 --files=1000000
//     ./tools/bazel run -c opt //benchmarks/scaling -- --again                                 # then a run that finds
//     nothing to do
//
// Prints a line of JSON. CPU seconds are the controller's own: those of the simulation are taken off. `seconds` is
// simulated time; `ideal_seconds` is what no schedule of these hops can fall below: `next_hop` (what one more child of
// the same parent adds to a run that does one after the other) for every hop, spread over the jobs; or one hop, and
// what a parent's uplink has to send to its other children. Ends with 1 where a host has not got every file.

#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "benchmarks/scaling/simulated_fleet.h"
#include "benchmarks/scaling/simulated_time.h"
#include "sshsync/process/stop.h"
#include "sshsync/sync.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

class CountingSink : public EventSink {
 public:
  void On(const Event& event) override {
    ++count_;
    if (event.kind == EventKind::kMessage && event.level >= LogLevel::kWarning && ++warnings_ <= 5) {
      fprintf(stderr, "%s: %s\n", event.repository.c_str(), event.message.c_str());
    }
  }
  bool watches() const override { return false; }
  int64_t count() const { return count_; }

 private:
  int64_t count_ = 0, warnings_ = 0;
};

struct Cost {
  int exit_code = 0;
  double seconds = 0;      // simulated
  double cpu_seconds = 0;  // of the controller
  double simulation_cpu_seconds = 0;
  int64_t events = 0, commands = 0;
  int most_commands = 0, most_threads = 0;
  int complete_hosts = 0;
};

double ProcessCpu() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         1e-6 * static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

double PeakMiB() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

Cost RunOnce(SimulatedTime& time, SimulatedFleet& fleet, int jobs) {
  const TempDir dir;
  CountingSink sink;
  const StopSource stop;
  const Configuration configuration = fleet.configuration();
  const SyncOptions options{.queue = fleet.queue(), .jobs = jobs, .pid_file = dir.Path("pid"), .state_dir = dir.path()};
  const absl::Duration begun = time.Now();
  const double cpu = ProcessCpu(), simulation = time.cpu_seconds() + fleet.cpu_seconds();
  const int64_t commands = fleet.commands();
  const auto report = SynchronizeOver(fleet, configuration, options, sink, stop.token());
  if (!report.ok()) {
    fprintf(stderr, "%s\n", std::string(report.status().message()).c_str());
    exit(1);
  }
  for (const RepositoryReport& repository : report->repositories) {
    const auto file = std::find_if(repository.files.begin(), repository.files.end(),
                                   [](const FileOutcome& one) { return one.failure != Failure::kNone; });
    if (repository.failure == Failure::kNone && file == repository.files.end()) continue;
    fprintf(stderr, "%s: %s\n", repository.name.c_str(), repository.message.c_str());
    if (file != repository.files.end())
      fprintf(stderr, "%s: %s\n%s\n", file->path.c_str(), file->message.c_str(), file->output.c_str());
    break;
  }
  const double simulated = time.cpu_seconds() + fleet.cpu_seconds() - simulation;
  return {.exit_code = report->exit_code(),
          .seconds = absl::ToDoubleSeconds(time.Now() - begun),
          .cpu_seconds = ProcessCpu() - cpu - simulated,
          .simulation_cpu_seconds = simulated,
          .events = sink.count(),
          .commands = fleet.commands() - commands,
          .most_commands = fleet.most_commands(),
          .most_threads = time.most_threads(),
          .complete_hosts = fleet.complete_hosts()};
}

// How long hops take that have nothing to wait for.
struct Alone {
  double one_hop = 0;   // a run of a single child
  double next_hop = 0;  // what another child adds, one after the other
};

// The first run of a tree of that shape, or the one after it, which finds nothing to do.
Alone Measure(SimulatedTime& time, FleetShape shape, const FleetPace& pace, bool again) {
  constexpr int kFew = 4;
  const auto seconds = [&](int hosts) {
    shape.hosts = shape.fan_out = hosts;
    SimulatedFleet fleet(time, shape, pace);
    const double first = RunOnce(time, fleet, 1).seconds;
    return again ? RunOnce(time, fleet, 1).seconds : first;
  };
  const double one = seconds(1);
  return {.one_hop = one, .next_hop = (seconds(kFew) - one) / (kFew - 1)};
}

double Ideal(const FleetShape& shape, const FleetPace& pace, int jobs, const Alone& alone, bool again) {
  const double together = alone.next_hop * shape.hosts / jobs;
  const double others = again ? 0 : std::min(shape.hosts, shape.fan_out) - 1;
  return std::max(together, alone.one_hop + others * static_cast<double>(shape.files * shape.file_bytes) / pace.uplink);
}

void Print(const char* what, const FleetShape& shape, int jobs, const Cost& cost, const Alone& alone, double ideal) {
  printf(
      "{\"run\": \"%s\", \"hosts\": %d, \"fan_out\": %d, \"files\": %lld, \"file_bytes\": %lld, \"jobs\": %d, "
      "\"exit_code\": %d, \"seconds\": %.2f, "
      "\"one_hop\": %.2f, \"next_hop\": %.2f, \"ideal_seconds\": %.2f, \"to_ideal\": %.3f, \"cpu_seconds\": %.2f, "
      "\"cpu_milliseconds_a_hop\": %.3f, "
      "\"peak_MiB\": %.1f, \"commands\": %lld, \"most_commands_at_once\": %d, \"most_threads\": %d, \"events\": %lld, "
      "\"simulation_cpu_seconds\": %.2f}\n",
      what, shape.hosts, shape.fan_out, static_cast<long long>(shape.files), static_cast<long long>(shape.file_bytes),
      jobs, cost.exit_code, cost.seconds, alone.one_hop, alone.next_hop, ideal, cost.seconds / ideal, cost.cpu_seconds,
      cost.cpu_seconds * 1000 / shape.hosts, PeakMiB(), static_cast<long long>(cost.commands), cost.most_commands,
      cost.most_threads, static_cast<long long>(cost.events), cost.simulation_cpu_seconds);
  fflush(stdout);
}

bool TakeFlag(absl::string_view argument, absl::string_view name, int64_t* value) {
  return absl::ConsumePrefix(&argument, absl::StrCat("--", name, "=")) && absl::SimpleAtoi(argument, value);
}

int Main(int argc, char** argv) {
  int64_t hosts = 10'000, fan_out = 32, files = 100, bytes = 10 << 10, jobs = 256;
  bool again = false;
  for (int i = 1; i < argc; ++i) {
    const absl::string_view argument = argv[i];
    again = again || argument == "--again";
    if (argument != "--again" && !TakeFlag(argument, "hosts", &hosts) && !TakeFlag(argument, "fan_out", &fan_out) &&
        !TakeFlag(argument, "files", &files) && !TakeFlag(argument, "bytes", &bytes) &&
        !TakeFlag(argument, "jobs", &jobs)) {
      fprintf(stderr, "usage: scaling [--hosts=N] [--fan_out=N] [--files=N] [--bytes=N] [--jobs=N] [--again]\n");
      return 2;
    }
  }
  const FleetShape shape{
      .hosts = static_cast<int>(hosts), .fan_out = static_cast<int>(fan_out), .files = files, .file_bytes = bytes};
  const FleetPace pace;
  SimulatedTime time;
  SimulatedFleet fleet(time, shape, pace);
  bool good = true;
  Cost cost;
  for (const bool second : {false, true}) {
    if (second && !again) break;
    cost = RunOnce(time, fleet, static_cast<int>(jobs));
    // A single hop is its own measure.
    const Alone alone = shape.hosts == 1 ? Alone{cost.seconds, cost.seconds} : Measure(time, shape, pace, second);
    Print(second ? "again" : "first", shape, static_cast<int>(jobs), cost, alone,
          Ideal(shape, pace, static_cast<int>(jobs), alone, second));
    good = good && cost.exit_code == 0 && cost.complete_hosts == shape.hosts;
  }
  if (!good) fprintf(stderr, "%d of %d hosts have every file\n", cost.complete_hosts, shape.hosts);
  return good ? 0 : 1;
}

}  // namespace
}  // namespace sshsync

int main(int argc, char** argv) { return sshsync::Main(argc, argv); }
