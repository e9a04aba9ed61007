#include "sshsync/testing/process_group.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sshsync {

namespace {

struct Seen {
  pid_t pid = 0, parent = 0, group = 0;
  bool is_python = false;
};

/// Every process that is no zombie.
std::vector<Seen> Processes() {
  std::vector<Seen> found;
  DIR* const folder = opendir("/proc");
  if (folder == nullptr) return found;
  while (const dirent* entry = readdir(folder)) {
    Seen seen;
    if (!absl::SimpleAtoi(entry->d_name, &seen.pid)) continue;
    std::ifstream file(absl::StrCat("/proc/", seen.pid, "/stat"));
    std::string line;
    std::getline(file, line);
    const size_t name_end = line.rfind(") ");
    char state = 0;
    if (name_end == std::string::npos ||
        sscanf(line.c_str() + name_end + 2, "%c %d %d", &state, &seen.parent, &seen.group) != 3)
      continue;
    seen.is_python = line.find("(python") != std::string::npos;
    if (state != 'Z' && state != 'X') found.push_back(seen);
  }
  closedir(folder);
  return found;
}

}  // namespace

std::vector<pid_t> ProcessesOfGroup(pid_t group) {
  std::vector<pid_t> found;
  for (const Seen& seen : Processes()) {
    if (seen.group == group) found.push_back(seen.pid);
  }
  return found;
}

void KillChildrenOfThisProcess() {
  for (const Seen& seen : Processes()) {
    if (seen.parent == getpid() && !seen.is_python) kill(seen.pid, SIGKILL);
  }
}

bool GroupEnds(pid_t group) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!ProcessesOfGroup(group).empty()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    poll(nullptr, 0, 10);
  }
  return true;
}

}  // namespace sshsync
