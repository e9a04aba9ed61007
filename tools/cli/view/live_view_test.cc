#include "tools/cli/view/live_view.h"

#include <fcntl.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tools/cli/text/display_width.h"
#include "tools/cli/view/output_stream.h"

namespace sshsync::cli {
namespace {

const absl::Time kStart = absl::UnixEpoch();

class LiveViewTest : public testing::Test {
 protected:
  LiveViewTest() : null_(open("/dev/null", O_WRONLY)), out_(null_), screen_(out_, out_) {}
  ~LiveViewTest() override { close(null_); }

  void Started(const std::string& name) {
    view_.On({.kind = EventKind::kRepositoryStarted, .time = kStart, .repository = name});
  }
  void Planned(const std::string& name, int64_t files, int64_t bytes) {
    view_.On({.kind = EventKind::kPlanned, .time = kStart, .repository = name, .files = files, .bytes = bytes});
  }
  void Moved(const std::string& name, int seconds, int64_t bytes) {
    view_.On({.kind = EventKind::kFileProgress,
              .time = kStart + absl::Seconds(seconds),
              .repository = name,
              .path = "f",
              .bytes = bytes});
  }
  void Ended(const std::string& name, const std::string& outcome, Failure failure) {
    view_.On({.kind = EventKind::kRepositoryEnded,
              .time = kStart,
              .repository = name,
              .action = outcome,
              .failure = failure});
  }

  const int null_;
  OutputStream out_;
  Screen screen_;
  LiveView view_{screen_, false};
};

TEST_F(LiveViewTest, EveryHopHasARow) {
  Started("repoproxy");
  Started("appnode1");
  Started("appnode2");
  Planned("repoproxy", 20, 1'200'000'000);
  Moved("repoproxy", 10, 540'000'000);
  Ended("appnode2", "failed", Failure::kAuth);
  EXPECT_EQ(view_.Rows({}, kStart + absl::Seconds(10)),
            (std::vector<std::string>{
                "repoproxy         45%   540.0 MB of 1.2 GB     0/20 files  54.0 MB/s   ETA 0:12",
                "appnode1         comparing",
                "appnode2         failed  0 files, 0 bytes",
                "1 of 3 ended, 1 failed; 540.0 MB of 1.2 GB, 54.0 MB/s, ETA 0:12",
            }));
}

TEST_F(LiveViewTest, TwoHundredHopsFitASmallWindow) {
  for (int i = 0; i < 200; ++i) Started(absl::StrCat("node", i));
  Ended("node0", "changed", Failure::kNone);
  Planned("node199", 1, 1000);
  Ended("node100", "failed", Failure::kTimeout);
  const std::vector<std::string> rows = view_.Rows({.columns = 80, .rows = 10}, kStart);
  ASSERT_EQ(rows.size(), 9U);
  EXPECT_TRUE(absl::StartsWith(rows[0], "node199 ")) << "what moves comes first";
  EXPECT_TRUE(absl::StartsWith(rows[1], "node100 ")) << "then what failed";
  EXPECT_EQ(rows[8], "and 192 more: 2 of 200 ended, 1 failed; 0 bytes of 1.0 kB");
}

TEST_F(LiveViewTest, RowsNeverReachTheLastColumn) {
  Planned("a-very-long-name-of-a-repository-indeed", 1'000'000, int64_t{1} << 60);
  Moved("a-very-long-name-of-a-repository-indeed", 3, int64_t{1} << 59);
  for (const size_t columns : {1U, 20U, 79U, 80U, 200U}) {
    for (const std::string& row : view_.Rows({.columns = columns, .rows = 24}, kStart + absl::Seconds(3)))
      EXPECT_LT(DisplayWidth(row), std::max<size_t>(columns, 2)) << row;
  }
}

TEST_F(LiveViewTest, AWideWindowHasRoomForABar) {
  Planned("p", 20, 1'000'000'000);
  Moved("p", 10, 500'000'000);
  const auto row = [&](size_t columns) {
    return view_.Rows({.columns = columns, .rows = 24}, kStart + absl::Seconds(10))[0];
  };
  EXPECT_FALSE(absl::StrContains(row(80), "["));
  EXPECT_TRUE(absl::StrContains(row(100), " [========>        ]  50% ")) << row(100);
  EXPECT_LE(DisplayWidth(row(300)), 130U) << "a longer one says no more";
}

TEST_F(LiveViewTest, ALongWayToGoKeepsItsColumn) {
  Planned("p", 20, 100'000'000'000);
  Moved("p", 10, 20'000'000);
  const std::string row = view_.Rows({}, kStart + absl::Seconds(10))[0];
  EXPECT_TRUE(absl::EndsWith(row, "   2.0 MB/s ETA 13h53m")) << row;
}

TEST_F(LiveViewTest, AWideNameTakesTheColumnsThatItTakes) {
  Planned("日本語のとても長い名前", 1, 1000);
  Planned("ab", 1, 1000);
  const std::vector<std::string> rows = view_.Rows({}, kStart);
  EXPECT_EQ(rows[0].substr(0, rows[0].find("  0%")), "日本語のとても.. ") << rows[0];
  EXPECT_EQ(DisplayWidth(rows[0].substr(0, rows[0].find('%'))), DisplayWidth(rows[1].substr(0, rows[1].find('%'))));
}

TEST_F(LiveViewTest, ComparingEndedAndFailedDifferInColourAndOneThatMovesIsPlain) {
  LiveView view(screen_, true);
  const auto on = [&](EventKind kind, const std::string& name, Failure failure = Failure::kNone) {
    view.On({.kind = kind, .time = kStart, .repository = name, .failure = failure});
  };
  on(EventKind::kRepositoryStarted, "a");
  on(EventKind::kPlanned, "b");
  on(EventKind::kRepositoryEnded, "c");
  on(EventKind::kRepositoryEnded, "d", Failure::kAuth);
  const std::vector<std::string> rows = view.Rows({}, kStart);
  EXPECT_EQ(rows[0].substr(0, 5), "\x1b[2ma");
  EXPECT_EQ(rows[1].substr(0, 1), "b");
  EXPECT_EQ(rows[2].substr(0, 6), "\x1b[32mc");
  EXPECT_EQ(rows[3].substr(0, 6), "\x1b[31md");
}

TEST_F(LiveViewTest, ANameCannotPaintTheScreen) {
  Started("a\x1b[2J");
  EXPECT_FALSE(absl::StrContains(view_.Rows({}, kStart)[0], "\x1b"));
}

}  // namespace
}  // namespace sshsync::cli
