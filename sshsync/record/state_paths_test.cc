#include "sshsync/record/state_paths.h"

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

TEST(StatePaths, OfRootAreTheSystemsOwn) {
  const auto paths = DefaultPlaces({.uid = 0, .home = "/root", .state_home = "/elsewhere"});
  EXPECT_EQ(paths->pid_file, "/var/run/sshsync.pid");
  EXPECT_EQ(paths->state_dir, "/var/lib/sshsync");
}

TEST(StatePaths, OfOthersLieInTheirHome) {
  const auto paths = DefaultPlaces({.uid = 1000, .home = "/home/ann"});
  EXPECT_EQ(paths->state_dir, "/home/ann/.local/state/sshsync");
  EXPECT_EQ(paths->pid_file, "/home/ann/.local/state/sshsync/sshsync.pid");
}

TEST(StatePaths, AnAbsoluteStateHomeGoesFirst) {
  EXPECT_EQ(DefaultPlaces({.uid = 1, .home = "/h", .state_home = "/s"})->state_dir, "/s/sshsync");
  EXPECT_EQ(DefaultPlaces({.uid = 1, .home = "/h", .state_home = "s"})->state_dir, "/h/.local/state/sshsync");
}

TEST(StatePaths, WithoutHomeTheLineInPasswdCounts) {
  EXPECT_EQ(DefaultPlaces({.uid = 1, .passwd_home = "/p"})->state_dir, "/p/.local/state/sshsync");
  EXPECT_EQ(DefaultPlaces({.uid = 1, .home = "relative", .passwd_home = "/p"})->state_dir, "/p/.local/state/sshsync");
}

TEST(StatePaths, AnAccountWithoutAnyHomeMustNameThem) {
  const auto paths = DefaultPlaces({.uid = 1});
  EXPECT_EQ(FailureOf(paths.status()), Failure::kConfig);
  EXPECT_NE(paths.status().message().find("--state-dir"), absl::string_view::npos);
}

TEST(StatePaths, OptionsWinOverSettingsAndTheseOverTheDefault) {
  const Account ann{.uid = 1000, .home = "/home/ann"};
  Settings settings;
  settings.state_dir = "/configured";
  const auto paths = StatePathsOf(settings, {.pid_file = "/given/pid"}, ann);
  EXPECT_EQ(paths->pid_file, "/given/pid");
  EXPECT_EQ(paths->state_dir, "/configured");
  EXPECT_EQ(StatePathsOf({}, {.state_dir = "/given"}, ann)->pid_file, "/home/ann/.local/state/sshsync/sshsync.pid");
  EXPECT_TRUE(StatePathsOf(settings, {.pid_file = "/given/pid"}, {.uid = 1000}).ok())
      << "no home is needed where both are named";
}

}  // namespace
}  // namespace sshsync
