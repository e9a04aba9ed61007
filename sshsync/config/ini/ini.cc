#include "sshsync/config/ini/ini.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace sshsync {
namespace {

constexpr absl::string_view kBlank = " \t\v\f";
constexpr int kMaxDepth = 10;
constexpr size_t kMaxText = 1 << 20;

absl::string_view Strip(absl::string_view text) {
  const size_t from = text.find_first_not_of(kBlank);
  if (from == absl::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

bool ConsumePrefix(absl::string_view& text, absl::string_view prefix) {
  if (!absl::StartsWith(text, prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool IsControl(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

/// Why `line`, which starts with `[`, is no section header; empty if it is one.
absl::string_view HeaderError(absl::string_view line) {
  const size_t close = line.find(']');
  if (close == absl::string_view::npos) return "has no closing `]`";
  if (line == "[]") return "has no name";
  if (line.back() != ']') return "is followed by something else";
  const absl::string_view name = line.substr(1, line.size() - 2);
  if (Strip(name) != name) return "has blanks around its name";
  const size_t open = name.find('[');
  const size_t inner = name.find(']');
  const bool range = open != absl::string_view::npos && inner != absl::string_view::npos && open < inner;
  if (range && name.find_first_of("[]", open + 1) == inner &&
      name.find_first_of("[]", inner + 1) == absl::string_view::npos)
    return {};
  return name.find_first_of("[]") == absl::string_view::npos ? absl::string_view() : "has a stray bracket";
}

/// Reads a file line by line; `entry_` is what a deeper indented line continues.
class Parser {
 public:
  explicit Parser(DiagnosticCollector& diagnostics) : diagnostics_(diagnostics) { file_.defaults.name = "DEFAULT"; }

  IniFile Parse(absl::string_view bytes) {
    if (absl::StartsWith(bytes, "\xff\xfe") || absl::StartsWith(bytes, "\xfe\xff")) {
      diagnostics_.Error({1, 1}, "the file is UTF-16", "save it as UTF-8");
      return std::move(file_);
    }
    ConsumePrefix(bytes, "\xef\xbb\xbf");
    while (!bytes.empty()) {
      ++line_;
      const size_t end = bytes.find_first_of("\r\n");
      Line(bytes.substr(0, end));
      if (end == absl::string_view::npos) break;
      const bool pair = bytes.substr(end, 2) == "\r\n";
      if (bytes[end] == '\r' && !pair && !std::exchange(lone_return_, true)) {
        diagnostics_.Error({line_, static_cast<int>(end) + 1}, "a carriage return without a newline",
                           "save the file with Unix line ends");
      }
      bytes.remove_prefix(end + (pair ? 2 : 1));
    }
    EndEntry();
    for (IniSection& section : file_.sections) Sort(section);
    Sort(file_.defaults);
    return std::move(file_);
  }

 private:
  using SourceLocation = IniEntry::SourceLocation;

  void Line(absl::string_view line) {
    const absl::string_view text = Strip(line);
    if (text.empty()) {
      if (open_) Append({}, 1);
      return;
    }
    const int indent = static_cast<int>(line.find_first_not_of(kBlank));
    const bool continues = open_ && indent > indent_;
    if (text[0] == '#' || text[0] == ';') {
      if (continues) comments_.push_back({line_, indent + 1});
      return;
    }
    CheckBytes(text, indent);
    if (continues) return Continue(text, indent);
    indent_ = indent;
    if (text[0] == '[') return Header(text, indent);
    Option(text, indent);
  }

  void CheckBytes(absl::string_view text, int indent) {
    const auto bad = std::find_if(text.begin(), text.end(), IsControl);
    if (bad == text.end()) return;
    const int column = indent + static_cast<int>(bad - text.begin()) + 1;
    diagnostics_.Error({line_, column}, absl::StrCat("control byte `", Shown(absl::string_view(&*bad, 1)), "`"),
                       "remove it");
  }

  void Continue(absl::string_view text, int indent) {
    for (const SourceLocation& place : comments_) {
      diagnostics_.Warning(place, "a comment inside a value is dropped",
                           "start the comment in the first column, or move it out of the value");
    }
    comments_.clear();
    Append(text, indent + 1);
    if (!absl::EqualsIgnoreCase(entry_.key, "password")) return;
    diagnostics_.Hide(line_);
  }

  void Header(absl::string_view text, int indent) {
    EndEntry();
    const SourceLocation place{line_, indent + 1};
    const absl::string_view error = HeaderError(text);
    if (!error.empty()) {
      diagnostics_.Error(place, absl::StrCat("section header `", Shown(text), "` ", error),
                         "write `[NAME]`, alone on its line");
      return Enter(&discarded_);
    }
    const absl::string_view name = text.substr(1, text.size() - 2);
    if (name == "DEFAULT") {
      if (file_.defaults.place.line == 0) file_.defaults.place = place;
      return Enter(&file_.defaults);
    }
    const auto [known, fresh] = section_lines_.emplace(name, line_);
    if (!fresh) {
      diagnostics_.Error(place,
                         absl::StrCat("section [", Shown(name), "] is there twice, here and in line ", known->second),
                         "give one of them another name, or join them");
      return Enter(&discarded_);
    }
    file_.sections.push_back({std::string(name), place, {}, {}});
    Enter(&file_.sections.back());
  }

  void Enter(IniSection* section) {
    section_ = section;
    if (section != &file_.defaults) keys_.clear();
  }

  void Option(absl::string_view text, int indent) {
    EndEntry();
    const size_t split = text.find_first_of("=:");
    const SourceLocation place{line_, indent + 1};
    const std::string key = absl::AsciiStrToLower(Strip(text.substr(0, split)));
    if (absl::StartsWith(key, "password")) diagnostics_.Hide(line_);
    Open(key, place);
    if (section_ == nullptr) {
      diagnostics_.Error(place, absl::StrCat("`", Shown(key), "` stands before any section"),
                         "begin the file with `[NAME]` or `[DEFAULT]`");
      section_ = &discarded_;
    }
    if (key.empty()) {
      diagnostics_.Error(place, absl::StrCat("no key in front of `", text.substr(0, 1), "`"), "write `KEY = VALUE`");
      discard_ = true;
    } else if (split == absl::string_view::npos) {
      diagnostics_.Error(place, absl::StrCat("`", Shown(key.substr(0, key.find(' '))), "` has no `=`"),
                         "write `KEY = VALUE`, or indent the line if it continues the value above");
      discard_ = true;
      return;
    } else {
      CheckTwice(key, place);
    }
    const absl::string_view value = Strip(text.substr(split + 1));
    const int column = indent + static_cast<int>(value.empty() ? text.size() : value.data() - text.data()) + 1;
    Append(value, column);
    const size_t semicolon = value.find(';');
    if (semicolon == 0 || semicolon == absl::string_view::npos || !absl::ascii_isspace(value[semicolon - 1])) return;
    diagnostics_.Warning(
        {line_, column + static_cast<int>(semicolon)},
        absl::StrCat("the value of `", Shown(key), "` is kept whole; the original under Python 2 cut it at ` ;`"),
        "remove what follows the `;` if it was meant as a comment");
  }

  void CheckTwice(const std::string& key, SourceLocation place) {
    auto& keys = section_ == &file_.defaults ? default_keys_ : keys_;
    const auto [known, fresh] = keys.emplace(key, line_);
    if (fresh) return;
    discard_ = true;
    diagnostics_.Error(place, absl::StrCat("`", Shown(key), "` is there twice, here and in line ", known->second),
                       "remove one of them");
  }

  void Open(const std::string& key, SourceLocation place) {
    entry_ = {};
    entry_.key = key;
    entry_.place = place;
    open_ = true;
    discard_ = false;
  }

  void Append(absl::string_view text, int column) {
    if (!entry_.pieces.empty()) entry_.value += '\n';
    entry_.pieces.push_back({entry_.value.size(), {line_, column}});
    absl::StrAppend(&entry_.value, text);
  }

  void EndEntry() {
    comments_.clear();
    if (!std::exchange(open_, false) || discard_) return;
    entry_.value.erase(entry_.value.find_last_not_of(" \t\v\f\n") + 1);
    while (entry_.pieces.size() > 1 && entry_.pieces.back().offset > entry_.value.size()) entry_.pieces.pop_back();
    if (section_ != &discarded_) section_->entries.push_back(std::move(entry_));
  }

  static void Sort(IniSection& section) {
    for (size_t i = 0; i < section.entries.size(); ++i) section.by_key.push_back(i);
    const auto before = [&section](size_t a, size_t b) { return section.entries[a].key < section.entries[b].key; };
    std::sort(section.by_key.begin(), section.by_key.end(), before);
  }

  DiagnosticCollector& diagnostics_;
  IniFile file_;
  IniSection discarded_;  // takes what follows a broken header
  IniSection* section_ = nullptr;
  IniEntry entry_;
  bool open_ = false;     // entry_ may be continued
  bool discard_ = false;  // entry_ is wrong and not kept
  bool lone_return_ = false;
  int line_ = 0;
  int indent_ = 0;                        // of the line that began the entry
  std::vector<SourceLocation> comments_;  // indented deeper than the key, not yet followed by a continuation
  std::unordered_map<std::string, int> section_lines_, keys_, default_keys_;
};

/// Replaces the references of one value, as Python's BasicInterpolation does, except that a value without `%(` is
/// literal.
class Interpolation {
 public:
  Interpolation(const IniFile& file, const IniSection& section) : file_(file), section_(section) {}

  IniText Run(const IniEntry& entry) {
    Expand(entry, 1);
    return std::move(result_);
  }

 private:
  void Expand(const IniEntry& entry, int depth) {
    result_.secret |= entry.key == "password";
    if (!absl::StrContains(entry.value, "%(")) {
      absl::StrAppend(&result_.text, entry.value);
      return;
    }
    result_.literal = false;
    absl::string_view rest = entry.value;
    while (result_.error.empty()) {
      const size_t percent = rest.find('%');
      absl::StrAppend(&result_.text, rest.substr(0, percent));
      if (percent == absl::string_view::npos) return;
      rest.remove_prefix(percent + 1);
      if (ConsumePrefix(rest, "%")) {
        result_.text += '%';
      } else {
        Reference(entry, rest, depth);
      }
    }
  }

  /// Replaces the reference at the start of `rest`, whose `%` is consumed.
  void Reference(const IniEntry& entry, absl::string_view& rest, int depth) {
    const size_t start = entry.value.size() - rest.size() - 1;
    const size_t close = rest.find(')');
    if (rest.empty() || rest[0] != '(' || close == absl::string_view::npos || close == 1 ||
        rest.substr(close + 1, 1) != "s") {
      const size_t word = std::min({rest.find_first_of(" \t\n'\""), rest.size(), size_t{20}});
      return Fail(entry, start, word + 1,
                  "is no reference: in a value that has references, write `%%` for a percent sign");
    }
    const IniEntry* target = file_.Lookup(section_, absl::AsciiStrToLower(rest.substr(1, close - 1)));
    if (target == nullptr) {
      Fail(entry, start, close + 3,
           "names no key of this section or of [DEFAULT]: correct it, or write `%%` for a percent sign");
    } else if (depth == kMaxDepth && absl::StrContains(target->value, "%(")) {
      Fail(entry, start, close + 3,
           "refers to itself, or is nested deeper than ten levels: give it a value of its own");
    } else if (result_.text.size() + target->value.size() > kMaxText) {
      Fail(entry, start, close + 3, "makes the value larger than 1 MiB: shorten it");
    } else {
      rest.remove_prefix(close + 2);
      Expand(*target, depth + 1);
    }
  }

  void Fail(const IniEntry& entry, size_t offset, size_t length, absl::string_view error) {
    result_.error = absl::StrCat(
        entry.key == "password" ? "(hidden)" : absl::StrCat("`", Shown(entry.value.substr(offset, length)), "`"), " ",
        error);
    result_.place = entry.PlaceOf(offset);
  }

  const IniFile& file_;
  const IniSection& section_;
  IniText result_;
};

}  // namespace

IniEntry::SourceLocation IniEntry::PlaceOf(size_t offset) const {
  if (pieces.empty()) return place;
  auto piece =
      std::upper_bound(pieces.begin(), pieces.end(), offset, [](size_t at, const Segment& p) { return at < p.offset; });
  if (piece != pieces.begin()) --piece;
  return {piece->place.line, piece->place.column + static_cast<int>(offset - piece->offset)};
}

const IniEntry* IniSection::Find(absl::string_view key) const {
  const auto before = [this](size_t index, absl::string_view wanted) { return entries[index].key < wanted; };
  const auto found = std::lower_bound(by_key.begin(), by_key.end(), key, before);
  return found != by_key.end() && entries[*found].key == key ? &entries[*found] : nullptr;
}

IniFile IniFile::Parse(absl::string_view bytes, DiagnosticCollector& diagnostics) {
  return Parser(diagnostics).Parse(bytes);
}

const IniEntry* IniFile::Lookup(const IniSection& section, absl::string_view key) const {
  const IniEntry* own = section.Find(key);
  return own != nullptr ? own : defaults.Find(key);
}

IniText IniFile::Interpolate(const IniSection& section, const IniEntry& entry) const {
  return Interpolation(*this, section).Run(entry);
}

}  // namespace sshsync
