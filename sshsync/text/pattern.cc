#include "sshsync/text/pattern.h"

#include <algorithm>
#include <bitset>
#include <cctype>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"

namespace sshsync {
namespace {

constexpr size_t kLongest = 8192;
constexpr int64_t kMemory = 64 << 20;
constexpr size_t kNone = absl::string_view::npos;
constexpr absl::string_view kOffset = "sshsync/offset";

absl::Status Refuse(size_t offset, absl::string_view what, absl::string_view remedy) {
  return AtOffset(offset, MakeError(Failure::kConfig, absl::StrCat(what, " at column ", offset + 1, ": ", remedy)));
}

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

// Where a regular expression that RE2 takes has an anchor; kNone if it has none.
size_t FindAnchor(absl::string_view regex) {
  for (size_t at = 0; at < regex.size(); ++at) {
    const char byte = regex[at];
    if (byte == '^' || byte == '$') return at;
    if (byte == '\\') {
      const char escaped = regex[++at];
      if (escaped == 'A' || escaped == 'z') return at - 1;
      if (absl::StartsWith(regex.substr(at), "p{^")) at += 2;
      if (escaped == 'Q') at = std::min(regex.find("\\E", at), regex.size() - 2) + 1;
    } else if (byte == '[') {
      if (regex[++at] == '^') ++at;
      if (regex[at] == ']') ++at;
      for (; regex[at] != ']'; ++at) {
        if (regex[at] == '\\') ++at;
        if (regex[at] == '[' && regex[at + 1] == ':') at = std::min(regex.find(":]", at), at - 1) + 1;
      }
    }
  }
  return kNone;
}

// Translates one pattern, from the left to the right.
class Translator {
 public:
  explicit Translator(absl::string_view text) : text_(text), end_(text.size()) {}

  absl::StatusOr<std::string> Translate();

 private:
  absl::Status ReadStep();
  absl::Status ReadClass();
  absl::Status ReadRegex();
  absl::Status EndComponent() const;
  void AddByte(char byte) { out_ += byte == '/' ? "/" : RE2::QuoteMeta(re2::StringPiece(&byte, 1)); }
  std::string Start(bool folder) const;

  const absl::string_view text_;
  bool anchored_ = false;
  bool folders_only_ = false;
  bool wild_ = false;

  size_t at_ = 0;
  size_t end_;
  size_t component_ = 0;       // where the one at at_ begins
  bool slash_before_ = false;  // whether a `/` stands before at_
  bool slash_in_class_ = false;
  bool any_depth_ = false;  // begins with `**`
  bool contents_ = false;   // ends with `/***`
  size_t regex_ = kNone;    // where the first one begins
  std::string out_;
};

absl::StatusOr<std::string> Translator::Translate() {
  if (end_ > kLongest) return Refuse(kLongest, "is too long for a pattern", "no path is that long");
  folders_only_ = end_ > 1 && text_.back() == '/';
  if (folders_only_) --end_;
  anchored_ = absl::StartsWith(text_.substr(0, end_), "/");
  if (anchored_) ++at_, ++component_;
  const absl::string_view body = text_.substr(at_, end_ - at_);
  if (body.empty()) return Refuse(0, "names nothing", "write a pattern as in `*.tmp`, `cache/` or `/top/file`");
  wild_ = body.find_first_of("*?[") != kNone || absl::StrContains(body, "{{");

  while (at_ < end_) SSHSYNC_RETURN_IF_ERROR(ReadStep());
  SSHSYNC_RETURN_IF_ERROR(EndComponent());
  if (slash_in_class_ && !anchored_ && regex_ == kNone && !absl::StrContains(body, "**"))
    return Refuse(body.find('['), "can never match with a `/` in a class", "no class stands for a `/`");
  if (any_depth_ && absl::StartsWith(out_, "/")) {
    out_.erase(0, 1);
  } else if (any_depth_) {
    out_.insert(0, ".*");
  }

  std::string whole;
  if (!contents_) {
    whole = absl::StrCat(Start(folders_only_), out_, "\\z");
  } else if (folders_only_) {
    whole = absl::StrCat(Start(true), out_, "(?:/.*)?\\z");
  } else {
    whole = absl::StrCat("(?:", Start(false), out_, "/.*|", Start(true), out_, ")\\z");
  }
  if (regex_ != kNone) {
    const RE2 compiled(whole, Pattern::Options());
    if (!compiled.ok()) {
      return Refuse(regex_, "has a wrong regular expression",
                    absl::StrCat("RE2 says `", EscapeForTerminal(compiled.error()), "`"));
    }
  }
  return whole;
}

// Up to the slash in front of the body.
std::string Translator::Start(bool folder) const {
  if (anchored_) return folder ? "\\Ad/" : "\\A./";
  return folder ? "\\Ad.*/" : "/";
}

absl::Status Translator::EndComponent() const {
  const absl::string_view part = text_.substr(component_, at_ - component_);
  if (!part.empty() && part != "." && part != "..") return absl::OkStatus();
  return Refuse(component_, "can never match", "a path has no empty, `.` or `..` component");
}

absl::Status Translator::ReadStep() {
  char byte = text_[at_];
  const bool slash_before = std::exchange(slash_before_, false);
  if (wild_ && byte == '[') return ReadClass();
  if (wild_ && absl::StartsWith(text_.substr(at_, end_ - at_), "{{")) return ReadRegex();
  if (wild_ && byte == '?') {
    out_ += "[^/]";
  } else if (wild_ && byte == '*') {
    const size_t first = at_;
    while (at_ + 1 < end_ && text_[at_ + 1] == '*') ++at_;
    const size_t stars = at_ - first + 1;
    // Behind `**/` alone, what `***` matches is everything.
    contents_ = stars > 2 && slash_before && at_ + 1 == end_ && !(any_depth_ && out_ == "/");
    if (contents_) {
      out_.pop_back();
    } else if (first == 0 && stars > 1) {
      any_depth_ = true;
    } else {
      out_ += stars == 1 ? "[^/]*" : ".*";
    }
  } else {
    if (wild_ && byte == '\\') {
      if (++at_ == end_) {
        return Refuse(at_ - 1, "ends with a backslash", "write `\\\\` for one, or put what it is to protect behind it");
      }
      byte = text_[at_];
    }
    if (byte == '/') {
      SSHSYNC_RETURN_IF_ERROR(EndComponent());
      component_ = at_ + 1;
      slash_before_ = true;
    }
    AddByte(byte);
  }
  ++at_;
  return absl::OkStatus();
}

absl::Status Translator::ReadClass() {
  const absl::string_view text = text_.substr(0, end_);
  const absl::Status open = Refuse(at_, "has a `[` without its `]`", "close it, or write `\\[` for the character");
  std::bitset<256> set;
  size_t i = at_ + 1;
  const bool negated = i < text.size() && (text[i] == '!' || text[i] == '^');
  if (negated) ++i;
  int before = -1;  // the byte a range may start with
  for (bool first = true;; first = false, ++i) {
    if (i >= text.size()) return open;
    if (text[i] == ']' && !first) break;
    if (text[i] == '[' && i + 1 < text.size() && text[i + 1] == ':') {
      const size_t end = text.find(":]", i + 2);
      if (end != kNone) {
        const absl::string_view name = text.substr(i + 2, end - i - 2);
        if (!AddNamed(name, &set)) {
          return Refuse(i, absl::StrCat("has an unknown class [:", EscapeForTerminal(name), ":]"),
                        "use one as [:alpha:] or [:digit:]");
        }
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
  slash_in_class_ |= absl::StrContains(text.substr(at_, i - at_), "/");
  at_ = i + 1;
  if (negated) set.flip();
  set.reset('/');
  out_ += set.none() ? "[^\\x00-\\xff" : "[";
  for (size_t byte = 0; byte < set.size(); ++byte) {
    if (!set[byte]) continue;
    const size_t low = byte;
    while (byte + 1 < set.size() && set[byte + 1]) ++byte;
    absl::StrAppend(&out_, "\\x", absl::Hex(low, absl::kZeroPad2), "-\\x", absl::Hex(byte, absl::kZeroPad2));
  }
  out_ += ']';
  return absl::OkStatus();
}

absl::Status Translator::ReadRegex() {
  const absl::string_view text = text_.substr(0, end_);
  const size_t begin = at_ + 2;
  size_t close = text.find("}}", begin);
  if (close == kNone) return Refuse(at_, "has a `{{` without its `}}`", "close it, or write `\\{{` for the characters");
  while (close + 2 < end_ && text[close + 2] == '}') ++close;
  std::string regex(text.substr(begin, close - begin));

  const RE2 alone(regex, Pattern::Options());
  if (!alone.ok()) {
    const size_t place = regex.find(alone.error_arg());
    return Refuse(begin + (place == std::string::npos ? 0 : place), "has a wrong regular expression",
                  absl::StrCat("RE2 says `", EscapeForTerminal(alone.error()), "`"));
  }
  const size_t anchor = FindAnchor(regex);
  if (anchor != kNone) {
    return Refuse(begin + anchor, "has an anchor in its regular expression",
                  "remove it, for the expression matches all of its place; write `\\^` or `\\$` for the characters");
  }
  // What an open \Q quotes ends with the expression. RE2 takes \E only there.
  if (absl::StrContains(regex, "\\Q") && RE2(regex + "\\E", Pattern::Options()).ok()) regex += "\\E";
  absl::StrAppend(&out_, "(?:", regex, ")");
  regex_ = std::min(regex_, begin);
  at_ = close + 2;
  return absl::OkStatus();
}

}  // namespace

absl::Status AtOffset(size_t offset, absl::Status error) {
  error.SetPayload(kOffset, absl::Cord(absl::StrCat(offset)));
  return error;
}

absl::optional<size_t> OffsetOf(const absl::Status& error) {
  const auto payload = error.GetPayload(kOffset);
  size_t offset = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &offset)) return absl::nullopt;
  return offset;
}

absl::StatusOr<Pattern> Pattern::Parse(absl::string_view text) {
  SSHSYNC_ASSIGN_OR_RETURN(std::string expression, Translator(text).Translate());
  return Pattern(std::move(expression));
}

const RE2::Options& Pattern::Options() {
  static const auto* options = [] {
    auto* made = new RE2::Options;
    made->set_encoding(RE2::Options::EncodingLatin1);
    made->set_never_nl(false);
    made->set_dot_nl(true);
    made->set_log_errors(false);
    made->set_max_mem(kMemory);
    return made;
  }();
  return *options;
}

std::string Pattern::Subject(absl::string_view path, bool is_folder) {
  return absl::StrCat(is_folder ? "d/" : "f/", path);
}

bool Pattern::Matches(absl::string_view path, bool is_folder) const {
  return RE2::PartialMatch(Subject(path, is_folder), RE2(expression_, Options()));
}

}  // namespace sshsync
