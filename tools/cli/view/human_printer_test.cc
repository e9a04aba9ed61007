#include "tools/cli/view/human_printer.h"

#include <fcntl.h>
#include <unistd.h>

#include <memory>

#include "absl/types/optional.h"
#include "gtest/gtest.h"
#include "tools/cli/view/fan_out.h"
#include "tools/cli/view/output_stream.h"

namespace sshsync::cli {
namespace {

class HumanPrinterTest : public testing::Test {
 protected:
  HumanPrinterTest() {
    EXPECT_EQ(pipe2(out_pipe_, O_NONBLOCK), 0);
    EXPECT_EQ(pipe2(err_pipe_, O_NONBLOCK), 0);
    out_.emplace(out_pipe_[1]);
    err_.emplace(err_pipe_[1]);
    screen_ = std::make_unique<Screen>(*out_, *err_);
  }
  ~HumanPrinterTest() override {
    for (const int fd : {out_pipe_[0], out_pipe_[1], err_pipe_[0], err_pipe_[1]}) close(fd);
  }

  /// A run of one repository in which one file arrives, one fails, and something odd is seen.
  void Tell(const HumanPrinter::Options& options) {
    HumanPrinter printer(*screen_, options);
    printer.On({.kind = EventKind::kRepositoryStarted, .repository = "p", .parent = "m"});
    printer.On({.kind = EventKind::kFilePublished, .repository = "p", .path = "a", .action = "copy", .bytes = 10});
    printer.On({.kind = EventKind::kMessage, .repository = "p", .level = LogLevel::kWarning, .message = "odd"});
    printer.On({.kind = EventKind::kFileFailed,
                .repository = "p",
                .path = "b",
                .failure = Failure::kPermission,
                .message = "Permission denied"});
  }

  std::string Out() { return Taken(out_pipe_[0]); }
  std::string Err() { return Taken(err_pipe_[0]); }

  static std::string Taken(int fd) {
    char bytes[4096];
    const ssize_t count = read(fd, bytes, sizeof bytes);
    return std::string(bytes, count > 0 ? static_cast<size_t>(count) : 0);
  }

  int out_pipe_[2], err_pipe_[2];
  absl::optional<OutputStream> out_, err_;
  std::unique_ptr<Screen> screen_;
};

constexpr char kBlock[] = "sshsync: p: b: Permission denied\n  hint:     give the account access to it\n";

TEST_F(HumanPrinterTest, OnlyProblemsAreSpokenOfUnlessAsked) {
  Tell({});
  EXPECT_EQ(Out(), "");
  EXPECT_EQ(Err(), std::string("sshsync: warning: p: odd\n") + kBlock);
}

TEST_F(HumanPrinterTest, VerboseTellsTheStory) {
  Tell({.verbose = 1});
  EXPECT_EQ(Out(), "p: started, parent m\np: a published (copy, 10 bytes)\n");
}

TEST_F(HumanPrinterTest, ChangesAreItemized) {
  Tell({.itemize = true});
  EXPECT_EQ(Out(), "p >f+++++++++ a\n");
}

TEST_F(HumanPrinterTest, QuietKeepsTheErrors) {
  Tell({.quiet = true});
  EXPECT_EQ(Out(), "");
  EXPECT_EQ(Err(), kBlock);
}

TEST_F(HumanPrinterTest, WhatTheLogSaysOnStderrIsNotSaidTwice) {
  Tell({.problems = false, .warnings = false});
  EXPECT_EQ(Err(), "");
}

TEST_F(HumanPrinterTest, StdoutIsLeftToAProgram) {
  Tell({.verbose = 1, .itemize = true, .results = false});
  EXPECT_EQ(Out(), "");
}

TEST_F(HumanPrinterTest, AGoodEndIsSilentUnlessSomebodyWatches) {
  Report report;
  report.verb = "sync";
  report.repositories = {{.name = "p", .outcome = Outcome::kEqual, .kept = 1}};
  HumanPrinter(*screen_, {}).Finish(report);
  EXPECT_EQ(Out() + Err(), "");
  HumanPrinter(*screen_, {.summary = true}).Finish(report);
  EXPECT_EQ(Out(), "sshsync: 1 repository equals its parent, 1 already equal\n");
}

TEST_F(HumanPrinterTest, ABadEndIsSummedUpOnStderr) {
  Report report;
  report.verb = "sync";
  report.repositories = {{.name = "p", .outcome = Outcome::kFailed, .failure = Failure::kAuth}};
  HumanPrinter(*screen_, {}).Finish(report);
  EXPECT_EQ(Out(), "");
  EXPECT_EQ(Err(),
            "sshsync: 1 repository failed\nsshsync: `sshsync resume`, or the same command again, goes on from here; "
            "nothing verified is sent twice\n");
}

TEST(FanOut, EverySinkHearsEveryEventInTurn) {
  struct Recorder : EventSink {
    Recorder(std::string& heard, char name) : heard(heard), name(name) {}
    void On(const Event&) override { heard += name; }
    std::string& heard;
    char name;
  };
  std::string heard;
  Recorder a(heard, 'a'), b(heard, 'b');
  FanOut sinks;
  sinks.Add(a);
  sinks.Add(b);
  sinks.On({});
  sinks.On({});
  EXPECT_EQ(heard, "abab");
}

TEST(FanOut, WatchesWhereOneOfItsSinksDoes) {
  struct Deaf : EventSink {
    void On(const Event&) override {}
    bool watches() const override { return false; }
  } deaf;
  struct Watching : EventSink {
    void On(const Event&) override {}
  } watching;
  FanOut sinks;
  sinks.Add(deaf);
  EXPECT_FALSE(sinks.watches());
  sinks.Add(watching);
  EXPECT_TRUE(sinks.watches());
}

}  // namespace
}  // namespace sshsync::cli
