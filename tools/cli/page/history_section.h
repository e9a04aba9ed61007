#ifndef SSHSYNC_TOOLS_CLI_PAGE_HISTORY_SECTION_H_
#define SSHSYNC_TOOLS_CLI_PAGE_HISTORY_SECTION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/record/run_record.h"

namespace sshsync::page {

/// The last thirty of `runs` (the newest first): how long each took and how it ended, as columns and as a table. The
/// run `current` is marked. `alive` as in FactsOf.
std::string HistorySection(const std::vector<RunRecord>& runs, absl::string_view current, bool (*alive)(int pid),
                           absl::TimeZone zone);

}  // namespace sshsync::page

#endif  // SSHSYNC_TOOLS_CLI_PAGE_HISTORY_SECTION_H_
