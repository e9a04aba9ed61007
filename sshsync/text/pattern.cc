#include "sshsync/text/pattern.h"

#include <bitset>
#include <cctype>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "re2/re2.h"
#include "sshsync/base/status.h"
#include "sshsync/text/regex_options.h"

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

// A class of re2 with just these bytes.
std::string ClassOf(const std::bitset<256>& set) {
  if (set.none()) return "[^\\x00-\\xff]";
  std::string text = "[";
  for (size_t byte = 0; byte < 256; ++byte) {
    if (!set[byte]) continue;
    const size_t first = byte;
    while (byte + 1 < 256 && set[byte + 1]) ++byte;
    absl::StrAppendFormat(&text, "\\x%02x-\\x%02x", first, byte);
  }
  return text + "]";
}

// Reads a pattern and writes the expression of what stands between its slashes at either end.
class Translator {
 public:
  explicit Translator(absl::string_view text, size_t skipped) : text_(text), skipped_(skipped) {}

  absl::Status Run() {
    const bool wild = text_.find_first_of("*?[") != absl::string_view::npos || absl::StrContains(text_, "{{");
    for (; at_ < text_.size(); ++at_) {
      const char byte = text_[at_];
      if (wild && byte == '*') {
        ReadStars();
      } else if (wild && byte == '?') {
        Append("[^/]");
      } else if (wild && byte == '[') {
        SSHSYNC_RETURN_IF_ERROR(ReadClass());
      } else if (wild && absl::StartsWith(text_.substr(at_), "{{")) {
        SSHSYNC_RETURN_IF_ERROR(ReadExpression());
      } else {
        if (wild && byte == '\\' && ++at_ == text_.size())
          return Refuse("ends with a backslash: write `\\\\` for one, or put what it is to protect behind it");
        if (text_[at_] == '/') ++slashes_;
        Append(re2::RE2::QuoteMeta(re2::StringPiece(&text_[at_], 1)));
        ends_with_slash_ = text_[at_] == '/';
      }
    }
    outside_.append(text_.data() + outside_end_, text_.size() - outside_end_);
    return absl::OkStatus();
  }

  // The pattern, with something plain in place of its `{{REGEX}}`.
  const std::string& outside() const { return outside_; }
  const std::string& expression() const { return expression_; }
  // The same, for folders, without the stars of a `***` at the end.
  absl::string_view before_last_stars() const { return absl::string_view(expression_).substr(0, before_last_stars_); }
  bool slash_before_last_stars() const { return slash_before_last_stars_; }
  bool deep() const { return deep_; }
  size_t slashes() const { return slashes_; }

 private:
  void Append(absl::string_view part) {
    expression_.append(part.data(), part.size());
    ends_with_slash_ = false;
  }

  void ReadStars() {
    const bool deep = at_ + 1 < text_.size() && text_[at_ + 1] == '*';
    const bool first = at_ == 0;
    while (at_ + 1 < text_.size() && text_[at_ + 1] == '*') ++at_;
    before_last_stars_ = expression_.size();
    slash_before_last_stars_ = ends_with_slash_;
    deep_ = deep_ || deep;
    // `**/x` matches x at the top, too.
    if (deep && first && skipped_ == 0 && at_ + 1 < text_.size() && text_[at_ + 1] == '/') {
      ++at_;
      ++slashes_;
      Append("(?:.*/)?");
    } else {
      Append(deep ? ".*" : "[^/]*");
    }
  }

  absl::Status ReadClass() {
    const absl::Status open = Refuse(absl::StrCat("has a `[` without its `]` at character ", at_ + skipped_ + 1,
                                                  ": close it, or write `\\[` for the character"));
    std::bitset<256> set;
    size_t i = at_ + 1;
    const bool negated = i < text_.size() && (text_[i] == '!' || text_[i] == '^');
    if (negated) ++i;
    int before = -1;  // the byte a range may start with
    for (bool first = true;; first = false, ++i) {
      if (i >= text_.size()) return open;
      if (text_[i] == ']' && !first) break;
      if (text_[i] == '[' && i + 1 < text_.size() && text_[i + 1] == ':') {
        const size_t end = text_.find(":]", i + 2);
        if (end != absl::string_view::npos) {
          const absl::string_view name = text_.substr(i + 2, end - i - 2);
          if (!AddNamed(name, &set)) {
            return Refuse(absl::StrCat("has an unknown class [:", name, ":] at character ", i + skipped_ + 1,
                                       ": use one as [:alpha:] or [:digit:]"));
          }
          i = end + 1;
          before = -1;
          continue;
        }
      }
      const bool range = text_[i] == '-' && before >= 0 && i + 1 < text_.size() && text_[i + 1] != ']';
      if (range) ++i;
      if (text_[i] == '\\' && ++i >= text_.size()) return open;
      const int byte = static_cast<unsigned char>(text_[i]);
      for (int member = range ? before : byte; member <= byte; ++member) set.set(static_cast<size_t>(member));
      before = range ? -1 : byte;
    }
    at_ = i;
    if (negated) set.flip();
    set.reset('/');
    Append(ClassOf(set));
    return absl::OkStatus();
  }

  absl::Status ReadExpression() {
    const size_t begin = at_ + 2;
    size_t end = text_.find("}}", begin);
    const std::string place = absl::StrCat(" at character ", at_ + skipped_ + 1);
    if (end == absl::string_view::npos) {
      return Refuse(
          absl::StrCat("has a `{{` without its `}}`", place, ": close it, or write `\\{{` for the characters"));
    }
    // `x{2}}}` ends with its last two braces.
    while (end + 2 < text_.size() && text_[end + 2] == '}') ++end;
    const absl::string_view inside = text_.substr(begin, end - begin);
    const re2::RE2 expression(re2::StringPiece(inside.data(), inside.size()), RegexOptions());
    if (!expression.ok()) {
      return Refuse(absl::StrCat("has no regular expression", place, ": re2 says ", expression.error()));
    }
    outside_.append(text_.data() + outside_end_, at_ - outside_end_).append("x");
    outside_end_ = end + 2;
    at_ = end + 1;
    deep_ = true;
    Append(absl::StrCat("(?:", inside, ")"));
    return absl::OkStatus();
  }

  const absl::string_view text_;
  const size_t skipped_;  // characters of the pattern that stand before the text
  size_t at_ = 0;
  std::string expression_, outside_;
  size_t outside_end_ = 0;
  size_t before_last_stars_ = 0, slashes_ = 0;
  bool ends_with_slash_ = false, slash_before_last_stars_ = false;
  bool deep_ = false;
};

}  // namespace

absl::StatusOr<Pattern> Pattern::Parse(absl::string_view text) {
  if (text.size() > kLongest) return Refuse("is too long for a pattern: no path is that long");
  const bool folders_only = text.size() > 1 && absl::ConsumeSuffix(&text, "/");
  const bool anchored = absl::ConsumePrefix(&text, "/");
  if (text.empty()) return Refuse("names nothing: write a pattern as in `*.tmp`, `cache/` or `/top/file`");
  Translator translator(text, anchored ? 1 : 0);
  SSHSYNC_RETURN_IF_ERROR(translator.Run());
  const std::vector<absl::string_view> parts = absl::StrSplit(translator.outside(), '/');
  for (const absl::string_view part : parts) {
    if (part.empty() || part == "." || part == "..")
      return Refuse("can never match: a path has no empty, `.` or `..` component");
  }
  // A slash within a class counts as one between components, and no component matches it.
  const bool matchable =
      anchored || translator.deep() || absl::StrContains(text, "**") || translator.slashes() + 1 == parts.size();
  const absl::string_view front = anchored || absl::StartsWith(text, "**") ? ""
                                  : matchable                              ? "(?:.*/)?"
                                                                           : "[^\\x00-\\xff]";
  Pattern pattern;
  if (!folders_only) pattern.file_ = absl::StrCat(front, translator.expression());
  absl::string_view before = translator.before_last_stars();
  if (!absl::EndsWith(text, "***")) {
    pattern.folder_ = absl::StrCat(front, translator.expression());
  } else if (translator.slash_before_last_stars()) {
    // `x/***` is the folder x, too.
    pattern.folder_ = absl::StrCat(front, absl::StripSuffix(before, "\\/"), "(?:/.*)?");
  } else {
    pattern.folder_ = absl::StrCat(front, before, ".*");
  }
  return pattern;
}

bool Pattern::Matches(absl::string_view path, bool is_folder) const {
  const std::string& expression = is_folder ? folder_ : file_;
  return !expression.empty() &&
         re2::RE2::FullMatch(re2::StringPiece(path.data(), path.size()), re2::RE2(expression, RegexOptions()));
}

}  // namespace sshsync
