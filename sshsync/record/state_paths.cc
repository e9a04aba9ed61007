#include "sshsync/record/state_paths.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

std::string Variable(const char* name) {
  const char* value = getenv(name);
  return value == nullptr ? "" : value;
}

std::string PasswdHome(uid_t uid) {
  std::vector<char> buffer(1 << 16);
  passwd entry;
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr ||
      found->pw_dir == nullptr)
    return "";
  return found->pw_dir;
}

bool IsAbsolute(const std::string& path) { return !path.empty() && path.front() == '/'; }

}  // namespace

Account Account::Current() {
  const uid_t uid = geteuid();
  return {
      .uid = uid, .home = Variable("HOME"), .state_home = Variable("XDG_STATE_HOME"), .passwd_home = PasswdHome(uid)};
}

absl::StatusOr<StatePaths> DefaultPlaces(const Account& account) {
  if (account.uid == 0) return StatePaths{.pid_file = "/var/run/sshsync.pid", .state_dir = "/var/lib/sshsync"};
  std::string state_home = account.state_home;
  if (!IsAbsolute(state_home)) {
    const std::string& home = IsAbsolute(account.home) ? account.home : account.passwd_home;
    if (!IsAbsolute(home))
      return MakeError(Failure::kConfig, "this account has no home folder: give --state-dir and --pid-file");
    state_home = absl::StrCat(home, "/.local/state");
  }
  const std::string state_dir = absl::StrCat(state_home, "/sshsync");
  return StatePaths{.pid_file = absl::StrCat(state_dir, "/sshsync.pid"), .state_dir = state_dir};
}

absl::StatusOr<StatePaths> StatePathsOf(const Settings& settings, const StatePaths& options, const Account& account) {
  StatePaths paths{.pid_file = options.pid_file.empty() ? settings.pid_file : options.pid_file,
                   .state_dir = options.state_dir.empty() ? settings.state_dir : options.state_dir};
  if (!paths.pid_file.empty() && !paths.state_dir.empty()) return paths;
  SSHSYNC_ASSIGN_OR_RETURN(const StatePaths defaults, DefaultPlaces(account));
  if (paths.pid_file.empty()) paths.pid_file = defaults.pid_file;
  if (paths.state_dir.empty()) paths.state_dir = defaults.state_dir;
  return paths;
}

}  // namespace sshsync
