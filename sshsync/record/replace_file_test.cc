#include "sshsync/record/replace_file.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

size_t Entries(const TempDir& dir) {
  return static_cast<size_t>(
      std::distance(std::filesystem::directory_iterator(dir.path()), std::filesystem::directory_iterator()));
}

TEST(ReplaceFile, ReplacesTheWholeFileWithTheModeGiven) {
  TempDir dir;
  dir.Write("f", "a long old text");
  const mode_t mask = umask(077);
  ASSERT_TRUE(ReplaceFile(dir.Path("f"), "new", 0644).ok());
  umask(mask);
  EXPECT_EQ(dir.Read("f"), "new");
  struct stat stat = {};
  ASSERT_EQ(::stat(dir.Path("f").c_str(), &stat), 0);
  EXPECT_EQ(stat.st_mode & 07777, 0644U);
  EXPECT_EQ(Entries(dir), 1U) << "no temporary file is left";
}

TEST(ReplaceFile, RefusesToReplaceALinkOrAFolder) {
  TempDir dir;
  dir.Write("victim", "mine");
  ASSERT_EQ(symlink("victim", dir.Path("link").c_str()), 0);
  EXPECT_EQ(FailureOf(ReplaceFile(dir.Path("link"), "x", 0644)), Failure::kObstructed);
  EXPECT_EQ(FailureOf(ReplaceFile(dir.path(), "x", 0644)), Failure::kObstructed);
  EXPECT_EQ(dir.Read("victim"), "mine");
}

TEST(ReplaceFile, KeepsTheOldOneWhereTheDiskIsFull) {
  TempDir dir;
  dir.Write("f", "old");
  signal(SIGXFSZ, SIG_IGN);
  rlimit before = {}, small = {};
  getrlimit(RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = 4096;
  setrlimit(RLIMIT_FSIZE, &small);
  const absl::Status status = ReplaceFile(dir.Path("f"), std::string(10'000, 'x'), 0644);
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_EQ(FailureOf(status), Failure::kNoSpace);
  EXPECT_EQ(dir.Read("f"), "old");
  EXPECT_EQ(Entries(dir), 1U);
  EXPECT_EQ(FailureOf(ReplaceFile(dir.Path("no/folder"), "x", 0644)), Failure::kPermission);
}

}  // namespace
}  // namespace sshsync
