#ifndef SSHSYNC_TEXT_FILTER_H_
#define SSHSYNC_TEXT_FILTER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/text/pattern.h"

namespace sshsync {

/// Which files a hop is about: lines `+ PATTERN` and `- PATTERN` in order, of which the first that matches decides; a
/// path that none matches is selected. As with rsync, a folder that is left out hides everything in it, whatever later
/// lines say of what is in it: each folder on the way to a file is asked first, from the top. A plain value; callable
/// from any thread. Errors: kConfig; the message names the line.
///
///     Filter::Parse({"+ */", "+ *.jar", "- *"})->Selects("lib/a.jar");
class Filter {
 public:
  /// Selects everything.
  Filter() = default;

  static absl::StatusOr<Filter> Parse(absl::Span<const std::string> lines);

  /// `path` is the relative, clean path of a file.
  bool Selects(absl::string_view path) const;

  /// Whether it has no lines at all.
  bool empty() const { return rules_.empty(); }

 private:
  struct Rule {
    bool include = true;
    Pattern pattern;
  };

  bool Decide(absl::string_view path, bool is_folder) const;

  std::vector<Rule> rules_;
};

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_FILTER_H_
