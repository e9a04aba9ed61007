#include "sshsync/record/state_paths.h"

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

TEST(Places, OfRootAreTheSystemsOwn) {
  const auto places = DefaultPlaces({.uid = 0, .home = "/root", .state_home = "/elsewhere"});
  EXPECT_EQ(places->pid_file, "/var/run/sshsync.pid");
  EXPECT_EQ(places->state_dir, "/var/lib/sshsync");
}

TEST(Places, OfOthersLieInTheirHome) {
  const auto places = DefaultPlaces({.uid = 1000, .home = "/home/ann"});
  EXPECT_EQ(places->state_dir, "/home/ann/.local/state/sshsync");
  EXPECT_EQ(places->pid_file, "/home/ann/.local/state/sshsync/sshsync.pid");
}

TEST(Places, AnAbsoluteStateHomeGoesFirst) {
  EXPECT_EQ(DefaultPlaces({.uid = 1, .home = "/h", .state_home = "/s"})->state_dir, "/s/sshsync");
  EXPECT_EQ(DefaultPlaces({.uid = 1, .home = "/h", .state_home = "s"})->state_dir, "/h/.local/state/sshsync");
}

TEST(Places, WithoutHomeTheLineInPasswdCounts) {
  EXPECT_EQ(DefaultPlaces({.uid = 1, .passwd_home = "/p"})->state_dir, "/p/.local/state/sshsync");
  EXPECT_EQ(DefaultPlaces({.uid = 1, .home = "relative", .passwd_home = "/p"})->state_dir, "/p/.local/state/sshsync");
}

TEST(Places, AnAccountWithoutAnyHomeMustNameThem) {
  const auto places = DefaultPlaces({.uid = 1});
  EXPECT_EQ(FailureOf(places.status()), Failure::kConfig);
  EXPECT_NE(places.status().message().find("--state-dir"), absl::string_view::npos);
}

TEST(Places, OptionsWinOverSettingsAndTheseOverTheDefault) {
  const Account ann{.uid = 1000, .home = "/home/ann"};
  Settings settings;
  settings.state_dir = "/configured";
  const auto places = PlacesOf(settings, {.pid_file = "/given/pid"}, ann);
  EXPECT_EQ(places->pid_file, "/given/pid");
  EXPECT_EQ(places->state_dir, "/configured");
  EXPECT_EQ(PlacesOf({}, {.state_dir = "/given"}, ann)->pid_file, "/home/ann/.local/state/sshsync/sshsync.pid");
  EXPECT_TRUE(PlacesOf(settings, {.pid_file = "/given/pid"}, {.uid = 1000}).ok())
      << "no home is needed where both are named";
}

}  // namespace
}  // namespace sshsync
