#include "sshsync/text/pattern.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

constexpr size_t kLongest = 8192;

absl::Status Refuse(absl::string_view what) { return MakeError(Failure::kConfig, what); }

constexpr std::pair<absl::string_view, int (*)(int)> kNamed[] = {
    {"alnum", std::isalnum}, {"alpha", std::isalpha}, {"blank", std::isblank}, {"cntrl", std::iscntrl},
    {"digit", std::isdigit}, {"graph", std::isgraph}, {"lower", std::islower}, {"print", std::isprint},
    {"punct", std::ispunct}, {"space", std::isspace}, {"upper", std::isupper}, {"xdigit", std::isxdigit},
};

// Fills `set` with a named class; false for an unknown one.
bool AddNamed(absl::string_view name, std::bitset<256>* set) {
  for (const auto& [known, test] : kNamed) {
    if (known != name) continue;
    for (int byte = 0; byte < 128; ++byte) {
      if (test(byte)) set->set(static_cast<size_t>(byte));
    }
    return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<Pattern> Pattern::Parse(absl::string_view text) {
  if (text.size() > kLongest) return Refuse("is too long for a pattern: no path is that long");
  Pattern pattern;
  pattern.folders_only_ = text.size() > 1 && absl::ConsumeSuffix(&text, "/");
  const bool anchored = absl::ConsumePrefix(&text, "/");
  if (text.empty()) return Refuse("names nothing: write a pattern as in `*.tmp`, `cache/` or `/top/file`");
  const std::vector<absl::string_view> parts = absl::StrSplit(text, '/');
  for (const absl::string_view part : parts) {
    if (part.empty() || part == "." || part == "..")
      return Refuse("can never match: a path has no empty, `.` or `..` component");
  }
  SSHSYNC_RETURN_IF_ERROR(pattern.ReadSteps(text));
  const bool deep = absl::StrContains(text, "**");
  const bool deep_in_front = !anchored && absl::StartsWith(text, "**");
  pattern.slash_in_front_ = deep_in_front;
  if (deep_in_front) pattern.tail_ = std::string(absl::StripPrefix(pattern.tail_, "/"));
  pattern.slash_behind_ = absl::EndsWith(text, "***");
  pattern.components_ = parts.size();
  if (anchored || deep_in_front) {
    pattern.start_ = Start::kTop;
  } else {
    pattern.start_ = deep ? Start::kAnyComponent : Start::kLastComponents;
  }
  return pattern;
}

absl::Status Pattern::ReadSteps(absl::string_view text) {
  const bool wild = text.find_first_of("*?[") != absl::string_view::npos;
  for (size_t at = 0; at < text.size(); ++at) {
    const char byte = text[at];
    if (!wild || (byte != '*' && byte != '?' && byte != '[' && byte != '\\')) {
      steps_.push_back({.kind = Kind::kByte, .byte = byte});
    } else if (byte == '?') {
      steps_.push_back({.kind = Kind::kAny});
    } else if (byte == '[') {
      SSHSYNC_RETURN_IF_ERROR(ReadClass(text, &at));
    } else if (byte == '\\') {
      if (++at == text.size())
        return Refuse("ends with a backslash: write `\\\\` for one, or put what it is to protect behind it");
      steps_.push_back({.kind = Kind::kByte, .byte = text[at]});
    } else {
      const bool deep = at + 1 < text.size() && text[at + 1] == '*';
      while (at + 1 < text.size() && text[at + 1] == '*') ++at;
      steps_.push_back({.kind = deep ? Kind::kStars : Kind::kStar});
    }
  }
  for (auto step = steps_.rbegin(); step != steps_.rend() && step->kind == Kind::kByte; ++step)
    tail_.insert(tail_.begin(), step->byte);
  return absl::OkStatus();
}

absl::Status Pattern::ReadClass(absl::string_view text, size_t* at) {
  const absl::Status open = Refuse("has a `[` without its `]`: close it, or write `\\[` for the character");
  std::bitset<256> set;
  size_t i = *at + 1;
  const bool negated = i < text.size() && (text[i] == '!' || text[i] == '^');
  if (negated) ++i;
  int before = -1;  // the byte a range may start with
  for (bool first = true;; first = false, ++i) {
    if (i >= text.size()) return open;
    if (text[i] == ']' && !first) break;
    if (text[i] == '[' && i + 1 < text.size() && text[i + 1] == ':') {
      const size_t end = text.find(":]", i + 2);
      if (end != absl::string_view::npos) {
        const absl::string_view name = text.substr(i + 2, end - i - 2);
        if (!AddNamed(name, &set))
          return Refuse(absl::StrCat("has an unknown class [:", name, ":]: use one as [:alpha:] or [:digit:]"));
        i = end + 1;
        before = -1;
        continue;
      }
    }
    const bool range = text[i] == '-' && before >= 0 && i + 1 < text.size() && text[i + 1] != ']';
    if (range) ++i;
    if (text[i] == '\\' && ++i >= text.size()) return open;
    const int byte = static_cast<unsigned char>(text[i]);
    for (int member = range ? before : byte; member <= byte; ++member) set.set(static_cast<size_t>(member));
    before = range ? -1 : byte;
  }
  *at = i;
  if (negated) set.flip();
  set.reset('/');
  steps_.push_back({.kind = Kind::kClass, .index = static_cast<uint16_t>(classes_.size())});
  classes_.push_back(set);
  return absl::OkStatus();
}

bool Pattern::MatchesOne(const Step& step, char byte) const {
  switch (step.kind) {
    case Kind::kByte:
      return step.byte == byte;
    case Kind::kAny:
      return byte != '/';
    case Kind::kClass:
      return classes_[step.index][static_cast<unsigned char>(byte)];
    default:
      return false;
  }
}

bool Pattern::MatchesAll(absl::string_view text) const {
  constexpr size_t kNone = static_cast<size_t>(-1);
  size_t at = 0, step = 0;
  size_t star = kNone, star_at = 0, stars = kNone,
         stars_at = 0;  // the last wildcard of either kind, and where it gave up
  while (true) {
    if (step < steps_.size() && steps_[step].kind == Kind::kStar) {
      star = step++, star_at = at;
    } else if (step < steps_.size() && steps_[step].kind == Kind::kStars) {
      stars = step++, stars_at = at, star = kNone;
    } else if (at == text.size() && step == steps_.size()) {
      return true;
    } else if (at < text.size() && step < steps_.size() && MatchesOne(steps_[step], text[at])) {
      ++at, ++step;
    } else if (star != kNone && star_at < text.size() && text[star_at] != '/') {
      at = ++star_at, step = star + 1;
    } else if (stars != kNone && stars_at < text.size()) {
      at = ++stars_at, step = stars + 1, star = kNone;
    } else {
      return false;
    }
  }
}

bool Pattern::Matches(absl::string_view path, bool is_folder) const {
  if (folders_only_ && !is_folder) return false;
  const bool slash_behind = slash_behind_ && is_folder;
  if (!slash_behind && !absl::EndsWith(path, tail_)) return false;
  std::string framed;
  if (slash_behind || slash_in_front_) {
    framed = absl::StrCat(slash_in_front_ ? "/" : "", path, slash_behind ? "/" : "");
    path = framed;
  }
  if (start_ == Start::kTop) return MatchesAll(path);
  if (start_ == Start::kLastComponents) {
    size_t begin = path.size();
    for (size_t left = components_; left > 0; --left) {
      const size_t slash = begin == 0 ? absl::string_view::npos : path.rfind('/', begin - 1);
      if (slash == absl::string_view::npos) return left == 1 && MatchesAll(path);
      begin = slash;
    }
    return MatchesAll(path.substr(begin + 1));
  }
  for (size_t begin = 0;; ++begin) {
    if (MatchesAll(path.substr(begin))) return true;
    begin = path.find('/', begin);
    if (begin == absl::string_view::npos) return false;
  }
}

}  // namespace sshsync
