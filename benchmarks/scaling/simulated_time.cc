#include "benchmarks/scaling/simulated_time.h"

#include <dirent.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

namespace sshsync {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(10);  // sleeps end together in a tick: each look at the threads costs time

constexpr double kInstant = 5e-6;  // what lies between the readings of two clocks

double CpuSeconds(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Of this process but for the calling thread.
double OthersCpuSeconds() { return CpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - CpuSeconds(CLOCK_THREAD_CPUTIME_ID); }

void Pause() { usleep(50); }

}  // namespace

SimulatedTime::SimulatedTime() : turner_([this] { Turn(); }) {}

SimulatedTime::~SimulatedTime() {
  {
    const std::lock_guard lock(mu_);
    ending_ = true;
  }
  turner_.join();
}

absl::Duration SimulatedTime::Now() const {
  const std::lock_guard lock(mu_);
  return now_ * kTick;
}

double SimulatedTime::cpu_seconds() const {
  const std::lock_guard lock(mu_);
  return cpu_seconds_;
}

int SimulatedTime::most_threads() const {
  const std::lock_guard lock(mu_);
  return most_threads_;
}

void SimulatedTime::Sleep(absl::Duration duration) {
  const int64_t ticks = std::max<int64_t>(1, absl::ToInt64Nanoseconds(absl::Ceil(duration, kTick)) / absl::ToInt64Nanoseconds(kTick));
  Sleeper sleeper;
  std::unique_lock lock(mu_);
  sleepers_[now_ + ticks].push_back(&sleeper);
  sleeper.woken.wait(lock, [&] { return sleeper.due; });
}

void SimulatedTime::Turn() {
  for (;;) {
    // No CPU time while this thread paused, none while it looked at the others, and all of them asleep. A look costs: the first is cheap.
    const double before = OthersCpuSeconds();
    Pause();
    const auto nobody_ran = [before] { return OthersCpuSeconds() - before < kInstant; };
    const bool asleep = nobody_ran() && AllAsleep() && nobody_ran();
    std::unique_lock lock(mu_);
    cpu_seconds_ = CpuSeconds(CLOCK_THREAD_CPUTIME_ID);
    if (ending_ && sleepers_.empty()) return;
    if (!asleep || sleepers_.empty()) continue;
    const auto next = sleepers_.begin();
    now_ = next->first;
    for (Sleeper* sleeper : next->second) {
      sleeper->due = true;
      sleeper->woken.notify_one();
    }
    sleepers_.erase(next);
  }
}

bool SimulatedTime::AllAsleep() {
  const std::string own = std::to_string(gettid());
  DIR* const tasks = opendir("/proc/self/task");
  if (tasks == nullptr) std::abort();
  bool asleep = true;
  int threads = 0;
  while (const dirent* const task = readdir(tasks)) {
    if (task->d_name[0] == '.') continue;
    ++threads;
    if (own == task->d_name) continue;
    const int fd = openat(dirfd(tasks), (std::string(task->d_name) + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) continue;  // it ended
    char text[128];
    const ssize_t got = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (got <= 0) continue;
    text[got] = 0;
    const char* const name_end = std::strrchr(text, ')');
    asleep = name_end != nullptr && (name_end[2] == 'S' || name_end[2] == 'Z' || name_end[2] == 'X');
    if (!asleep) break;
  }
  closedir(tasks);
  if (asleep) {
    const std::lock_guard lock(mu_);
    most_threads_ = std::max(most_threads_, threads - 1);
  }
  return asleep;
}

}  // namespace sshsync
