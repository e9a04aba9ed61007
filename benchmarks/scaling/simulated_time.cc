#include "benchmarks/scaling/simulated_time.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

namespace sshsync {
namespace {

constexpr absl::Duration kTick =
    absl::Milliseconds(10);  // sleeps end together in a tick: each look at the threads costs time

constexpr double kInstant = 5e-6;  // what lies between the readings of two clocks

double CpuSeconds(clockid_t clock) {
  timespec time;
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Of this process but for the calling thread.
double OthersCpuSeconds() { return CpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - CpuSeconds(CLOCK_THREAD_CPUTIME_ID); }

void Pause() { usleep(100); }

}  // namespace

SimulatedTime::SimulatedTime() : tasks_(open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  // A descriptor for each thread.
  rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65'536);
  setrlimit(RLIMIT_NOFILE, &limit);
  turner_ = std::thread([this] { Turn(); });
}

SimulatedTime::~SimulatedTime() {
  {
    const std::lock_guard lock(mu_);
    ending_ = true;
  }
  turner_.join();
  for (const auto& [thread, fd] : threads_) close(fd);
  close(tasks_);
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
  const int64_t ticks =
      std::max<int64_t>(1, absl::ToInt64Nanoseconds(absl::Ceil(duration, kTick)) / absl::ToInt64Nanoseconds(kTick));
  Sleeper sleeper;
  std::unique_lock lock(mu_);
  sleepers_[now_ + ticks].push_back(&sleeper);
  sleeper.woken.wait(lock, [&] { return sleeper.due; });
}

void SimulatedTime::Turn() {
  for (;;) {
    // No CPU time while this thread paused, none while it looked at the others, and all of them asleep. A look costs:
    // who was awake at the last one mostly still is, and CPU time is added up over all threads.
    if (awake_ >= 0 && IsAwake(awake_)) {
      Pause();
      continue;
    }
    awake_ = -1;
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
  struct stat status;
  if (fstat(tasks_, &status) != 0) std::abort();
  if (status.st_nlink != known_nlink_) threads_changed_ = true;
  if (threads_changed_) FindThreads();
  known_nlink_ = status.st_nlink;
  for (const auto& [thread, fd] : threads_) {
    if (!IsAwake(fd)) continue;
    awake_ = fd;
    return false;
  }
  // Another may have come for one that ended.
  if (threads_changed_) return false;
  const std::lock_guard lock(mu_);
  most_threads_ = std::max(most_threads_, static_cast<int>(threads_.size()));
  return true;
}

bool SimulatedTime::IsAwake(int fd) {
  char text[128];
  const ssize_t got = pread(fd, text, sizeof(text) - 1, 0);
  if (got <= 0) {
    threads_changed_ = true;  // it ended
    return false;
  }
  text[got] = 0;
  const char* const name_end = std::strrchr(text, ')');
  return name_end == nullptr || (name_end[2] != 'S' && name_end[2] != 'Z' && name_end[2] != 'X');
}

void SimulatedTime::FindThreads() {
  threads_changed_ = false;
  std::map<pid_t, int> found;
  DIR* const tasks = fdopendir(openat(tasks_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (tasks == nullptr) std::abort();
  while (const dirent* const task = readdir(tasks)) {
    const pid_t thread = std::atoi(task->d_name);
    if (thread == 0 || thread == gettid()) continue;
    const auto known = threads_.find(thread);
    char byte;
    if (known != threads_.end() && pread(known->second, &byte, 1, 0) == 1) {
      found.insert(*known);
      threads_.erase(known);
      continue;
    }
    const int fd = openat(tasks_, (std::string(task->d_name) + "/stat").c_str(), O_RDONLY | O_CLOEXEC);
    if (fd >= 0) found[thread] = fd;
    if (fd < 0 && errno != ENOENT) std::abort();
  }
  closedir(tasks);
  threads_.swap(found);
  for (const auto& [thread, fd] : found) close(fd);
}

}  // namespace sshsync
