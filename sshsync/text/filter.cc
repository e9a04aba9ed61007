#include "sshsync/text/filter.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "re2/set.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/pattern.h"
#include "sshsync/text/regex_options.h"

namespace sshsync {

struct Filter::Rules {
  // The expressions of all lines for one kind of path.
  struct Matcher {
    re2::RE2::Set set{RegexOptions(), re2::RE2::ANCHOR_BOTH};
    std::vector<size_t> lines;  // of each expression of the set
  };
  struct Line {
    bool include = true;
    Pattern pattern;
  };

  // What the first line that matches says; true where none does.
  bool Decide(absl::string_view path, bool is_folder) const {
    const Matcher& matcher = is_folder ? folders : files;
    if (matcher.lines.empty()) return true;
    std::vector<int> matches;
    re2::RE2::Set::ErrorInfo error;
    if (matcher.set.Match(re2::StringPiece(path.data(), path.size()), &matches, &error)) {
      return lines[matcher.lines[static_cast<size_t>(*std::min_element(matches.begin(), matches.end()))]].include;
    }
    if (error.kind == re2::RE2::Set::kNoError) return true;
    // Its memory did not suffice for this path: line by line.
    const auto first = std::find_if(lines.begin(), lines.end(),
                                    [&](const Line& line) { return line.pattern.Matches(path, is_folder); });
    return first == lines.end() || first->include;
  }

  std::vector<Line> lines;
  Matcher files, folders;
};

absl::StatusOr<Filter> Filter::Parse(absl::Span<const std::string> lines) {
  Filter filter;
  if (lines.empty()) return filter;
  auto rules = std::make_shared<Rules>();
  const auto add = [&rules](const std::string& expression, Rules::Matcher* matcher) {
    if (expression.empty()) return true;
    matcher->lines.push_back(rules->lines.size() - 1);
    return matcher->set.Add(expression, nullptr) >= 0;
  };
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
    rules->lines.push_back({.include = include, .pattern = *std::move(pattern)});
    const Pattern& added = rules->lines.back().pattern;
    if (!add(added.file_expression(), &rules->files) || !add(added.folder_expression(), &rules->folders)) {
      return MakeError(Failure::kConfig, absl::StrCat("`", EscapeForTerminal(line.substr(2)),
                                                      "` is too long for a pattern: no path is that long"));
    }
  }
  if (!rules->files.set.Compile() || !rules->folders.set.Compile()) {
    return MakeError(Failure::kConfig, "the lines of the filter are too many: their expressions need more than 64 MiB");
  }
  filter.rules_ = std::move(rules);
  return filter;
}

bool Filter::SelectsFolder(absl::string_view path) const {
  for (size_t slash = path.find('/'); slash != absl::string_view::npos; slash = path.find('/', slash + 1)) {
    if (!rules_->Decide(path.substr(0, slash), true)) return false;
  }
  return rules_->Decide(path, true);
}

bool Filter::Selects(absl::string_view path, LastFolder* last) const {
  if (empty()) return true;
  const size_t slash = path.rfind('/');
  if (slash != absl::string_view::npos) {
    const absl::string_view folder = path.substr(0, slash);
    if (last == nullptr) {
      if (!SelectsFolder(folder)) return false;
    } else {
      if (last->path != folder) *last = {.path = std::string(folder), .selected = SelectsFolder(folder)};
      if (!last->selected) return false;
    }
  }
  return rules_->Decide(path, false);
}

}  // namespace sshsync
