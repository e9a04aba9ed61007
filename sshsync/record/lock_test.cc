#include "sshsync/record/lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

bool Wait(absl::Duration duration) {
  poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(duration)));
  return false;
}

bool DoNotWait(absl::Duration) { return false; }

void Put(const std::string& path, const std::string& content) { std::ofstream(path, std::ios::binary) << content; }

std::string Get(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t ModeOf(const std::string& path) {
  struct stat found;
  return stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

class RunLockTest : public testing::Test {
 protected:
  RunLockTest() {
    std::string pattern = testing::TempDir() + "/lockXXXXXX";
    folder_ = mkdtemp(pattern.data());
    options_ = {.pid_file = folder_ + "/pid",
                .state_dir = folder_ + "/var/state",
                .started = absl::FromUnixSeconds(1767225600)};
  }

  absl::StatusOr<RunLock> Acquire() { return RunLock::Acquire(options_, DoNotWait); }

  /// Runs `work` in another process and gives its exit status.
  int InAnotherProcess(const std::function<int()>& work) {
    const pid_t child = fork();
    if (child == 0) _exit(work());
    int status = -1;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  std::string folder_;
  RunLockOptions options_;
};

TEST_F(RunLockTest, KeepsASecondRunOutAndNamesTheFirst) {
  const auto first = Acquire();
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = Acquire();
  EXPECT_EQ(FailureOf(second.status()), Failure::kLocked);
  EXPECT_TRUE(absl::StartsWith(second.status().message(), absl::StrCat("already running (pid ", getpid(), ", since ")));
  EXPECT_TRUE(absl::EndsWith(second.status().message(), "+00:00)")) << second.status();
}

TEST_F(RunLockTest, IsFreeAfterTheEndAndTheFilesStay) {
  ASSERT_TRUE(Acquire().ok());
  EXPECT_EQ(ModeOf(folder_ + "/pid") & 07133, 0u);
  EXPECT_EQ(Get(folder_ + "/pid"), "");
  EXPECT_EQ(access((options_.state_dir + "/lock").c_str(), F_OK), 0);
  EXPECT_TRUE(Acquire().ok());
}

TEST_F(RunLockTest, MakesTheStateDirectoryForItsOwnerOnly) {
  const mode_t before = umask(0);
  EXPECT_TRUE(Acquire().ok());
  umask(before);
  EXPECT_EQ(ModeOf(options_.state_dir), 0700u);
  EXPECT_EQ(ModeOf(options_.pid_file), 0644u);
}

TEST_F(RunLockTest, TakesAwayWhatAWideUmaskLeftOnAnOldFile) {
  Put(options_.pid_file, "1\n");
  chmod(options_.pid_file.c_str(), 0666);
  EXPECT_TRUE(Acquire().ok());
  EXPECT_EQ(ModeOf(options_.pid_file), 0644u);
}

TEST_F(RunLockTest, TextLeftByADeadProcessIsNoObstacle) {
  for (const std::string& text :
       {std::string("999999 2020-01-01T00:00:00+00:00\n"), std::string("4711"), std::string(), std::string(64, '\0')}) {
    Put(options_.pid_file, text);
    const auto lock = Acquire();
    EXPECT_TRUE(lock.ok()) << lock.status();
    EXPECT_TRUE(absl::StartsWith(Get(options_.pid_file), absl::StrCat(getpid(), " 20")));
  }
}

TEST_F(RunLockTest, LeavesAFileWithOtherContentAsItIs) {
  for (const std::string& content :
       {std::string("\x7f"
                    "ELF\x02\x01",
                    6),
        std::string("[DEFAULT]\n"), std::string("12\x01\xff"), "1" + std::string(5000, ' ')}) {
    Put(options_.pid_file, content);
    const auto lock = Acquire();
    EXPECT_EQ(FailureOf(lock.status()), Failure::kObstructed);
    EXPECT_TRUE(absl::StrContains(lock.status().message(), options_.pid_file));
    EXPECT_EQ(Get(options_.pid_file), content);
  }
}

TEST_F(RunLockTest, FollowsNoLink) {
  Put(folder_ + "/victim", "1\n");
  ASSERT_EQ(symlink((folder_ + "/victim").c_str(), options_.pid_file.c_str()), 0);
  EXPECT_EQ(FailureOf(Acquire().status()), Failure::kObstructed);
  unlink(options_.pid_file.c_str());
  ASSERT_EQ(link((folder_ + "/victim").c_str(), options_.pid_file.c_str()), 0);
  EXPECT_EQ(FailureOf(Acquire().status()), Failure::kObstructed);
  EXPECT_EQ(Get(folder_ + "/victim"), "1\n");
}

TEST_F(RunLockTest, RefusesFoldersAndPipesAtOnce) {
  ASSERT_EQ(mkdir(options_.pid_file.c_str(), 0700), 0);
  EXPECT_EQ(FailureOf(Acquire().status()), Failure::kObstructed);
  rmdir(options_.pid_file.c_str());
  ASSERT_EQ(mkfifo(options_.pid_file.c_str(), 0600), 0);
  EXPECT_EQ(FailureOf(Acquire().status()), Failure::kObstructed);
}

TEST_F(RunLockTest, AMissingFolderOfThePidFileIsAnErrorThatNamesIt) {
  options_.pid_file = folder_ + "/nowhere/pid";
  const auto lock = Acquire();
  EXPECT_EQ(InfoOf(FailureOf(lock.status())).exit_code, 6);
  EXPECT_TRUE(absl::StrContains(lock.status().message(), options_.pid_file)) << lock.status();
}

TEST_F(RunLockTest, AStateDirectoryThatCannotBeCostsOnlyTheSecondLock) {
  Put(folder_ + "/var", "a file");
  const auto lock = Acquire();
  ASSERT_TRUE(lock.ok()) << lock.status();
  EXPECT_TRUE(absl::StrContains(lock->warning(), "PID file alone")) << lock->warning();
  EXPECT_EQ(FailureOf(Acquire().status()), Failure::kLocked);
}

TEST_F(RunLockTest, AnUnlinkedFileDoesNotLetASecondRunIn) {
  const auto first = Acquire();
  ASSERT_TRUE(first.ok());
  unlink(options_.pid_file.c_str());
  EXPECT_TRUE(absl::StrContains(Acquire().status().message(), absl::StrCat("pid ", getpid())));
}

TEST_F(RunLockTest, AnUnlinkedStateLockDoesNotLetASecondRunInEither) {
  const auto first = Acquire();
  ASSERT_TRUE(first.ok());
  unlink((options_.state_dir + "/lock").c_str());
  EXPECT_EQ(FailureOf(Acquire().status()), Failure::kLocked);
}

TEST_F(RunLockTest, WaitsAsLongAsAskedForAndTakesOver) {
  std::optional<RunLock> first = *Acquire();
  options_.lock_wait = absl::Seconds(1);
  absl::Duration waited = absl::ZeroDuration();
  const auto given_up = RunLock::Acquire(options_, [&](absl::Duration step) { return waited += step, false; });
  EXPECT_EQ(FailureOf(given_up.status()), Failure::kLocked);
  EXPECT_EQ(waited, absl::Seconds(1));
  const auto taken_over = RunLock::Acquire(options_, [&](absl::Duration) { return first.reset(), false; });
  EXPECT_TRUE(taken_over.ok()) << taken_over.status();
}

TEST_F(RunLockTest, AStopWhileWaitingEndsTheWait) {
  const auto first = Acquire();
  options_.lock_wait = absl::InfiniteDuration();
  const auto second = RunLock::Acquire(options_, [](absl::Duration) { return true; });
  EXPECT_EQ(FailureOf(second.status()), Failure::kStopped);
}

TEST_F(RunLockTest, AForkedCopyDoesNotReleaseIt) {
  auto first = Acquire();
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(InAnotherProcess([&] {
              const RunLock copy = *std::move(first);
              return 0;
            }),
            0);
  EXPECT_TRUE(absl::StrContains(Acquire().status().message(), absl::StrCat("pid ", getpid())));
}

TEST_F(RunLockTest, HasTheSameIdentityWheneverItIsHeldAndAnotherOneElsewhere) {
  const std::string first = Acquire()->identity();
  EXPECT_FALSE(first.empty());
  EXPECT_EQ(first.find_first_of(" \n"), std::string::npos) << first;
  EXPECT_EQ(Acquire()->identity(), first);
  options_.pid_file = folder_ + "/other";
  EXPECT_NE(Acquire()->identity(), first);
}

TEST_F(RunLockTest, TakesNoStandardDescriptor) {
  EXPECT_EQ(InAnotherProcess([&] {
              for (const int fd : {0, 1, 2}) close(fd);
              const auto lock = Acquire();
              const bool free = fcntl(0, F_GETFD) < 0 && fcntl(1, F_GETFD) < 0 && fcntl(2, F_GETFD) < 0;
              return lock.ok() && free ? 0 : 1;
            }),
            0);
}

/// One round: `starters` processes try at the same moment; each reports H (holds) or L (is told the holder's PID), and
/// the holder stays until all have reported.
std::string Round(const RunLockOptions& options, int starters) {
  int start[2], reports[2], finish[2];
  EXPECT_EQ(pipe(start) + pipe(reports) + pipe(finish), 0);
  const auto until_closed = [](int* ends) {
    char byte;
    close(ends[1]);
    (void)!read(ends[0], &byte, 1);
  };
  std::vector<pid_t> children;
  for (int i = 0; i < starters; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      close(finish[1]);
      until_closed(start);
      const auto lock = RunLock::Acquire(options, Wait);
      const absl::string_view message = lock.status().message();
      const bool told = absl::StartsWith(message, "already running (pid ") && !absl::StrContains(message, "unknown");
      (void)!write(reports[1], lock.ok() ? "H" : told ? "L" : "?", 1);
      until_closed(finish);
      _exit(0);
    }
    children.push_back(child);
  }
  close(start[0]);
  close(start[1]);
  std::string seen(starters, ' ');
  for (char& report : seen) EXPECT_EQ(read(reports[0], &report, 1), 1);
  for (const int fd : {finish[0], finish[1], reports[0], reports[1]}) close(fd);
  for (const pid_t child : children) waitpid(child, nullptr, 0);
  std::sort(seen.begin(), seen.end());
  return seen;
}

TEST_F(RunLockTest, OfTwoStartersExactlyOneRunsFiftyTimes) {
  for (int round = 0; round < 50; ++round) ASSERT_EQ(Round(options_, 2), "HL") << round;
}

TEST_F(RunLockTest, OfEightStartersExactlyOneRunsTwentyTimes) {
  for (int round = 0; round < 20; ++round) ASSERT_EQ(Round(options_, 8), "HLLLLLLL") << round;
}

}  // namespace
}  // namespace sshsync
