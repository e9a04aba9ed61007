#include "sshsync/process/thread.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

// Stands for std::jthread on a machine that is full: it runs its work only when it has been refused `refusals` times.
struct ScarceThread {
  static inline int refusals = 0;
  static inline std::errc why = std::errc::resource_unavailable_try_again;
  template <class Work>
  explicit ScarceThread(Work work) {
    if (refusals-- > 0) throw std::system_error(std::make_error_code(why), "no thread");
    work();
  }
};

TEST(StartThreadTest, StartsAThread) {
  int ran = 0;
  StartThread([&ran] { ++ran; }).join();
  EXPECT_EQ(ran, 1);
}

TEST(StartThreadTest, TriesAgainWhileThereIsNone) {
  int ran = 0;
  ScarceThread::refusals = 2;
  const auto work = [&ran] { ++ran; };
  StartThread<decltype(work), ScarceThread>(work);
  EXPECT_EQ(ran, 1);
}

TEST(StartThreadTest, SaysSoAndEndsTheProgramWhereNoneCanEverBeHad) {
  const auto work = [] {};
  const auto start = [&work] {
    ScarceThread::refusals = 1;
    ScarceThread::why = std::errc::operation_not_permitted;
    StartThread<decltype(work), ScarceThread>(work);
  };
  EXPECT_EXIT(start(), ::testing::ExitedWithCode(5), "cannot start a thread: no thread");
}

}  // namespace
}  // namespace sshsync
