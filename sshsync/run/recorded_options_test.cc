#include "sshsync/run/recorded_options.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(RecordedOptions, ComeBackAsTheyWereGiven) {
  const SyncOptions given{.jobs = 3,
                          .timeout = absl::Seconds(90),
                          .wait = absl::ZeroDuration(),
                          .retries = 0,
                          .bwlimit = "08:00,512k 19:00,off",
                          .del = true,
                          .max_delete = DeleteLimit{5, true},
                          .filter = {"- *.tmp", "+ a\nb"},
                          .fail_fast = true,
                          .stop_at = "06:30"};
  SyncOptions again;
  RepeatOptions(OptionsText(given), again);
  EXPECT_EQ(again.jobs, 3);
  EXPECT_EQ(again.timeout, absl::Seconds(90));
  EXPECT_EQ(again.wait, absl::ZeroDuration()) << "zero was given";
  EXPECT_EQ(again.retries, 0);
  EXPECT_EQ(again.bwlimit, given.bwlimit);
  EXPECT_TRUE(again.del);
  EXPECT_EQ(again.max_delete->value, 5);
  EXPECT_TRUE(again.max_delete->percent);
  EXPECT_EQ(again.filter, given.filter);
  EXPECT_TRUE(again.fail_fast);
  EXPECT_EQ(again.stop_at, "06:30");
}

TEST(RecordedOptions, WhatWasNotGivenIsNotRecorded) {
  EXPECT_EQ(OptionsText({}), "");
  SyncOptions options;
  RepeatOptions("", options);
  EXPECT_EQ(OptionsText(options), "");
}

TEST(RecordedOptions, OptionsGivenNowWin) {
  SyncOptions options{.jobs = 2, .retries = 1};
  RepeatOptions("jobs 4\nretries 9\nwait 5s\nof a later version 7", options);
  EXPECT_EQ(options.jobs, 2);
  EXPECT_EQ(options.retries, 1);
  EXPECT_EQ(options.wait, absl::Seconds(5));
  options.filter = {"- a"};
  RepeatOptions("filter - b", options);
  EXPECT_EQ(options.filter, std::vector<std::string>{"- a"});
}

}  // namespace
}  // namespace sshsync
