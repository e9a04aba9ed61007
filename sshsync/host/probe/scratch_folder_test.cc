#include "sshsync/host/probe/scratch_folder.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utime.h>

#include <csignal>
#include <cstdlib>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

class ScratchFolderTest : public ::testing::Test {
 protected:
  bool Exists() const { return access(folder_.c_str(), F_OK) == 0; }
  int Run(const std::string& rest) const { return system(absl::StrCat(MakeScratchFolder(folder_), rest).c_str()); }

  const std::string folder_ = ScratchFolder(absl::StrCat("test", getpid(), "abcdefghijklmnop"));
};

TEST_F(ScratchFolderTest, IsOursAloneAndGoesWithItsScript) {
  EXPECT_EQ(Run(absl::StrCat("[ `ls -ld ", folder_, " | cut -c1-10` = drwx------ ] && : >", folder_, "/x")), 0);
  EXPECT_FALSE(Exists());
}

TEST_F(ScratchFolderTest, GoesWhenTheSessionIsEnded) {
  const int status = Run("kill $$; : never");
  EXPECT_EQ(WEXITSTATUS(status), 143);
  EXPECT_FALSE(Exists());
}

TEST_F(ScratchFolderTest, OneThatIsThereIsNotUsed) {
  ASSERT_EQ(mkdir(folder_.c_str(), 0700), 0);
  EXPECT_EQ(WEXITSTATUS(Run("exit 0")), 3);
}

TEST_F(ScratchFolderTest, WhatAKillLeftBehindIsRemovedADayLater) {
  const std::string old = ScratchFolder(absl::StrCat("old", getpid(), "abcdefghijklmnop"));
  ASSERT_EQ(mkdir(old.c_str(), 0700), 0);
  EXPECT_EQ(Run("exit 0"), 0);
  EXPECT_EQ(access(old.c_str(), F_OK), 0);
  const utimbuf three_days_ago{time(nullptr) - 3 * 86400, time(nullptr) - 3 * 86400};
  ASSERT_EQ(utime(old.c_str(), &three_days_ago), 0);
  EXPECT_EQ(Run("exit 0"), 0);
  EXPECT_NE(access(old.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace sshsync
