#ifndef SSHSYNC_TOOLS_CLI_PAGE_MARKUP_H_
#define SSHSYNC_TOOLS_CLI_PAGE_MARKUP_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace sshsync::page {

// How bytes, numbers and times become markup. Whatever comes from a host or a configuration goes through one of the
// first three: what they return holds no `<`, `>`, `&` or quote that came from outside, no control character, and no
// mark that reorders text, so that it may stand between tags and in quoted attributes alike.

/// A name: one line, reversible (text/escape.h).
std::string Name(absl::string_view bytes);

/// A name of at most `columns` characters, its middle left out where it is longer: the ends of paths tell them apart.
std::string ShortName(absl::string_view bytes, size_t columns);

/// A message or a command: one line, backslashes as they are.
std::string Text(absl::string_view bytes);

/// What a command printed: its lines stay lines; of much, beginning and end.
std::string Lines(absl::string_view bytes);

/// Markup of our own for a mark that goes with a word: a tick, a cross, two bars, a ring. `kind` as in RunFacts.
std::string Mark(absl::string_view kind);

/// `340 ms`, `1.2 s`, `12 s`, `3 min 05 s`, `2 h 05 min`, `3 d 4 h`; a dash for what has no end.
std::string Duration(absl::Duration duration);

/// `12.3 MB/s`; a dash where nothing was moved or no time passed.
std::string Rate(int64_t bytes, absl::Duration duration);

/// A number with its thousands apart by thin spaces.
std::string Count(int64_t count);

/// `1 file`, `12 files`.
std::string Files(int64_t count);

/// A coordinate: two digits behind the point, none that say nothing.
std::string Coordinate(double value);

}  // namespace sshsync::page

#endif  // SSHSYNC_TOOLS_CLI_PAGE_MARKUP_H_
