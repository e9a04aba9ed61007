#include "sshsync/text/filter.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"

namespace sshsync {

absl::StatusOr<Filter> Filter::Parse(absl::Span<const std::string> lines) {
  Filter filter;
  for (const absl::string_view line : lines) {
    const bool include = absl::StartsWith(line, "+ ");
    if (!include && !absl::StartsWith(line, "- ")) {
      return MakeError(Failure::kConfig,
                       absl::StrCat("`", EscapeForTerminal(line), "` is no filter: write `+ PATTERN` or `- PATTERN`"));
    }
    auto pattern = Pattern::Parse(line.substr(2));
    if (!pattern.ok()) {
      return MakeError(FailureOf(pattern.status()),
                       absl::StrCat("`", EscapeForTerminal(line.substr(2)), "` ", pattern.status().message()));
    }
    filter.rules_.push_back({.include = include, .pattern = *std::move(pattern)});
  }
  return filter;
}

bool Filter::Decide(absl::string_view path, bool is_folder) const {
  for (const Rule& rule : rules_) {
    if (rule.pattern.Matches(path, is_folder)) return rule.include;
  }
  return true;
}

bool Filter::Selects(absl::string_view path) const {
  if (rules_.empty()) return true;
  for (size_t slash = path.find('/'); slash != absl::string_view::npos; slash = path.find('/', slash + 1)) {
    if (!Decide(path.substr(0, slash), true)) return false;
  }
  return Decide(path, false);
}

}  // namespace sshsync
