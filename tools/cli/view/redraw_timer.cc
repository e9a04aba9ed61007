#include "tools/cli/view/redraw_timer.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

#include "absl/time/clock.h"

namespace sshsync::cli {
namespace {

constexpr uint64_t kEnd = uint64_t{1} << 32;

std::atomic<int> the_wake = -1;

void Write(int fd, uint64_t value) {
  // Only a full counter could refuse it, and then the other side is awake anyhow.
  while (write(fd, &value, sizeof value) < 0 && errno == EINTR) {
  }
}

void OnWindowChange(int) {
  const int saved = errno;
  if (const int fd = the_wake.load(); fd >= 0) Write(fd, 1);
  errno = saved;
}

void Install(void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGWINCH, &action, nullptr);
}

}  // namespace

RedrawTimer::RedrawTimer(EventSink& next, std::function<void(absl::Duration)> redraw, absl::Duration pause)
    : next_(next), redraw_(std::move(redraw)), pause_(pause), wake_(eventfd(0, EFD_CLOEXEC)), last_(absl::Now()) {
  if (wake_ < 0) return;  // out of descriptors: the view is drawn with the events only
  try {
    thread_ = std::thread([this] { Loop(); });
  } catch (const std::system_error&) {  // out of threads: the same
    close(std::exchange(wake_, -1));
    return;
  }
  the_wake = wake_;
  Install(OnWindowChange);
}

RedrawTimer::~RedrawTimer() {
  if (wake_ < 0) return;
  Install(SIG_DFL);
  the_wake = -1;
  Write(wake_, kEnd);
  thread_.join();
  close(wake_);
}

void RedrawTimer::On(const Event& event) {
  const std::lock_guard lock(mu_);
  last_ = absl::Now();
  next_.On(event);
}

void RedrawTimer::Loop() {
  const int milliseconds =
      pause_ == absl::InfiniteDuration() ? -1 : static_cast<int>(absl::ToInt64Milliseconds(pause_));
  while (true) {
    pollfd poll_fd = {.fd = wake_, .events = POLLIN, .revents = 0};
    if (poll(&poll_fd, 1, milliseconds) > 0) {
      uint64_t value = 0;
      if (read(wake_, &value, sizeof value) == sizeof value && value >= kEnd) return;
    }
    const std::lock_guard lock(mu_);
    redraw_(absl::Now() - last_);
  }
}

}  // namespace sshsync::cli
