#ifndef SSHSYNC_TOOLS_CLI_PAGE_TIMELINE_H_
#define SSHSYNC_TOOLS_CLI_PAGE_TIMELINE_H_

#include <string>

#include "tools/cli/page/run_facts.h"

namespace sshsync::page {

/// Where the time of a run went: a lane for each hop, from its begin to its end, and in it what its streams carried
/// when. The time before its first block, in which it is listed, compared and planned, is shaded otherwise. Beyond
/// forty hops those that failed and those that ended last have lanes, and the rest is counted.
std::string TimelineFigure(const RunFacts& facts);

/// Bytes per second of all hops together, over the time of the run: the blocks' bytes, each spread evenly over its
/// duration. Empty where nothing was moved.
std::string ThroughputFigure(const RunFacts& facts);

}  // namespace sshsync::page

#endif  // SSHSYNC_TOOLS_CLI_PAGE_TIMELINE_H_
