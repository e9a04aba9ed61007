#include "sshsync/config/logging/logging_handler.h"

#include "absl/strings/match.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

using Kind = LoggingHandler::Kind;

LoggingHandler Read(Kind kind, absl::string_view args, absl::string_view kwargs = "") {
  LoggingHandler handler;
  handler.kind = kind;
  for (const HandlerArgProblem& problem : ReadHandlerArgs(args, kwargs, handler))
    ADD_FAILURE() << args << kwargs << ": " << problem.message;
  return handler;
}

std::string ProblemOf(Kind kind, absl::string_view args, absl::string_view kwargs = "") {
  LoggingHandler handler;
  handler.kind = kind;
  const auto problems = ReadHandlerArgs(args, kwargs, handler);
  return problems.empty() ? "" : problems[0].message;
}

TEST(LoggingHandler, ClassesAreKnownWithAndWithoutTheirModules) {
  EXPECT_EQ(HandlerKindOf("StreamHandler"), Kind::kStream);
  EXPECT_EQ(HandlerKindOf("handlers.SysLogHandler"), Kind::kSysLog);
  EXPECT_EQ(HandlerKindOf("logging.handlers.RotatingFileHandler"), Kind::kRotatingFile);
  EXPECT_EQ(HandlerKindOf("logging.NullHandler"), Kind::kNull);
  EXPECT_EQ(HandlerKindOf("handlers.SMTPHandler"), absl::nullopt);
  EXPECT_EQ(HandlerKindOf("subprocess.Popen"), absl::nullopt);
}

TEST(LoggingHandler, AStreamIsStderrUnlessItIsStdout) {
  EXPECT_FALSE(Read(Kind::kStream, "()").to_stdout);
  EXPECT_FALSE(Read(Kind::kStream, "(sys.stderr,)").to_stdout);
  EXPECT_TRUE(Read(Kind::kStream, "(sys.stdout,)").to_stdout);
  EXPECT_TRUE(Read(Kind::kStream, "", "{'stream': sys.stdout}").to_stdout);
}

TEST(LoggingHandler, FilesTakeTheirArgumentsByPlaceOrByName) {
  const LoggingHandler file =
      Read(Kind::kRotatingFile, "('/var/log/x.log', 'w', 1000)", "{'backupCount': 5, 'delay': True}");
  EXPECT_EQ(file.path, "/var/log/x.log");
  EXPECT_FALSE(file.truncate) << "a rotated file is always appended to";
  EXPECT_EQ(file.max_bytes, 1000);
  EXPECT_EQ(file.backup_count, 5);
  EXPECT_TRUE(file.delay);
  EXPECT_TRUE(Read(Kind::kFile, "('x', 'wt')").truncate);
  EXPECT_FALSE(Read(Kind::kWatchedFile, "('x', 'a', 'utf-8', 0)").truncate);
}

TEST(LoggingHandler, RotationTimesArePythons) {
  const RotationTime weekly = Read(Kind::kTimedRotatingFile, "('x', 'w6', 1, 4, None, False, True)").rotation;
  EXPECT_EQ(weekly.unit, RotationTime::Unit::kWeek);
  EXPECT_EQ(weekly.weekday, 6);
  EXPECT_TRUE(weekly.utc);
  EXPECT_EQ(Read(Kind::kTimedRotatingFile, "('x', 'midnight')").rotation.unit, RotationTime::Unit::kMidnight);
  EXPECT_NE(ProblemOf(Kind::kTimedRotatingFile, "('x', 'W7')"), "");
  EXPECT_NE(ProblemOf(Kind::kTimedRotatingFile, "('x', 'D', 0)"), "");
}

TEST(LoggingHandler, SyslogIsASocketFileOrAHost) {
  const LoggingHandler local = Read(Kind::kSysLog, "('/dev/log', handlers.SysLogHandler.LOG_DAEMON)");
  EXPECT_EQ(local.path, "/dev/log");
  EXPECT_EQ(local.host, "");
  EXPECT_EQ(local.facility, 3);
  const LoggingHandler remote =
      Read(Kind::kSysLog, "(('loghost', handlers.SYSLOG_UDP_PORT), 'local7', socket.SOCK_STREAM)");
  EXPECT_EQ(remote.host, "loghost");
  EXPECT_EQ(remote.port, 514);
  EXPECT_EQ(remote.facility, 23);
  EXPECT_TRUE(remote.tcp);
  EXPECT_EQ(Read(Kind::kSysLog, "()").host, "localhost");
  for (const absl::string_view args :
       {"('',)", "(('h', 0),)", "(('h',),)", "('/dev/log', 'loud')", "('/dev/log', 24)", "('/dev/log', 1.5)"}) {
    EXPECT_NE(ProblemOf(Kind::kSysLog, args), "") << args;
  }
}

TEST(LoggingHandler, CodeIsNeverEvaluated) {
  for (const absl::string_view args : {"(open('pwn', 'w'),)", "(os.environ,)", "(sys.stdin,)", "(sys.stdout.buffer,)",
                                       "('a' + 'b',)", "(__name__,)"}) {
    EXPECT_TRUE(absl::StrContains(ProblemOf(Kind::kFile, args), "only literals"))
        << args << ": " << ProblemOf(Kind::kFile, args);
    EXPECT_TRUE(absl::StrContains(
        ProblemOf(Kind::kFile, "", std::string("{'filename': ") + std::string(args.substr(1, args.size() - 3)) + "}"),
        "only literals"));
  }
}

TEST(LoggingHandler, ArgsThatAreNoTupleAreTakenWithAWarning) {
  LoggingHandler handler;
  handler.kind = Kind::kFile;
  const auto problems = ReadHandlerArgs("('x.log')", "", handler);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_TRUE(problems[0].warning);
  EXPECT_EQ(handler.path, "x.log");
}

TEST(LoggingHandler, WhatAConstructorWouldRefuseIsRefused) {
  for (const auto& [args, kwargs] : std::vector<std::pair<absl::string_view, absl::string_view>>{
           {"()", ""},
           {"(1,)", ""},
           {"('',)", ""},
           {R"(('a\0b',))", ""},
           {"('x', 'r')", ""},
           {"('x', 'a', None, False, None, 6)", ""},
           {"('x',)", "{'filename': 'y'}"},
           {"('x',)", "{'mod': 'a'}"},
           {"('x',)", "{1: 'a'}"},
           {"('x',)", "['a']"},
           {"(sys.stdout,)", ""},
       }) {
    EXPECT_NE(ProblemOf(Kind::kFile, args, kwargs), "") << args << kwargs;
  }
  EXPECT_NE(ProblemOf(Kind::kNull, "(1,)"), "");
  EXPECT_NE(ProblemOf(Kind::kStream, "('x',)"), "");
}

}  // namespace
}  // namespace sshsync
