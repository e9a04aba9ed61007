#ifndef SSHSYNC_TOOLS_CLI_PAGE_TABLES_H_
#define SSHSYNC_TOOLS_CLI_PAGE_TABLES_H_

#include <string>

#include "tools/cli/page/run_facts.h"

namespace sshsync::page {

// The parts of the page that are read, not looked at. Each is a section, or empty where it has nothing to say.

/// What went wrong: each repository that failed as a whole, and each file, with the message, what to do, the remote
/// command and what it printed. Files that failed alike are told of once, with their names.
std::string FailuresSection(const RunFacts& facts);

/// What took longest to move: single files (their ranges together) and batches.
std::string SlowestSection(const RunFacts& facts);

/// A row for each hop.
std::string HopsSection(const RunFacts& facts);

}  // namespace sshsync::page

#endif  // SSHSYNC_TOOLS_CLI_PAGE_TABLES_H_
