#include "sshsync/ssh/control_folder.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

void MakeSocket(const std::string& path) {
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0) << path;
  close(fd);
}

/// The folder that a process makes in `place`, which is killed then.
std::string OfADeadProcess(const std::string& place, bool with_socket = false) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const ControlFolder folder(place);
    if (with_socket) MakeSocket(folder.path() + "/1");
    [[maybe_unused]] const ssize_t written = write(ends[1], folder.path().data(), folder.path().size());
    kill(getpid(), SIGKILL);
  }
  close(ends[1]);
  char path[200];
  const ssize_t got = read(ends[0], path, sizeof path);
  close(ends[0]);
  EXPECT_EQ(waitpid(child, nullptr, 0), child);
  return {path, static_cast<size_t>(std::max<ssize_t>(got, 0))};
}

bool Exists(const std::string& path) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0;
}

TEST(ControlFolder, IsOursAloneAndGoesWithItsSockets) {
  TempDir dir;
  std::string path;
  {
    const ControlFolder folder(dir.path());
    path = folder.path();
    struct stat status;
    ASSERT_EQ(lstat(path.c_str(), &status), 0) << path;
    EXPECT_EQ(status.st_mode & 07777, 0700u);
    MakeSocket(path + "/1");
  }
  EXPECT_FALSE(Exists(path));
}

TEST(ControlFolder, OfAProcessThatWasKilledGoesWithTheNextOne) {
  TempDir dir;
  for (const bool with_socket : {false, true}) {
    const std::string left = OfADeadProcess(dir.path(), with_socket);
    ASSERT_TRUE(Exists(left)) << left;
    const ControlFolder next(dir.path());
    EXPECT_FALSE(Exists(left)) << "with a socket: " << with_socket;
  }
}

TEST(ControlFolder, OfALivingProcessStays) {
  TempDir dir;
  const ControlFolder first(dir.path());
  const ControlFolder second(dir.path());
  EXPECT_TRUE(Exists(first.path()));
  EXPECT_NE(first.path(), second.path());
}

TEST(ControlFolder, WhatIsNotOursBeyondDoubtStays) {
  TempDir dir;
  dir.Write("victim/sshsync-mux-inside/file", "x");
  dir.Write("sshsync-mux-filled/file", "somebody's");
  ASSERT_EQ(chmod((dir.path() + "/sshsync-mux-filled").c_str(), 0700), 0);
  ASSERT_EQ(mkdir((dir.path() + "/sshsync-mux-shared").c_str(), 0755), 0);
  ASSERT_EQ(chmod((dir.path() + "/sshsync-mux-shared").c_str(), 0755), 0);
  ASSERT_EQ(mkdir((dir.path() + "/sshsync-mux-other-name").c_str(), 0700), 0);
  ASSERT_EQ(mkdir((dir.path() + "/sshsync-backup").c_str(), 0700), 0);
  ASSERT_EQ(mkdir((dir.path() + "/target").c_str(), 0700), 0);
  ASSERT_EQ(symlink((dir.path() + "/target").c_str(), (dir.path() + "/sshsync-mux-linked").c_str()), 0);
  { const ControlFolder folder(dir.path()); }
  for (const char* stays : {"victim/sshsync-mux-inside/file", "sshsync-mux-filled/file", "sshsync-mux-shared",
                            "sshsync-mux-other-name", "sshsync-backup", "target", "sshsync-mux-linked"}) {
    EXPECT_TRUE(Exists(absl::StrCat(dir.path(), "/", stays))) << stays;
  }
  // The harmless twin.
  ASSERT_EQ(mkdir((dir.path() + "/sshsync-mux-abcdef").c_str(), 0700), 0);
  { const ControlFolder folder(dir.path()); }
  EXPECT_FALSE(Exists(dir.path() + "/sshsync-mux-abcdef"));
}

TEST(ControlFolder, OfManyWhoMakeOneAtATimeEachHasItsOwn) {
  TempDir dir;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::unique_ptr<ControlFolder>> folders(8);
    {
      std::vector<std::jthread> threads;
      for (auto& folder : folders) threads.emplace_back([&] { folder = std::make_unique<ControlFolder>(dir.path()); });
    }
    std::set<std::string> paths;
    for (const auto& folder : folders) {
      EXPECT_TRUE(Exists(folder->path())) << folder->path();
      paths.insert(folder->path());
    }
    EXPECT_EQ(paths.size(), folders.size());
  }
}

TEST(ControlFolder, HasNoPathWhereNoneCanBeMade) { EXPECT_EQ(ControlFolder("/nowhere/at/all").path(), ""); }

TEST(ControlFolder, LiesInTheUsersOwnPlaceWhereThatIsShortAndWritable) {
  TempDir dir;
  ASSERT_EQ(setenv("XDG_RUNTIME_DIR", dir.path().c_str(), 1), 0);
  EXPECT_EQ(ControlFolder::Place(), dir.path());
  for (const std::string& unfit :
       {std::string("relative"), dir.path() + "/missing", dir.path() + "/" + std::string(60, 'x'), std::string()}) {
    ASSERT_EQ(setenv("XDG_RUNTIME_DIR", unfit.c_str(), 1), 0);
    EXPECT_EQ(ControlFolder::Place(), "/tmp") << unfit;
  }
  ASSERT_EQ(unsetenv("XDG_RUNTIME_DIR"), 0);
  EXPECT_EQ(ControlFolder::Place(), "/tmp");
}

}  // namespace
}  // namespace sshsync
