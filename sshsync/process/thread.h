#ifndef SSHSYNC_PROCESS_THREAD_H_
#define SSHSYNC_PROCESS_THREAD_H_

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <thread>
#include <utility>

namespace sshsync {

/// Starts a thread where the system may have none to give for a moment. std::jthread's constructor throws then, and an
/// exception in one hop's thread ends the whole program, in the middle of everybody's publishing; the limit of an
/// account's processes is often reached for seconds only. So this tries again for half a minute. If there is still
/// none, the program says so and ends at once, with status 5 and without destructors, which could wait for threads that
/// will never be: as after a kill, the next run goes on from there.
///
/// `work` is called once. Threads: any.
///
///     std::jthread publisher = StartThread([&] { Publish(); });
template <class Work, class Thread = std::jthread>
Thread StartThread(Work work) {
  constexpr std::chrono::milliseconds kPause(50);
  for (int tries = 0;; ++tries) {
    try {
      return Thread(work);
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::resource_unavailable_try_again || tries == 600) {
        fprintf(stderr, "sshsync: cannot start a thread: %s\n", error.what());
        std::_Exit(5);
      }
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_THREAD_H_
