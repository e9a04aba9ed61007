#include "sshsync/config/bandwidth_check.h"

#include <unordered_set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/config/ini/diagnostic.h"

namespace sshsync {

bool KeepsBandwidthLimit(const Repository& repository) {
  if (repository.bwlimit.empty() || repository.is_root() || repository.transfer == Transfer::kStream) return true;
  const auto synccmd = repository.templates.find("synccmd");
  return synccmd == repository.templates.end() || absl::StrContains(synccmd->second, "BWLIMIT");
}

absl::Status CheckBandwidthLimits(const Configuration& configuration, const std::vector<std::string>& names) {
  const std::unordered_set<std::string> asked(names.begin(), names.end());
  for (const Repository& repository : configuration.repositories) {
    if (KeepsBandwidthLimit(repository) || asked.count(repository.name) == 0) continue;
    const std::string place = repository.file.empty() ? "" : absl::StrCat(repository.file, ":", repository.line, ": ");
    return MakeError(Failure::kConfig,
                     absl::StrCat(place, "[", Shown(repository.name),
                                  "] asks for `bwlimit`, which its synccmd does not take: give it ${BWLIMIT}, "
                                  "as in `scp -l ${BWLIMIT}`, or take the key out"));
  }
  return absl::OkStatus();
}

}  // namespace sshsync
