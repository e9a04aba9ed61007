#ifndef SSHSYNC_TEXT_PATTERN_H_
#define SSHSYNC_TEXT_PATTERN_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "re2/re2.h"

namespace sshsync {

/// A pattern for paths, by rsync's rules, on raw bytes, as an expression of RE2. `*` stands for any bytes but `/`, `**`
/// for any bytes, `?` for one byte but `/`, `[a-z]`, `[!a-z]`, `[[:digit:]]` for one of a class. A `\` takes a
/// wildcard's meaning away; in a pattern without wildcards it is itself. A leading `/` binds the pattern to the top of
/// the repository; a trailing one lets it match folders only. A pattern with a `/` inside, or with `**`, is compared
/// with the end of the path, at whole components; any other with the last component. `folder/***` is the folder and
/// everything in it.
///
/// Beyond rsync, `{{REGEX}}` stands for what the regular expression matches, in RE2's syntax, as a whole and at its
/// place: `{{v[0-9]+}}.log`. Its characters are bytes. It may match `/`, as `**` does: `.` is any byte, `[^/]` stays in
/// a component. `^`, `$`, `\A` and `\z` are refused, for the place has its bounds already. Where more than two braces
/// close, the last two end it, so that `{{a{2}}}` is `a{2}`. It makes the pattern one with wildcards, so that `\{{` is
/// two braces.
///
/// A plain value; callable from any thread. Errors: kConfig for a pattern that can never match anything, with OffsetOf;
/// the message completes the sentence that begins with the pattern, and names the column.
///
///     Pattern::Parse("/logs/*.tmp")->Matches("logs/x.tmp", false);
class Pattern {
 public:
  static absl::StatusOr<Pattern> Parse(absl::string_view text);

  /// `path` is relative and clean. It compiles the expression each time: a Filter asks about all of its patterns at
  /// once.
  bool Matches(absl::string_view path, bool is_folder) const;

  /// Matches within Subject() exactly where the pattern matches the path.
  const std::string& expression() const { return expression_; }

  /// A path as the expressions want it: `f/PATH` for a file, `d/PATH` for a folder.
  static std::string Subject(absl::string_view path, bool is_folder);

  /// How expressions are read: bytes, of which `.` is any. Up to 64 MiB for what is compiled from them and the states
  /// that RE2 remembers: 1,000 rules take about a tenth of that.
  static const RE2::Options& Options();

 private:
  explicit Pattern(std::string expression) : expression_(std::move(expression)) {}

  std::string expression_;
};

/// `error`, about the byte at `offset` of a text.
absl::Status AtOffset(size_t offset, absl::Status error);

/// What AtOffset said.
absl::optional<size_t> OffsetOf(const absl::Status& error);

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_PATTERN_H_
