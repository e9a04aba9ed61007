#ifndef SSHSYNC_TOOLS_CLI_PAGE_PAGE_H_
#define SSHSYNC_TOOLS_CLI_PAGE_PAGE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "sshsync/record/run_record.h"

namespace sshsync::page {

/// What a page is made of besides its run.
struct PageInput {
  static constexpr int kHistory = 30;   ///< as many runs are shown
  std::vector<RunRecord> history = {};  ///< the newest first; files and blocks are not looked at
  absl::Time now;
  absl::TimeZone zone;
  bool (*alive)(int pid) = nullptr;  ///< tells whether a process is; of runs that have no end
  absl::string_view version = {};    ///< of the program
};

/// One run as one HTML document: what moved, how long it took, what failed and why, and how that compares with the runs
/// before. It is whole in itself: no script, no image, no font, no address of anything outside, and a policy in its
/// head that forbids them, so that it may be mailed, kept and printed. Everything that came from hosts, files and
/// configurations is escaped (markup.h). A pure function. (A template engine, and a script that draws from JSON, were
/// rejected: the page is to be read by anything, also in ten years.)
///
///     RunPage(record, {.history = runs, .now = now, .zone = absl::LocalTimeZone(), .alive = IsAlive, .version =
///     "1.0.0"})
std::string RunPage(const RunRecord& record, const PageInput& input);

}  // namespace sshsync::page

#endif  // SSHSYNC_TOOLS_CLI_PAGE_PAGE_H_
