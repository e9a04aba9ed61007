#include "tools/screen.h"

#include <fcntl.h>
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

TEST_F(ScreenTest, TextPushesTheRowsDown) {
  Screen screen(*out_, *err_, [&] { return size_; });
  screen.Show({"live"});
  Taken();
  screen.Out("text\n");
  EXPECT_EQ(Taken(), "\x1b[1F\x1b[Jtext\nlive\x1b[K\n");
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

TEST(DisplayWidth, CountsCharactersAndNoColours) {
  EXPECT_EQ(DisplayWidth("abc"), 3U);
  EXPECT_EQ(DisplayWidth("\xc3\xa4"), 1U);
  EXPECT_EQ(DisplayWidth("\x1b[31mab\x1b[0m"), 2U);
}

}  // namespace
}  // namespace sshsync::cli
