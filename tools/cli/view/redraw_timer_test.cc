#include "tools/cli/view/redraw_timer.h"

#include <signal.h>

#include <condition_variable>

#include "gtest/gtest.h"

namespace sshsync::cli {
namespace {

struct Counting : EventSink {
  void On(const Event&) override { ++events; }
  int events = 0;
};

/// Counts redrawings, and waits for them.
class Drawn {
 public:
  void Redraw() {
    const std::lock_guard lock(mu_);
    ++count_;
    changed_.notify_all();
  }
  void WaitFor(int count) {
    std::unique_lock lock(mu_);
    changed_.wait(lock, [&] { return count_ >= count; });
  }
  int count() {
    const std::lock_guard lock(mu_);
    return count_;
  }

 private:
  std::mutex mu_;
  std::condition_variable changed_;
  int count_ = 0;
};

TEST(RedrawTimer, EventsAreHandedOnAndDrawNothingByThemselves) {
  Counting next;
  Drawn drawn;
  {
    RedrawTimer redraw_timer(
        next, [&](absl::Duration) { drawn.Redraw(); }, absl::InfiniteDuration());
    for (int i = 0; i < 3; ++i) redraw_timer.On({});
  }
  EXPECT_EQ(next.events, 3);
  EXPECT_EQ(drawn.count(), 0);
}

TEST(RedrawTimer, AWindowThatChangesItsSizeIsDrawnAgain) {
  Counting next;
  Drawn drawn;
  RedrawTimer redraw_timer(
      next, [&](absl::Duration) { drawn.Redraw(); }, absl::InfiniteDuration());
  for (int i = 1; i <= 3; ++i) {
    raise(SIGWINCH);
    drawn.WaitFor(i);
  }
}

TEST(RedrawTimer, WhileNothingHappensItIsDrawnNowAndThen) {
  Counting next;
  Drawn drawn;
  const auto redraw = [&](absl::Duration silent) {
    EXPECT_GE(silent, absl::ZeroDuration());
    drawn.Redraw();
  };
  RedrawTimer redraw_timer(next, redraw, absl::Milliseconds(1));
  drawn.WaitFor(3);
}

TEST(RedrawTimer, AfterItsEndTheSignalDoesNothing) {
  Counting next;
  {
    RedrawTimer redraw_timer(
        next, [](absl::Duration) {}, absl::InfiniteDuration());
  }
  raise(SIGWINCH);
}

}  // namespace
}  // namespace sshsync::cli
