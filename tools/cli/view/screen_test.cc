#include "tools/cli/view/screen.h"

#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include "absl/types/optional.h"
#include "gtest/gtest.h"

namespace sshsync::cli {
namespace {

/// Both streams into one pipe, as on a terminal.
class ScreenTest : public testing::Test {
 protected:
  ScreenTest() {
    EXPECT_EQ(pipe2(ends_, O_NONBLOCK), 0);
    out_.emplace(ends_[1]);
    err_.emplace(ends_[1]);
  }
  ~ScreenTest() override {
    close(ends_[0]);
    close(ends_[1]);
  }

  /// From now on both streams are a terminal.
  void OnTerminal() {
    close(ends_[0]);
    close(ends_[1]);
    ASSERT_EQ(openpty(&ends_[0], &ends_[1], nullptr, nullptr, nullptr), 0);
    fcntl(ends_[0], F_SETFL, O_NONBLOCK);
    out_.emplace(ends_[1]);
    err_.emplace(ends_[1]);
  }

  std::string Taken() {
    char bytes[4096];
    const ssize_t count = read(ends_[0], bytes, sizeof bytes);
    return std::string(bytes, count > 0 ? static_cast<size_t>(count) : 0);
  }

  int ends_[2];
  absl::optional<OutputStream> out_, err_;
  ScreenSize size_;
};

TEST_F(ScreenTest, WithoutLiveRowsTextIsJustText) {
  Screen screen(*out_, *err_, [&] { return size_; });
  screen.Out("a\n");
  screen.Err("b\n");
  EXPECT_EQ(Taken(), "a\nb\n");
}

TEST_F(ScreenTest, RowsAreDrawnOverTheFormerOnes) {
  Screen screen(*out_, *err_, [&] { return size_; });
  screen.Show({"one", "two"});
  EXPECT_EQ(Taken(), "one\x1b[K\ntwo\x1b[K\n");
  screen.Show({"three", "four"});
  EXPECT_EQ(Taken(), "\x1b[2Fthree\x1b[K\nfour\x1b[K\n");
  screen.Show({"five"});
  EXPECT_EQ(Taken(), "\x1b[2Ffive\x1b[K\n\x1b[J");
}

TEST_F(ScreenTest, WhatStandsThereIsNotDrawnAgain) {
  Screen screen(*out_, *err_, [&] { return size_; });
  screen.Show({"one"});
  Taken();
  screen.Show({"one"});
  EXPECT_EQ(Taken(), "");
  size_.columns = 100;
  screen.Show({"one"});
  EXPECT_EQ(Taken(), "\x1b[1Fone\x1b[K\n\x1b[J") << "the window changed";
}

TEST_F(ScreenTest, TextPushesTheRowsDownInOneWriteWithoutErasingThemFirst) {
  OnTerminal();
  Screen screen(*out_, *err_, [&] { return size_; });
  screen.Show({"live"});
  Taken();
  screen.Out("text\nmore\n");
  EXPECT_EQ(Taken(), "\x1b[1Ftext\x1b[K\r\nmore\x1b[K\r\nlive\x1b[K\r\n\x1b[J");
}

TEST_F(ScreenTest, TextThatGoesElsewhereLeavesTheRowsAlone) {
  Screen screen(*out_, *err_, [&] { return size_; });
  screen.Show({"live"});
  Taken();
  screen.Out("text\n");
  EXPECT_EQ(Taken(), "text\n");
}

TEST_F(ScreenTest, WhoWritesToTheTerminalByItselfFindsNoRowsThere) {
  Screen screen(*out_, *err_, [&] { return size_; });
  screen.Show({"live"});
  Taken();
  screen.Around([&] { err_->Write("log\n"); });
  EXPECT_EQ(Taken(), "\x1b[1F\x1b[Jlog\nlive\x1b[K\n");
}

TEST_F(ScreenTest, AWindowThatBecameNarrowHasBrokenTheRows) {
  Screen screen(*out_, *err_, [&] { return size_; });
  screen.Show({std::string(60, 'x'), "y"});
  Taken();
  size_.columns = 25;
  screen.Show({"z", "y"});
  EXPECT_EQ(Taken().substr(0, 4), "\x1b[4F");
}

TEST_F(ScreenTest, NothingIsLeftOfTheRowsAtTheEnd) {
  {
    Screen screen(*out_, *err_, [&] { return size_; });
    screen.Show({"live"});
    Taken();
  }
  EXPECT_EQ(Taken(), "\x1b[1F\x1b[J");
}

}  // namespace
}  // namespace sshsync::cli
