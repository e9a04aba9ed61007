#include "sshsync/ssh/control_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sshsync {
namespace {

constexpr absl::string_view kPrefix = "sshsync-mux-";
constexpr size_t kRandom = 6;  // characters that mkdtemp draws

/// The path of a socket has about a hundred bytes, and ssh adds some of its own.
constexpr size_t kLongestPlace = 60;

/// What lies in an open folder, or nothing where that cannot be told.
std::vector<std::string> NamesIn(int folder) {
  std::vector<std::string> names;
  const int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* const stream = own < 0 ? nullptr : fdopendir(own);
  if (stream == nullptr) {
    if (own >= 0) close(own);
    return names;
  }
  while (const dirent* const entry = readdir(stream)) {
    if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0)
      names.emplace_back(entry->d_name);
  }
  closedir(stream);
  return names;
}

/// Opens and locks a folder that may be removed by us; -1 where it may not, or where it belongs to somebody who lives.
int Claim(int place, const std::string& name) {
  const int folder = openat(place, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (folder < 0) return -1;
  struct stat status;
  if (fstat(folder, &status) == 0 && status.st_uid == geteuid() && (status.st_mode & 07777) == 0700 &&
      flock(folder, LOCK_EX | LOCK_NB) == 0)
    return folder;
  close(folder);
  return -1;
}

void RemoveSockets(int folder) {
  for (const std::string& name : NamesIn(folder)) {
    struct stat status;
    if (fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISSOCK(status.st_mode))
      unlinkat(folder, name.c_str(), 0);
  }
}

void RemoveThoseOfTheDead(const std::string& where) {
  const int place = open(where.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (place < 0) return;
  for (const std::string& name : NamesIn(place)) {
    if (!absl::StartsWith(name, kPrefix) || name.size() != kPrefix.size() + kRandom) continue;
    const int folder = Claim(place, name);
    if (folder < 0) continue;
    RemoveSockets(folder);
    unlinkat(place, name.c_str(), AT_REMOVEDIR);  // refused where anything else lies in it
    close(folder);
  }
  close(place);
}

/// Whether a name still stands for an open folder.
bool IsStill(const std::string& path, int folder) {
  struct stat named, opened;
  return lstat(path.c_str(), &named) == 0 && fstat(folder, &opened) == 0 && named.st_dev == opened.st_dev &&
         named.st_ino == opened.st_ino;
}

}  // namespace

std::string ControlFolder::Place() {
  const char* const own = std::getenv("XDG_RUNTIME_DIR");
  const bool fits =
      own != nullptr && own[0] == '/' && std::strlen(own) <= kLongestPlace && access(own, W_OK | X_OK) == 0;
  return fits ? own : "/tmp";
}

ControlFolder::ControlFolder(const std::string& place) {
  RemoveThoseOfTheDead(place);
  // Between its making and its locking it looks like one of a dead process, and somebody may remove it.
  for (int tries = 0; tries < 10 && path_.empty(); ++tries) {
    std::string path = absl::StrCat(place, "/", kPrefix, std::string(kRandom, 'X'));
    if (mkdtemp(path.data()) == nullptr) return;
    lock_ = Claim(AT_FDCWD, path);
    if (lock_ >= 0 && IsStill(path, lock_)) {
      path_ = path;
      return;
    }
    if (lock_ >= 0) close(lock_);
    lock_ = -1;
    rmdir(path.c_str());
  }
}

ControlFolder::~ControlFolder() {
  if (path_.empty()) return;
  RemoveSockets(lock_);
  rmdir(path_.c_str());
  close(lock_);
}

}  // namespace sshsync
