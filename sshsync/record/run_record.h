#ifndef SSHSYNC_RECORD_RUN_RECORD_H_
#define SSHSYNC_RECORD_RUN_RECORD_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/model/moved_block.h"
#include "sshsync/model/report.h"

namespace sshsync {

/// What the state database holds of one run.
struct RunRecord {
  /// A repository that did not end (the run goes on, or was killed) has outcome kStopped and ends in the infinite
  /// future. Only `State::Find` fills in the files, and the blocks.
  Report report;
  absl::optional<int> exit_code = {};   ///< absent: the run did not end, or is under way
  std::string options = {};             ///< given on the command line, as `OptionsText` has them
  std::string config = {};              ///< the configuration's file, an absolute path
  std::string resumes = {};             ///< id of the run that this one continues; empty
  int pid = 0;                          ///< of the controller
  std::vector<MovedBlock> blocks = {};  ///< by repository, then by time
};

/// What the state database holds of one repository.
struct RepositoryRecord {
  std::string parent = {};                       ///< at that time
  absl::Time last_equal = absl::InfinitePast();  ///< when it last equalled that parent; infinite past: never
  std::string run = {};        ///< id of the last run that had it in its queue; empty where that was forgotten
  int pid = 0;                 ///< of that run's controller
  RepositoryReport last = {};  ///< what became of it there, without files
  absl::optional<FileOutcome> failed_file = {};  ///< a file that failed there
};

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_RUN_RECORD_H_
