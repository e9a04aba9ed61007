#include "sshsync/text/filter.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "re2/set.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/pattern.h"

namespace sshsync {
namespace {

// Whether `path` is `folder` or lies in it.
bool IsWithin(absl::string_view path, absl::string_view folder) {
  return absl::ConsumePrefix(&path, folder) && (path.empty() || path[0] == '/');
}

}  // namespace

class Filter::Rules {
 public:
  absl::Status Add(absl::string_view line);
  absl::Status Compile();
  bool Selects(absl::string_view path, Folders* folders) const;

 private:
  struct Rule {
    bool include = true;
    Pattern pattern;
  };

  bool Decide(absl::string_view path, bool is_folder) const;

  // Constant after Compile.
  std::vector<Rule> rules_;
  RE2::Set set_{Pattern::Options(), RE2::UNANCHORED};
};

absl::Status Filter::Rules::Add(absl::string_view line) {
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
  std::string error;
  if (set_.Add(pattern->expression(), &error) < 0)
    return MakeError(Failure::kInternal, absl::StrCat("`", EscapeForTerminal(line), "` is refused by RE2: ", error));
  rules_.push_back({.include = include, .pattern = *std::move(pattern)});
  return absl::OkStatus();
}

// RE2 tries a search here, so that a set it has no memory for is found out now.
absl::Status Filter::Rules::Compile() {
  if (set_.Compile()) return absl::OkStatus();
  return MakeError(Failure::kConfig,
                   absl::StrCat("the ", rules_.size(), " filters together are too large for RE2 (",
                                Pattern::Options().max_mem() >> 20, " MiB): write fewer, or simpler ones"));
}

bool Filter::Rules::Decide(absl::string_view path, bool is_folder) const {
  std::vector<int> matches;
  const std::string subject = Pattern::Subject(path, is_folder);
  RE2::Set::ErrorInfo error{};
  if (set_.Match(subject, &matches, &error))
    return rules_[static_cast<size_t>(*std::min_element(matches.begin(), matches.end()))].include;
  if (error.kind == RE2::Set::kNoError) return true;
  // RE2 has given up: the rules are asked one by one.
  for (const Rule& rule : rules_) {
    if (rule.pattern.Matches(path, is_folder)) return rule.include;
  }
  return true;
}

bool Filter::Rules::Selects(absl::string_view path, Folders* folders) const {
  for (size_t slash = path.find('/', 1); slash != absl::string_view::npos; slash = path.find('/', slash + 1)) {
    const absl::string_view folder = path.substr(0, slash);
    if (IsWithin(folders->selected, folder)) continue;
    if (folder == folders->left_out) return false;
    const bool selected = Decide(folder, true);
    (selected ? folders->selected : folders->left_out) = std::string(folder);
    if (!selected) return false;
  }
  return Decide(path, false);
}

absl::StatusOr<Filter> Filter::Parse(absl::Span<const std::string> lines) {
  Filter filter;
  if (lines.empty()) return filter;
  filter.rules_ = std::make_shared<Rules>();
  for (const absl::string_view line : lines) SSHSYNC_RETURN_IF_ERROR(filter.rules_->Add(line));
  SSHSYNC_RETURN_IF_ERROR(filter.rules_->Compile());
  return filter;
}

bool Filter::Selects(absl::string_view path, Folders* folders) const {
  if (empty()) return true;
  Folders none;
  return rules_->Selects(path, folders == nullptr ? &none : folders);
}

}  // namespace sshsync
