#ifndef SSHSYNC_TEXT_FILTER_H_
#define SSHSYNC_TEXT_FILTER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sshsync {

/// Which files a hop is about: lines `+ PATTERN` and `- PATTERN` in order, of which the first that matches decides; a
/// path that none matches is selected. As with rsync, a folder that is left out hides everything in it, whatever later
/// lines say of what is in it: each folder on the way to a file is asked first, from the top. All lines are one
/// RE2::Set for files and one for folders, so that a path is asked once, however many lines there are. A plain value;
/// callable from any thread. Errors: kConfig; the message names the line, and the place in its pattern.
///
///     Filter::Parse({"+ */", "+ *.jar", "- *"})->Selects("lib/a.jar");
class Filter {
 public:
  /// What was decided about the folder of the last path: paths that come in order share their folders. One thread's.
  struct LastFolder {
    std::string path = "/";  // no folder's
    bool selected = true;
  };

  /// Selects everything.
  Filter() = default;

  static absl::StatusOr<Filter> Parse(absl::Span<const std::string> lines);

  /// `path` is the relative, clean path of a file. `last`: nullptr, or what the same filter was given for the path
  /// before.
  bool Selects(absl::string_view path, LastFolder* last = nullptr) const;

  /// Whether it has no lines at all.
  bool empty() const { return rules_ == nullptr; }

 private:
  struct Rules;

  bool SelectsFolder(absl::string_view path) const;

  std::shared_ptr<const Rules> rules_;  // shared by copies; nullptr: no lines
};

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_FILTER_H_
