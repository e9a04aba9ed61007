#include "tools/cli/flags/help.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "tools/cli/text/paragraph.h"

namespace sshsync::cli {
namespace {

constexpr size_t kColumn = 30;

std::string Usage(VerbId id) {
  std::string result = absl::StrCat("Usage: sshsync [OPTIONS] ", RowOf(id).synopsis, "\n");
  if (id != VerbId::kSync) return result;
  for (const Verb& verb : AllVerbs()) {
    if (!verb.name.empty()) absl::StrAppend(&result, "       sshsync [OPTIONS] ", verb.synopsis, "\n");
  }
  return result;
}

/// The flags that are shown for a verb; all of them for the default one, which stands for the whole tool.
bool Shows(const Flag& flag, VerbId verb) { return verb == VerbId::kSync || (flag.verbs & SetOf(verb)); }

std::string Flags(VerbId verb, bool with_doc) {
  std::vector<absl::string_view> groups;
  for (const Flag& flag : AllFlags()) {
    bool known = false;
    for (const absl::string_view group : groups) known |= group == flag.group;
    if (!known) groups.push_back(flag.group);
  }
  std::string result;
  for (const absl::string_view group : groups) {
    std::string lines;
    for (const Flag& flag : AllFlags()) {
      if (flag.group != group || !Shows(flag, verb)) continue;
      absl::StrAppend(&lines, Definition(FlagTerm(flag, true), flag.brief, 2, kColumn));
      if (with_doc) absl::StrAppend(&lines, Paragraph(flag.doc, kColumn));
    }
    if (!lines.empty()) absl::StrAppend(&result, "\n", group, ":\n", lines);
  }
  return result;
}

std::string Verbs(VerbId only, bool with_doc) {
  std::string result;
  for (const Verb& verb : AllVerbs()) {
    if (only == VerbId::kSync ? verb.name.empty() : verb.id != only) continue;
    absl::StrAppend(&result, Definition(verb.name, verb.brief, 2, 13));
    if (with_doc) absl::StrAppend(&result, Paragraph(verb.doc, 13));
  }
  return absl::StrCat("\n", only == VerbId::kSync ? "Verbs" : "Verb", ":\n", result);
}

template <class Rows, class Term, class Meaning>
std::string Section(absl::string_view title, const Rows& rows, Term term, Meaning meaning, size_t column) {
  std::string result = absl::StrCat("\n", title, ":\n");
  for (const auto& row : rows) absl::StrAppend(&result, Definition(row.*term, row.*meaning, 2, column));
  return result;
}

}  // namespace

std::string FlagTerm(const Flag& flag, bool aligned) {
  const std::string letter = flag.letter ? absl::StrCat("-", std::string(1, flag.letter), ", ") : aligned ? "    " : "";
  return absl::StrCat(letter, "--", flag.name, flag.placeholder.empty() ? "" : " ", flag.placeholder);
}

absl::string_view Tagline() { return "brings file repositories in line, hop by hop, over ssh"; }

std::string ShortHelp(VerbId verb) {
  return absl::StrCat("sshsync ", Tagline(), "\n\n", Usage(verb), Verbs(verb, false), Flags(verb, false),
                      "\nsshsync --help explains more and has examples.\n");
}

std::string LongHelp(VerbId verb) {
  std::string result = absl::StrCat("sshsync ", Tagline(), "\n\n", Usage(verb));
  if (verb == VerbId::kSync) absl::StrAppend(&result, "\n", Paragraph(RowOf(verb).doc, 0));
  absl::StrAppend(&result, Verbs(verb, true), Flags(verb, true));
  absl::StrAppend(&result, Section("Exit status", AllExitCodes(), &ExitCode::code, &ExitCode::meaning, 9),
                  Section("Files", AllFiles(), &Place::name, &Place::meaning, kColumn),
                  Section("Environment", AllVariables(), &Place::name, &Place::meaning, 18), "\nExamples:\n");
  for (const Example& example : AllExamples())
    absl::StrAppend(&result, Paragraph(example.meaning, 2), "    ", example.command, "\n");
  return result;
}

}  // namespace sshsync::cli
