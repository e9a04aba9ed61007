#ifndef SSHSYNC_TOOLS_CLI_PAGE_CASCADE_SECTION_H_
#define SSHSYNC_TOOLS_CLI_PAGE_CASCADE_SECTION_H_

#include <string>

#include "tools/cli/page/run_facts.h"

namespace sshsync::page {

/// The cascade as a tree, in SVG: each hop with its state, duration, bytes and rate; parents that the run did not write
/// stand without. Drawn twice, from left to right and for narrow screens from top to bottom; the style sheet shows one.
/// Of eight and more childless siblings in the same state one card stands for all: two hundred cards say less than "198
/// nodes equal, 2 failed", and every hop has a row in the table of hops. Parents that are missing or in a circle, which
/// a record may hold, are drawn as roots.
std::string CascadeFigure(const RunFacts& facts);

}  // namespace sshsync::page

#endif  // SSHSYNC_TOOLS_CLI_PAGE_CASCADE_SECTION_H_
