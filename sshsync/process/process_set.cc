#include "sshsync/process/process_set.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "sshsync/process/clock.h"

namespace sshsync {
namespace {

constexpr size_t kBufferSize = size_t{64} << 10;
/// How often a process is looked at that has no descriptor for its end.
constexpr absl::Duration kTick = absl::Milliseconds(20);

/// write(2) whose SIGPIPE, if any, is swallowed in this thread; pipes know no MSG_NOSIGNAL.
ssize_t WriteWithoutSignal(int fd, const char* data, size_t size) {
  sigset_t pipe_signal, before, pending;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigpending(&pending);
  const bool was_pending = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  const ssize_t written = write(fd, data, size);
  const int error = errno;
  if (written < 0 && error == EPIPE && !was_pending) {
    const timespec at_once{0, 0};
    while (sigtimedwait(&pipe_signal, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return written;
}

int PollMilliseconds(absl::Duration left) {
  const absl::Duration limit = std::clamp(left, absl::ZeroDuration(), absl::Hours(24));
  return static_cast<int>(absl::ToInt64Milliseconds(absl::Ceil(limit, absl::Milliseconds(1))));
}

}  // namespace

ProcessSet::ProcessSet(const StopToken& stop) : stop_(stop), buffer_(kBufferSize, '\0') {}

void ProcessSet::Add(Process& process) { entries_.push_back({.process = &process, .input = {}}); }

void ProcessSet::Remove(const Process& process) {
  entries_.erase(
      std::remove_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.process == &process; }),
      entries_.end());
}

ProcessSet::Entry& ProcessSet::Of(const Process& process) {
  return *std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.process == &process; });
}

void ProcessSet::Write(Process& process, absl::string_view bytes) {
  Entry& entry = Of(process);
  entry.input.append(bytes.data(), bytes.size());
  WriteSome(entry);
}

void ProcessSet::CloseInput(Process& process) {
  Entry& entry = Of(process);
  entry.close_input = true;
  WriteSome(entry);
}

void ProcessSet::WriteSome(Entry& entry) {
  while (entry.process->in() >= 0 && entry.written < entry.input.size()) {
    const ssize_t count =
        WriteWithoutSignal(entry.process->in(), entry.input.data() + entry.written, entry.input.size() - entry.written);
    if (count > 0) {
      entry.written += static_cast<size_t>(count);
    } else if (count < 0 && errno == EAGAIN) {
      return;
    } else if (count < 0 && errno != EINTR) {
      entry.process
          ->CloseIn();  // nobody reads any more: what is left is dropped, and the end of the process tells the rest
    }
  }
  entry.input.clear();
  entry.written = 0;
  if (entry.close_input) entry.process->CloseIn();
}

bool ProcessSet::ReadSome(Entry& entry, bool is_err, ProcessOutput& output) {
  const int fd = is_err ? entry.process->err() : entry.process->out();
  const ssize_t count = read(fd, buffer_.data(), buffer_.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
  if (count <= 0) {
    is_err ? entry.process->CloseErr() : entry.process->CloseOut();
    return false;
  }
  entry.err_first = !is_err;
  output = {entry.process, is_err, absl::string_view(buffer_.data(), static_cast<size_t>(count))};
  return true;
}

ProcessOutcome ProcessSet::Next(absl::Duration limit) {
  RealClock clock;
  const absl::Time deadline = clock.Monotonic() + limit;
  std::vector<pollfd> fds;
  for (;;) {
    fds.assign(1, {stop_.fd(), POLLIN, 0});
    absl::Duration left = deadline - clock.Monotonic();
    bool ticking = false;
    for (const Entry& entry : entries_) {
      fds.push_back({entry.written < entry.input.size() ? entry.process->in() : -1, POLLOUT, 0});
      fds.push_back({entry.process->out(), POLLIN, 0});
      fds.push_back({entry.process->err(), POLLIN, 0});
      fds.push_back({entry.process->end_fd(), POLLIN, 0});
      ticking |= entry.process->end_fd() < 0;
    }
    const int ready = poll(fds.data(), fds.size(), PollMilliseconds(ticking ? std::min(left, kTick) : left));
    if (stop_.stopped()) return WaitStopped{};
    if (ready < 0) continue;

    for (size_t i = 0; i < entries_.size(); ++i) {
      if (fds[1 + 4 * i].revents != 0) WriteSome(entries_[i]);
    }
    bool drained = true;
    for (size_t n = 0; n < entries_.size(); ++n) {
      const size_t i = (turn_ + n) % entries_.size();
      for (const bool is_err : {entries_[i].err_first, !entries_[i].err_first}) {
        if (fds[1 + 4 * i + (is_err ? 2 : 1)].revents == 0) continue;
        drained = false;
        ProcessOutput output;
        if (!ReadSome(entries_[i], is_err, output)) continue;
        turn_ = i + 1;
        return output;
      }
    }
    if (!drained) continue;  // a stream came to its end: look again before an end is reported
    for (size_t i = 0; i < entries_.size(); ++i) {
      Process* const process = entries_[i].process;
      if (const absl::optional<ProcessEnd> end = process->end()) {
        entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(i));
        return ProcessEnded{process, *end};
      }
    }
    if (clock.Monotonic() >= deadline) return WaitExpired{};
  }
}

}  // namespace sshsync
