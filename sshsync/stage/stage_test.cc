#include "sshsync/stage/stage.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(Stage, LiesBelowTheRepositoryOrInAFolderNamedAfterItWhereItWasSentTo) {
  EXPECT_EQ(StageFolder("yes", "/srv/app"), "/srv/app/.sshsync/in");
  EXPECT_EQ(StageFolder("/srv/stage", "/srv/app"), "/srv/stage/sshsync-in-srv-app");
}

TEST(Stage, NoTwoAttemptsShareAFolder) {
  const auto digest = Digest::FromHex("da39a3ee5e6b4b0d3255bfef95601890afd80709");
  ASSERT_TRUE(digest.has_value());
  const Attempt first = NewAttempt("/srv/app/.sshsync/in", 3, "sub/file", *digest),
                second = NewAttempt("/srv/app/.sshsync/in", 3, "sub/file", *digest);
  EXPECT_EQ(first.folder.find("/srv/app/.sshsync/in/da39a3ee5e6b4b0d3255bfef95601890afd80709-"), 0u);
  EXPECT_EQ(first.staged(), first.folder + "/sub/file");
  EXPECT_NE(first.folder, second.folder);
}

}  // namespace
}  // namespace sshsync
