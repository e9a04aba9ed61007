#ifndef SSHSYNC_RECORD_REPORT_REPOSITORY_STATUS_H_
#define SSHSYNC_RECORD_REPORT_REPOSITORY_STATUS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/model/repository.h"
#include "sshsync/record/run_record.h"

namespace sshsync {

/// How a repository stands, as the runs left it.
struct RepositoryStatus {
  std::string repository = {};
  std::string parent = {};
  /// `equal`, `failed`, `waiting`, `refused`, `locked`, `stopped`; `running` while a run is at it, `interrupted` where
  /// that run was killed, `never` where there was none.
  std::string state = {};
  absl::Time last_equal = absl::InfinitePast();  ///< when it last equalled its parent; infinite past: never
  bool overdue = false;                          ///< longer ago than asked for
  std::string run = {};                          ///< that left it so; empty where that is forgotten
  Failure failure = Failure::kNone;
  std::string why = {};  ///< the message of what failed, raw bytes; empty where it equals its parent
  std::string behind =
      {};  ///< the nearest repository above it that is not well, for which it waits in the end; empty for none
  int64_t failed = 0;  ///< files
};

/// The standings of `repositories`, in their order; roots have none. What was recorded under another parent counts as
/// never. `alive` tells whether a process is. Pure but for that.
std::vector<RepositoryStatus> RepositoryStatusesOf(const Configuration& configuration,
                                                   const std::vector<const Repository*>& repositories,
                                                   const std::map<std::string, RepositoryRecord>& records,
                                                   absl::Time now, absl::optional<absl::Duration> max_age,
                                                   absl::FunctionRef<bool(int pid)> alive);

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_REPORT_REPOSITORY_STATUS_H_
