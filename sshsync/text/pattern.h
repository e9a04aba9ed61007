#ifndef SSHSYNC_TEXT_PATTERN_H_
#define SSHSYNC_TEXT_PATTERN_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sshsync {

/// A pattern for paths, by rsync's rules, on raw bytes, translated into regular expressions of re2. `*` stands for any
/// bytes but `/`, `**` for any bytes, `?` for one byte but `/`, `[a-z]`, `[!a-z]`, `[[:digit:]]` for one of a class.
/// `{{REGEX}}` is beyond rsync: a regular expression in re2's syntax, whose `.` is any byte; what it matches may
/// contain
/// `/`. A `\` takes a wildcard's meaning away; in a pattern without wildcards it is itself (a literal `{{` is `\{{`). A
/// leading `/` binds the pattern to the top of the repository; a trailing one lets it match folders only. A pattern
/// with a `/` inside, with `**` or with `{{`, is compared with the end of the path, at whole components; any other with
/// the last component. `folder/***` is the folder and everything in it.
///
/// Files and folders have an expression each, since `folder/***` and a trailing `/` tell them apart. (Rejected: one
/// expression over paths that end with `/` for folders; a wildcard at the end would match that `/`.)
///
/// A plain value; callable from any thread. Errors: kConfig for a pattern that can never match anything; the message
/// completes the sentence that begins with the pattern, and says at which of its characters.
///
///     Pattern::Parse("/logs/*.tmp")->file_expression();  // matches all of "logs/x.tmp"
class Pattern {
 public:
  static absl::StatusOr<Pattern> Parse(absl::string_view text);

  /// What the whole path of a file, or of a folder, has to match, in the syntax of re2 and with RegexOptions; empty for
  /// a file where the pattern is for folders only.
  const std::string& file_expression() const { return file_; }
  const std::string& folder_expression() const { return folder_; }

  /// Asks one path, which is relative and clean. Compiles the expression: Filter asks many patterns at once.
  bool Matches(absl::string_view path, bool is_folder) const;

 private:
  Pattern() = default;

  std::string file_, folder_;
};

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_PATTERN_H_
