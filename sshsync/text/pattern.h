#ifndef SSHSYNC_TEXT_PATTERN_H_
#define SSHSYNC_TEXT_PATTERN_H_

#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace sshsync {

/// A pattern for paths, by rsync's rules, on raw bytes. `*` stands for any bytes but `/`, `**` for any bytes, `?` for
/// one byte but `/`,
/// `[a-z]`, `[!a-z]`, `[[:digit:]]` for one of a class. A `\` takes a wildcard's meaning away; in a pattern without
/// wildcards it is itself. A leading `/` binds the pattern to the top of the repository; a trailing one lets it match
/// folders only. A pattern with a `/` inside, or with
/// `**`, is compared with the end of the path, at whole components; any other with the last component. `folder/***` is
/// the folder and everything in it.
///
/// A matcher of our own: re2 would need a translation of every rule above and could not say more about a wrong pattern.
/// It keeps one place to go back to for `*` and one for `**`, which is enough, for a `*` never crosses a `/`: its time
/// is bounded whatever the pattern.
///
/// A plain value; callable from any thread. Errors: kConfig for a pattern that can never match anything; the message
/// completes the sentence that begins with the pattern.
///
///     Pattern::Parse("/logs/*.tmp")->Matches("logs/x.tmp", false);
class Pattern {
 public:
  static absl::StatusOr<Pattern> Parse(absl::string_view text);

  /// `path` is relative and clean.
  bool Matches(absl::string_view path, bool is_folder) const;

  bool folders_only() const { return folders_only_; }

 private:
  enum class Kind : uint8_t { kByte, kAny, kClass, kStar, kStars };
  struct Step {
    Kind kind = Kind::kByte;
    char byte = 0;
    uint16_t index = 0;  // of the class
  };
  // Where in a path the match may begin.
  enum class Start : uint8_t { kTop, kLastComponents, kAnyComponent };

  Pattern() = default;
  absl::Status ReadClass(absl::string_view text, size_t* at);
  absl::Status ReadSteps(absl::string_view text);
  bool MatchesOne(const Step& step, char byte) const;
  bool MatchesAll(absl::string_view text) const;

  std::vector<Step> steps_;
  std::vector<std::bitset<256>> classes_;
  std::string tail_;  // the bytes after the last wildcard: most paths are told by them
  Start start_ = Start::kTop;
  size_t components_ = 1;  // for kLastComponents
  bool folders_only_ = false;
  bool slash_in_front_ = false;  // `**/x` matches x at the top, too
  bool slash_behind_ = false;    // `x/***` matches the folder x, too
};

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_PATTERN_H_
