#include "tools/cli/init/migration.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "sshsync/config/ini/ini.h"
#include "sshsync/config/keys.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/original_quoting.h"
#include "sshsync/text/template_variables.h"
#include "tools/cli/text/paragraph.h"

namespace sshsync::init {
namespace {

constexpr absl::string_view kSecondShell =
    "the original ran it through a second shell on the controller, and this undid its escapes: now the host's shell is "
    "the only one";

struct Place {
  const IniSection* section;
  const IniEntry* entry;
};

std::vector<Place> AllEntries(const IniFile& ini) {
  std::vector<Place> places;
  for (const IniEntry& entry : ini.defaults.entries) places.push_back({&ini.defaults, &entry});
  for (const IniSection& section : ini.sections) {
    for (const IniEntry& entry : section.entries) places.push_back({&section, &entry});
  }
  std::sort(places.begin(), places.end(),
            [](const Place& a, const Place& b) { return a.entry->place.line < b.entry->place.line; });
  return places;
}

std::string SectionName(const Place& place) { return place.section->name.empty() ? "DEFAULT" : place.section->name; }

/// The original file as lines, some of which are replaced or left out.
class Rewriter {
 public:
  explicit Rewriter(absl::string_view bytes) : lines_(absl::StrSplit(bytes, '\n')) {}

  /// Puts `key = value` in the place of an entry, with as many lines as the value has.
  void Replace(const IniEntry& entry, absl::string_view value) {
    const size_t first = Index(entry.place.line);
    const absl::string_view line = lines_[first];
    const size_t split = line.find_first_of("=:");
    const size_t begin = split == absl::string_view::npos
                             ? line.size()
                             : std::min(line.find_first_not_of(" \t", split + 1), line.size());
    changed_[first] = absl::StrCat(line.substr(0, begin), absl::StrReplaceAll(value, {{"\n", "\n    "}}));
    DropRest(entry);
  }
  void Drop(const IniEntry& entry) {
    changed_[Index(entry.place.line)] = kGone;
    DropRest(entry);
  }
  /// A line below the head of [DEFAULT], which is put in front where there is none.
  void AddDefault(const IniFile& ini, absl::string_view line) {
    if (ini.defaults.place.line <= 0) {
      head_ = absl::StrCat("[DEFAULT]\n", line, "\n\n");
    } else {
      const size_t at = Index(ini.defaults.place.line);
      changed_[at] = absl::StrCat(lines_[at], "\n", line);
    }
  }

  std::string Text() const {
    std::string text = head_;
    for (size_t i = 0; i < lines_.size(); ++i) {
      const auto found = changed_.find(i);
      if (found != changed_.end() && found->second == kGone) continue;
      absl::StrAppend(&text, found == changed_.end() ? lines_[i] : absl::string_view(found->second),
                      i + 1 < lines_.size() ? "\n" : "");
    }
    return text;
  }

 private:
  static constexpr char kGone[] = "\1gone";  // no line of a configuration that is read

  static size_t Index(int line) { return static_cast<size_t>(std::max(line, 1)) - 1; }
  void DropRest(const IniEntry& entry) {
    for (const IniEntry::Segment& piece : entry.pieces) {
      if (piece.place.line > entry.place.line) changed_[Index(piece.place.line)] = kGone;
    }
  }

  const std::vector<absl::string_view> lines_;
  std::map<size_t, std::string> changed_;
  std::string head_;
};

bool IsTemplate(const Place& place) { return IsTemplateKey(place.entry->key) && place.section->name != "sshsync"; }

bool HasEscapes(const IniEntry& entry) { return UndoOriginalQuoting(entry.value).text != entry.value; }

}  // namespace

Migration MigrateOriginal(absl::string_view bytes) {
  Migration migration;
  DiagnosticCollector ignored("", bytes);  // who reads the result says what is wrong with it
  const IniFile ini = IniFile::Parse(bytes, ignored);
  const std::vector<Place> places = AllEntries(ini);
  Rewriter rewriter(bytes);

  bool done_before = false, composed = false, any_template = false, names_password = false;
  for (const Place& place : places) {
    done_before |= place.entry->key == "original_quoting";
    any_template |= IsTemplate(place);
    composed |= absl::StrContains(place.entry->value, "%(") && IsTemplate(place);
    names_password |=
        absl::StrContains(place.entry->value, "PASSWORD") || absl::StrContains(place.entry->value, "%(password)");
  }
  const bool any_escape =
      std::any_of(places.begin(), places.end(), [](const Place& place) { return HasEscapes(*place.entry); });
  if (!done_before && composed && any_escape) {
    rewriter.AddDefault(ini, "original_quoting = yes");
    migration.changes.push_back(
        {.section = "DEFAULT",
         .key = "original_quoting",
         .now = "yes",
         .why = "templates that are put together with %( )s are read as the original read them"});
  } else if (!done_before && any_template) {
    rewriter.AddDefault(ini, "original_quoting = no");
    migration.changes.push_back({.section = "DEFAULT",
                                 .key = "original_quoting",
                                 .now = "no",
                                 .why = "says that the templates are written for one shell, the host's"});
  }
  for (const Place& place : places) {
    const IniEntry& entry = *place.entry;
    Change change{.line = entry.place.line, .section = SectionName(place), .key = entry.key};
    if (entry.key == "password") {
      migration.has_password |= names_password;
      if (names_password) continue;
      rewriter.Drop(entry);
      change.was = "******";
      change.why = "it was never used to log in: accounts have keys";
      migration.changes.push_back(change);
      continue;
    }
    if (!IsTemplate(place) || done_before) continue;
    if (!composed && HasEscapes(entry)) {
      change.was = entry.value;
      change.now = UndoOriginalQuoting(entry.value).text;
      change.why = std::string(kSecondShell);
      rewriter.Replace(entry, change.now);
      migration.changes.push_back(change);
    }
    for (const TemplateDiagnostic& remark : MigrationRemarks(entry.value, TemplateVariables())) {
      // The escapes are undone above.
      if (entry.value[remark.offset] == '\\') continue;
      migration.changes.push_back(
          {.line = entry.PlaceOf(remark.offset).line,
           .section = change.section,
           .key = entry.key,
           .why = absl::StrCat(
               remark.message, "; ",
               entry.value[remark.offset] == '"' ? "it is a quote for the host's shell now" : remark.remedy)});
    }
  }
  migration.text = rewriter.Text();
  return migration;
}

std::string ChangesText(const Migration& migration) {
  std::string text;
  for (const Change& change : migration.changes) {
    absl::StrAppend(&text, change.line > 0 ? absl::StrCat("line ", change.line, ", ") : "", "[",
                    EscapeForTerminal(change.section), "] ", EscapeForTerminal(change.key), "\n");
    if (!change.was.empty()) absl::StrAppend(&text, "  was      ", CleanForTerminal(change.was), "\n");
    if (!change.now.empty()) absl::StrAppend(&text, "  becomes  ", CleanForTerminal(change.now), "\n");
    if (!change.was.empty() && change.now.empty()) text += "  is left out\n";
    text += cli::Paragraph(change.why, 2);
  }
  return text.empty() ? "nothing has to be changed\n" : text;
}

}  // namespace sshsync::init
