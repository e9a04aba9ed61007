#include "sshsync/process/descriptor_limit.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>

namespace sshsync {
namespace {

// The soft limit that the process began with; 0: it is still that.
std::atomic<rlim_t> began_with{0};

}  // namespace

void RaiseDescriptorLimit() {
  constexpr rlim_t kEnough = 65'536;
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= std::min(limit.rlim_max, kEnough)) return;
  const rlim_t before = limit.rlim_cur;
  limit.rlim_cur = std::min(limit.rlim_max, kEnough);
  if (setrlimit(RLIMIT_NOFILE, &limit) == 0) began_with = before;
}

void RestoreDescriptorLimit(pid_t child) {
  const rlim_t before = began_with;
  rlimit limit = {};
  if (before == 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = before;
  (void)prlimit(child, RLIMIT_NOFILE, &limit, nullptr);
}

}  // namespace sshsync
