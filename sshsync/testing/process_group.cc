#include "sshsync/testing/process_group.h"

#include <dirent.h>
#include <sched.h>

#include <chrono>
#include <fstream>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sshsync {

std::vector<pid_t> ProcessesOfGroup(pid_t group) {
  std::vector<pid_t> found;
  DIR* const folder = opendir("/proc");
  if (folder == nullptr) return found;
  while (const dirent* entry = readdir(folder)) {
    pid_t pid = 0;
    if (!absl::SimpleAtoi(entry->d_name, &pid)) continue;
    std::ifstream file(absl::StrCat("/proc/", pid, "/stat"));
    std::string line;
    std::getline(file, line);
    const size_t name_end = line.rfind(") ");
    if (name_end == std::string::npos) continue;
    char state = 0;
    pid_t parent = 0, its_group = 0;
    if (sscanf(line.c_str() + name_end + 2, "%c %d %d", &state, &parent, &its_group) != 3) continue;
    if (its_group == group && state != 'Z' && state != 'X') found.push_back(pid);
  }
  closedir(folder);
  return found;
}

bool GroupEnds(pid_t group) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!ProcessesOfGroup(group).empty()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    sched_yield();
  }
  return true;
}

}  // namespace sshsync
