#ifndef SSHSYNC_TEXT_FILTER_H_
#define SSHSYNC_TEXT_FILTER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sshsync {

/// Which files a hop is about: lines `+ PATTERN` and `- PATTERN` in order, of which the first that matches decides; a
/// path that none matches is selected. As with rsync, a folder that is left out hides everything in it, whatever later
/// lines say of what is in it: each folder on the way to a file is asked first, from the top. Patterns are those of
/// text/pattern.h.
///
/// All patterns are one RE2::Set, which reads a path once however many they are. A caller that asks about sorted paths
/// hands in a Folders, so that each folder is asked once, too.
///
/// A plain value, whose copies share what is compiled; callable from any thread. Errors: kConfig; the message names the
/// line and the column of its pattern, or that the lines are too many to compile.
///
///     Filter::Parse({"+ */", "+ *.jar", "- *"})->Selects("lib/a.jar");
class Filter {
 public:
  /// What was decided about folders so far, for the next path of the same filter. One thread's.
  struct Folders {
    std::string selected, left_out;  ///< the last of each
  };

  /// Selects everything.
  Filter() = default;

  static absl::StatusOr<Filter> Parse(absl::Span<const std::string> lines);

  /// `path` is the relative, clean path of a file; `folders`: nullptr, or as this filter left it.
  bool Selects(absl::string_view path, Folders* folders = nullptr) const;

  /// Whether it has no lines at all.
  bool empty() const { return rules_ == nullptr; }

 private:
  class Rules;

  std::shared_ptr<Rules> rules_;  // constant after Parse; nullptr: no lines
};

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_FILTER_H_
