#include "sshsync/route/byte_pump.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <deque>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/process/clock.h"

namespace sshsync {
namespace {

constexpr size_t kBlock = size_t{128} << 10, kPipe = size_t{1} << 20;
constexpr absl::Duration kTick = absl::Milliseconds(100);

// A taker that went away is seen by EPIPE.
class WithoutSignal {
 public:
  WithoutSignal() {
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&set_);
    sigaddset(&set_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~WithoutSignal() {
    const timespec at_once{0, 0};
    while (!was_pending_ && sigtimedwait(&set_, nullptr, &at_once) == SIGPIPE) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t set_, before_;
  bool was_pending_;
};

struct Taker {
  size_t index;
  int fd;
  std::deque<std::shared_ptr<const std::string>> blocks;
  size_t written = 0;  // of the first of them
  size_t queued = 0;
};

class Pumping {
 public:
  Pumping(const BytePump& pump, int from, const std::vector<int>& to, absl::FunctionRef<void(size_t, PumpEnd)> ended)
      : pump_(pump), from_(from), ended_(ended) {
    fcntl(from, F_SETPIPE_SZ, kPipe);
    for (size_t i = 0; i < to.size(); ++i) {
      fcntl(to[i], F_SETPIPE_SZ, kPipe);
      takers_.push_back({.index = i, .fd = to[i], .blocks = {}});
    }
  }

  absl::Status Run(absl::FunctionRef<bool()> moved, const StopToken& stop) {
    const WithoutSignal guard;
    absl::Time deadline = clock_.Monotonic() + pump_.timeout;
    while (!takers_.empty() && error_.ok()) {
      if (stop.stopped()) error_ = stop.status();
      if (!error_.ok()) break;
      if (Step(stop)) {
        deadline = clock_.Monotonic() + pump_.timeout;
      } else if (clock_.Monotonic() >= deadline) {
        if (!moved())
          error_ =
              MakeError(Failure::kTimeout, absl::StrCat("no byte was moved for ", absl::FormatDuration(pump_.timeout)));
        deadline = clock_.Monotonic() + pump_.timeout;
      }
    }
    while (!takers_.empty()) End(takers_.begin(), PumpEnd::kCut);
    return error_;
  }

 private:
  std::vector<Taker>::iterator End(std::vector<Taker>::iterator taker, PumpEnd end) {
    const size_t index = taker->index;
    taker = takers_.erase(taker);
    ended_(index, end);
    return taker;
  }
  bool splices() const { return takers_.size() == 1 && takers_[0].queued == 0 && may_splice_; }
  bool Full(const Taker& taker) const { return taker.queued >= pump_.window; }

  // Waits a moment for what can be done, and does it; whether a byte was moved.
  bool Step(const StopToken& stop) {
    const bool full = std::any_of(takers_.begin(), takers_.end(), [this](const Taker& taker) { return Full(taker); });
    const absl::Time before = clock_.Monotonic();
    std::vector<pollfd> fds{{stop.fd(), POLLIN, 0}, {!over_ && !full && !readable_ ? from_ : -1, POLLIN, 0}};
    // A taker without anything to take is watched for its end all the same; for a splice, once there is something, for
    // its room.
    for (const Taker& taker : takers_)
      fds.push_back({taker.fd, static_cast<short>(taker.queued > 0 || (splices() && readable_) ? POLLOUT : 0), 0});
    poll(fds.data(), fds.size(), static_cast<int>(absl::ToInt64Milliseconds(kTick)));
    if (fds[1].revents != 0) readable_ = true;
    bool moved = false;
    if (splices()) {
      const short events = fds[2].revents;
      if (readable_ && (events & (POLLOUT | POLLERR)) != 0) moved = Splice();
      if (!takers_.empty() && !over_ && (events & POLLERR) != 0) End(takers_.begin(), PumpEnd::kGone);
    } else {
      size_t at = 2;
      for (auto taker = takers_.begin(); taker != takers_.end(); ++at) {
        const bool gone =
            (fds[at].revents & POLLERR) != 0 || ((fds[at].revents & POLLOUT) != 0 && !WriteTo(*taker, &moved));
        taker = gone ? End(taker, PumpEnd::kGone) : taker + 1;
      }
      if (readable_ && !full) moved = Read() || moved;
      const bool starved =
          std::any_of(takers_.begin(), takers_.end(), [](const Taker& taker) { return taker.queued == 0; });
      if (whole_ && moved) held_up_ = absl::ZeroDuration();
      if (!moved && (whole_ || (full && starved))) LeaveBehind(clock_.Monotonic() - before);
    }
    for (auto taker = takers_.begin(); over_ && taker != takers_.end();) {
      whole_ = whole_ || taker->queued == 0;
      taker = taker->queued == 0 ? End(taker, PumpEnd::kWhole) : taker + 1;
    }
    return moved;
  }

  bool Splice() {
    const ssize_t count = splice(from_, nullptr, takers_[0].fd, nullptr, kPipe, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (count > 0) return true;
    readable_ = false;
    if (count == 0) over_ = true;
    if (count < 0 && errno == EPIPE) End(takers_.begin(), PumpEnd::kGone);
    if (count < 0 && errno == EINVAL) may_splice_ = false, readable_ = true;  // no pipe at either end
    if (count < 0 && errno != EPIPE && errno != EINVAL && errno != EAGAIN && errno != EINTR)
      error_ = MakeError(Failure::kUnreachable, absl::StrCat("splice: ", strerror(errno)));
    return false;
  }

  bool Read() {
    auto block = std::make_shared<std::string>(kBlock, '\0');
    const ssize_t count = read(from_, block->data(), block->size());
    readable_ = count > 0;
    if (count == 0) over_ = true;
    if (count < 0 && errno != EAGAIN && errno != EINTR)
      error_ = MakeError(Failure::kUnreachable, absl::StrCat("read: ", strerror(errno)));
    if (count <= 0) return false;
    block->resize(static_cast<size_t>(count));
    for (Taker& taker : takers_) {
      taker.blocks.push_back(block);
      taker.queued += block->size();
    }
    return true;
  }

  // False: it takes no more.
  static bool WriteTo(Taker& taker, bool* moved) {
    while (taker.queued > 0) {
      const std::string& block = *taker.blocks.front();
      const ssize_t count = write(taker.fd, block.data() + taker.written, block.size() - taker.written);
      if (count < 0) return errno == EAGAIN || errno == EINTR;
      *moved = true;
      taker.written += static_cast<size_t>(count);
      taker.queued -= static_cast<size_t>(count);
      if (taker.written < block.size()) continue;
      taker.blocks.pop_front();
      taker.written = 0;
    }
    return true;
  }

  // Others have waited that long for those whose window is full, or that are the last.
  void LeaveBehind(absl::Duration waited) {
    held_up_ += waited;
    if (held_up_ < pump_.patience) return;
    for (auto taker = takers_.begin(); taker != takers_.end();)
      taker = whole_ || Full(*taker) ? End(taker, PumpEnd::kLeftBehind) : taker + 1;
  }

  const BytePump& pump_;
  const int from_;
  const absl::FunctionRef<void(size_t, PumpEnd)> ended_;
  RealClock clock_;
  std::vector<Taker> takers_;
  absl::Status error_;
  absl::Duration held_up_;
  bool readable_ = false, over_ = false, may_splice_ = true;
  bool whole_ = false;  // somebody has had all of it
};

}  // namespace

absl::Status BytePump::Run(int from, const std::vector<int>& to,
                           absl::FunctionRef<void(size_t taker, PumpEnd end)> ended, absl::FunctionRef<bool()> moved,
                           const StopToken& stop) const {
  return Pumping(*this, from, to, ended).Run(moved, stop);
}

}  // namespace sshsync
