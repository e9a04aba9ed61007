#ifndef SSHSYNC_TOOLS_CLI_PAGE_RUN_FACTS_H_
#define SSHSYNC_TOOLS_CLI_PAGE_RUN_FACTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/record/run_record.h"

namespace sshsync::page {

/// One hop of a run, with what has to be computed about it.
struct HopFacts {
  const RepositoryReport* report = nullptr;
  std::string state = {};  ///< a word: an outcome, `running`, `did not end`
  absl::string_view kind =
      {};  ///< how it is to be taken, and shown: `well`, `bad`, `held` (waiting, stopped), `open` (goes on)
  std::vector<const MovedBlock*> blocks = {};  ///< by time
  int streams = 0;                             ///< that carried something
  int64_t moved = 0;      ///< bytes of its blocks; of its published content where no blocks are recorded
  absl::Duration took;    ///< from its begin to its end; infinite where it has none
  absl::Duration moving;  ///< in which at least one stream carried something
};

/// A run as the parts of a page need it. Refers to the record, which must outlive it.
struct RunFacts {
  const RunRecord* record = nullptr;
  std::string state = {};                        ///< `done`, `failed`, `stopped`, `killed`, `running`
  absl::string_view kind = {};                   ///< as of a hop
  absl::Time started, ended;                     ///< ended: of a run without an end, the last thing that is known of it
  std::vector<HopFacts> hops = {};               ///< in the order of the queue
  int64_t well = 0;                              ///< hops that equal their parents
  int64_t changed = 0, deleted = 0, failed = 0;  ///< files
  int64_t published = 0, moved = 0;              ///< bytes

  absl::Duration took() const { return ended - started; }
};

/// `now`: the end of a run that goes on; `alive`: that it does. Pure.
RunFacts FactsOf(const RunRecord& record, bool alive, absl::Time now);

/// How a run is to be taken: a word and a kind, as in RunFacts.
struct RunState {
  std::string word;
  absl::string_view kind;
};
RunState StateOf(const RunRecord& record, bool alive);

}  // namespace sshsync::page

#endif  // SSHSYNC_TOOLS_CLI_PAGE_RUN_FACTS_H_
