#include "tools/cli/log/log_sinks.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

using Kind = LoggingHandler::Kind;

constexpr int64_t kNewYear = 1767225600;

std::string Get(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

LogRecord Record(const std::string& message, LogLevel level = LogLevel::kInfo, int64_t seconds = kNewYear) {
  return {.time = absl::FromUnixSeconds(seconds), .level = level, .message = message};
}

class LogSinksTest : public testing::Test {
 protected:
  LogSinksTest() {
    std::string pattern = testing::TempDir() + "/logXXXXXX";
    folder_ = mkdtemp(pattern.data());
    path_ = folder_ + "/x.log";
  }

  /// A configuration of one handler that shows messages only.
  LoggingConf Conf(Kind kind) {
    LoggingConf conf;
    conf.level = 10;
    LoggingHandler& handler = conf.handlers.emplace_back();
    handler.kind = kind;
    handler.path = path_;
    handler.line = 7;
    handler.rotation.utc = true;
    return conf;
  }

  std::unique_ptr<LogSink> Open(const LoggingConf& conf) {
    auto sink = OpenLogSink(conf, "logging.conf");
    EXPECT_TRUE(sink.ok()) << sink.status();
    return *std::move(sink);
  }

  std::string folder_;
  std::string path_;
};

TEST_F(LogSinksTest, AFileGetsOneLineForEachRecord) {
  const auto sink = *OpenLogFile(path_, LogLevel::kInfo);
  sink->Write(Record("one"));
  sink->Write(Record("hidden", LogLevel::kDebug));
  sink->Write(Record("forged\n2026-01-01 00:00:00 ERROR x\x1b[0m\ttab", LogLevel::kError));
  const std::vector<std::string> lines = absl::StrSplit(Get(path_), '\n');
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_TRUE(absl::EndsWith(lines[0], absl::StrCat(",000 ", getpid(), " INFO one")));
  EXPECT_TRUE(absl::EndsWith(lines[1], "forged\\n2026-01-01 00:00:00 ERROR x\\x1b[0m\ttab"));
  EXPECT_FALSE(sink->Enabled(LogLevel::kDebug));
}

TEST_F(LogSinksTest, AFileIsNeverOpenToTheWorld) {
  const mode_t before = umask(0);
  EXPECT_TRUE(OpenLogFile(path_, LogLevel::kInfo).ok());
  umask(before);
  struct stat found;
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0640u);
}

TEST_F(LogSinksTest, EveryKindOfFileIsReopenedWhenItWasMovedAway) {
  for (const Kind kind : {Kind::kFile, Kind::kWatchedFile, Kind::kRotatingFile, Kind::kTimedRotatingFile}) {
    const auto sink = Open(Conf(kind));
    sink->Write(Record("before"));
    rename(path_.c_str(), (path_ + ".moved").c_str());
    sink->Write(Record("after"));
    EXPECT_EQ(Get(path_ + ".moved"), "before\n");
    EXPECT_EQ(Get(path_), "after\n");
    unlink(path_.c_str());
  }
}

TEST_F(LogSinksTest, ModeWEmptiesTheFileOnceAndNotWhenItIsReopened) {
  std::ofstream(path_) << "old\n";
  LoggingConf conf = Conf(Kind::kFile);
  conf.handlers[0].truncate = true;
  const auto sink = Open(conf);
  sink->Write(Record("new"));
  EXPECT_EQ(Get(path_), "new\n");
  rename(path_.c_str(), (path_ + ".moved").c_str());
  std::ofstream(path_) << "other\n";
  sink->Write(Record("newer"));
  EXPECT_EQ(Get(path_), "other\nnewer\n");
}

TEST_F(LogSinksTest, ADelayedFileIsOpenedByItsFirstRecord) {
  LoggingConf conf = Conf(Kind::kFile);
  conf.handlers[0].delay = true;
  const auto sink = Open(conf);
  EXPECT_NE(access(path_.c_str(), F_OK), 0);
  sink->Write(Record("one"));
  EXPECT_EQ(Get(path_), "one\n");
}

TEST_F(LogSinksTest, WhatIsNoPlaceForALogIsRefusedAtOnceWithItsLine) {
  ASSERT_EQ(mkfifo((folder_ + "/pipe").c_str(), 0600), 0);
  ASSERT_EQ(symlink("loop", (folder_ + "/loop").c_str()), 0);
  for (const std::string& path : {folder_ + "/pipe", folder_ + "/nowhere/x.log", folder_, folder_ + "/loop"}) {
    LoggingConf conf = Conf(Kind::kFile);
    conf.handlers[0].path = path;
    const auto sink = OpenLogSink(conf, "logging.conf");
    EXPECT_EQ(FailureOf(sink.status()), Failure::kConfig) << path;
    EXPECT_TRUE(absl::StartsWith(sink.status().message(), absl::StrCat("logging.conf:7: cannot log to ", path)))
        << sink.status();
  }
}

TEST_F(LogSinksTest, APipeThatIsReadIsRefusedToo) {
  const std::string pipe = folder_ + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  EXPECT_EQ(FailureOf(OpenLogFile(pipe, LogLevel::kInfo).status()), Failure::kConfig);
  close(reader);
}

TEST_F(LogSinksTest, ALinkOfOnesOwnIsFollowedAndAnothersIsNot) {
  const std::string link = folder_ + "/link";
  ASSERT_EQ(symlink("x.log", link.c_str()), 0);
  auto sink = OpenLogFile(link, LogLevel::kInfo);
  ASSERT_TRUE(sink.ok()) << sink.status();
  (*sink)->Write(Record("one"));
  EXPECT_TRUE(absl::EndsWith(Get(path_), "one\n"));
  // Only root can make a link that belongs to another.
  if (lchown(link.c_str(), 54321, 54321) != 0) return;
  sink = OpenLogFile(link, LogLevel::kInfo);
  EXPECT_TRUE(absl::StrContains(sink.status().message(), "owned by another user")) << sink.status();
}

TEST_F(LogSinksTest, ASinkThatFailsSaysSoOnceAndTheOthersGoOn) {
  LoggingConf conf = Conf(Kind::kFile);
  conf.handlers.push_back(conf.handlers[0]);
  conf.handlers[0].path = "/dev/full";
  const auto sink = Open(conf);
  testing::internal::CaptureStderr();
  sink->Write(Record("one"));
  sink->Write(Record("two"));
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "sshsync: the log /dev/full is not written: No space left on device; the run goes on\n");
  EXPECT_EQ(Get(path_), "one\ntwo\n");
}

TEST_F(LogSinksTest, AFileThatGrowsTooLargeMovesOn) {
  LoggingConf conf = Conf(Kind::kRotatingFile);
  conf.handlers[0].max_bytes = 10;
  conf.handlers[0].backup_count = 2;
  const auto sink = Open(conf);
  for (const char* message : {"aaaa", "bbbb", "cccc", "dddd", "a line longer than the file may be"})
    sink->Write(Record(message));
  EXPECT_EQ(Get(path_), "a line longer than the file may be\n");
  EXPECT_EQ(Get(path_ + ".1"), "dddd\n");
  EXPECT_EQ(Get(path_ + ".2"), "cccc\n");
  EXPECT_NE(access((path_ + ".3").c_str(), F_OK), 0);
}

TEST_F(LogSinksTest, MidnightBeginsANewFileAndTheOldestGoes) {
  LoggingConf conf = Conf(Kind::kTimedRotatingFile);
  conf.handlers[0].rotation.unit = RotationTime::Unit::kMidnight;
  conf.handlers[0].backup_count = 2;
  conf.handlers[0].delay = true;
  const auto sink = Open(conf);
  std::ofstream(path_ + ".keep") << "not a log of ours";
  for (const int day : {0, 0, 1, 2, 5})
    sink->Write(Record(absl::StrCat("day ", day), LogLevel::kInfo, kNewYear + day * 86400 + 3600));
  EXPECT_EQ(Get(path_), "day 5\n");
  EXPECT_EQ(Get(path_ + ".2026-01-03"), "day 2\n");
  EXPECT_EQ(Get(path_ + ".2026-01-02"), "day 1\n");
  EXPECT_NE(access((path_ + ".2026-01-01").c_str(), F_OK), 0);
  EXPECT_EQ(access((path_ + ".keep").c_str(), F_OK), 0);
}

TEST_F(LogSinksTest, AWeekEndsWithItsNamedDayAndAnHourWhenItIsOver) {
  LoggingConf conf = Conf(Kind::kTimedRotatingFile);
  conf.handlers[0].delay = true;
  conf.handlers[0].rotation.unit = RotationTime::Unit::kWeek;
  conf.handlers[0].rotation.weekday = 3;  // 2026-01-01 is a Thursday
  auto sink = Open(conf);
  sink->Write(Record("thursday", LogLevel::kInfo, kNewYear));
  sink->Write(Record("friday", LogLevel::kInfo, kNewYear + 86400));
  EXPECT_EQ(Get(path_ + ".2025-12-26"), "thursday\n");
  unlink(path_.c_str());
  conf.handlers[0].rotation.unit = RotationTime::Unit::kHour;
  sink = Open(conf);
  sink->Write(Record("first", LogLevel::kInfo, kNewYear + 60));
  sink->Write(Record("second", LogLevel::kInfo, kNewYear + 3600 + 59));
  sink->Write(Record("third", LogLevel::kInfo, kNewYear + 3600 + 60));
  EXPECT_EQ(Get(path_ + ".2026-01-01_00"), "first\nsecond\n");
  EXPECT_EQ(Get(path_), "third\n");
}

TEST_F(LogSinksTest, SyslogGetsPriorityAndLine) {
  // The path of a socket must be short.
  std::string place = "/tmp/sshsync_logXXXXXX";
  ASSERT_NE(mkdtemp(place.data()), nullptr);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  place += "/log";
  place.copy(address.sun_path, sizeof(address.sun_path) - 1);
  LoggingConf conf = Conf(Kind::kSysLog);
  conf.handlers[0].path = place;
  conf.handlers[0].facility = 3;
  const auto sink = Open(conf);
  testing::internal::CaptureStderr();
  sink->Write(Record("nobody is there"));
  EXPECT_TRUE(absl::StrContains(testing::internal::GetCapturedStderr(), place));
  const int daemon = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(bind(daemon, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  sink->Write(Record("too early to ask again"));
  sink->Write(Record("done", LogLevel::kError, kNewYear + 10));
  char buffer[100];
  const ssize_t count = recv(daemon, buffer, sizeof(buffer), MSG_DONTWAIT);
  EXPECT_EQ(std::string(buffer, count > 0 ? count : 0), std::string("<27>done\0", 9));
  close(daemon);
  unlink(place.c_str());
  rmdir(place.substr(0, place.rfind('/')).c_str());
}

TEST_F(LogSinksTest, LinesOfManyThreadsNeverMix) {
  LoggingConf conf = Conf(Kind::kRotatingFile);
  conf.handlers[0].max_bytes = 20'000;
  conf.handlers[0].backup_count = 100;
  const auto sink = Open(conf);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&sink, thread] {
      for (int i = 0; i < 200; ++i) sink->Write(Record(absl::StrCat(thread, " ", i, " ", std::string(50, 'x'))));
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::string all = Get(path_);
  for (int number = 1; access(absl::StrCat(path_, ".", number).c_str(), F_OK) == 0; ++number)
    all += Get(absl::StrCat(path_, ".", number));
  std::set<std::string> seen;
  for (const absl::string_view line : absl::StrSplit(all, '\n', absl::SkipEmpty())) {
    EXPECT_TRUE(absl::EndsWith(line, " " + std::string(50, 'x'))) << line;
    seen.insert(std::string(line));
  }
  EXPECT_EQ(seen.size(), 1600u);
}

TEST_F(LogSinksTest, StderrHasItsOwnShortForm) {
  testing::internal::CaptureStderr();
  const auto sink = StderrLogSink(LogLevel::kWarning);
  sink->Write(Record("hidden"));
  sink->Write(Record("host is down", LogLevel::kError));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "sshsync: ERROR: host is down\n");
}

}  // namespace
}  // namespace sshsync
