#include "sshsync/text/template_reading.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/text/nearest.h"
#include "sshsync/text/shell_scan.h"

namespace sshsync {
namespace {

using Kind = TemplateDiagnostic::Kind;
using Contexts = absl::Span<const ShellContext>;

// One place of the text and what is to stand there instead.
struct Edit {
  size_t offset;
  size_t length;
  absl::string_view replacement;
};

bool IsBare(ShellContext context) {
  return context == ShellContext::kSubstitution || context == ShellContext::kBacktick;
}

bool IsOperand(ShellContext context) {
  return context == ShellContext::kParameterWord || context == ShellContext::kParameterPattern;
}

// Whether a shell that reads there is inside double quotes or a here-document, operands of ${ } looked through.
bool InDouble(Contexts contexts) {
  while (!contexts.empty() && IsOperand(contexts.back())) contexts.remove_suffix(1);
  return !contexts.empty() && !IsBare(contexts.back());
}

bool IsDefaultOperator(absl::string_view op) { return !op.empty() && absl::StrContains("-=?", op.back()); }

bool IsAlternativeOperator(absl::string_view op) { return op == "+" || op == ":+"; }

class Reader {
 public:
  Reader(absl::string_view text, absl::Span<const TemplateVariable> variables)
      : text_(text),
        variables_(variables),
        scan_(ScanShell(text)),
        readers_(ValueReaders(scan_)),
        wrapped_(scan_.expansions.size()) {}

  TemplateReading Read() {
    for (const ShellProblem& problem : scan_.problems)
      AddDiagnostic(Kind::kSyntax, LogLevel::kError, problem.offset, 1, problem.message, "");
    if (text_.find('\0') != absl::string_view::npos)
      AddDiagnostic(Kind::kSyntax, LogLevel::kError, text_.find('\0'), 1, "a NUL byte", "remove it");
    if (absl::StripAsciiWhitespace(text_).empty())
      AddDiagnostic(Kind::kSyntax, LogLevel::kError, 0, 0, "an empty template", "write a command, or remove the key");
    for (size_t i = 0; i < scan_.expansions.size(); ++i) {
      const TemplateVariable* variable = Known(scan_.expansions[i].name);
      if (variable == nullptr) {
        Unknown(scan_.expansions[i]);
      } else if (const size_t errors = errors_; Place(i, *variable), errors == errors_) {
        result_.uses.push_back({variable, readers_[i]});
        Readers(scan_.expansions[i], *variable, readers_[i]);
      }
    }
    ApplyEdits();
    absl::c_stable_sort(result_.diagnostics,
                        [](const TemplateDiagnostic& a, const TemplateDiagnostic& b) { return a.offset < b.offset; });
    return std::move(result_);
  }

 private:
  void AddDiagnostic(Kind kind, LogLevel severity, size_t offset, size_t length, std::string message,
                     std::string remedy) {
    if (severity == LogLevel::kError) ++errors_;
    result_.diagnostics.push_back({kind, severity, offset, length, std::move(message), std::move(remedy)});
  }
  void Refuse(const ShellExpansion& expansion, std::string message, std::string remedy) {
    AddDiagnostic(Kind::kQuoting, LogLevel::kError, expansion.offset, expansion.length, std::move(message),
                  std::move(remedy));
  }
  const TemplateVariable* Known(absl::string_view name) const {
    const auto found =
        absl::c_find_if(variables_, [name](const TemplateVariable& variable) { return variable.name == name; });
    return found == variables_.end() ? nullptr : &*found;
  }
  absl::string_view Text(const ShellExpansion& expansion) const {
    return text_.substr(expansion.offset, expansion.length);
  }

  void Place(size_t index, const TemplateVariable& variable);
  void Bare(size_t index);
  void InSingleQuotes(const ShellExpansion& expansion);
  bool NeedsQuotes(const ShellExpansion& expansion, Contexts contexts) const;
  void Unknown(const ShellExpansion& expansion);
  void Readers(const ShellExpansion& expansion, const TemplateVariable& variable, const ValueReader& reader);
  void ApplyEdits();

  const absl::string_view text_;
  const absl::Span<const TemplateVariable> variables_;
  const ShellScan scan_;
  const std::vector<ValueReader> readers_;
  std::vector<bool> wrapped_;  // expansions that get quotes around them
  std::set<int> rewritten_;    // single-quoted strings that become double-quoted
  std::vector<Edit> edits_;
  size_t errors_ = 0;
  TemplateReading result_;
};

// Makes one use of a known variable safe where it stands, or refuses it.
void Reader::Place(size_t index, const TemplateVariable& variable) {
  const ShellExpansion& expansion = scan_.expansions[index];
  const Contexts contexts = expansion.contexts;
  if (!contexts.empty() && contexts.back() == ShellContext::kSingle) return InSingleQuotes(expansion);
  if (!contexts.empty() && contexts.back() == ShellContext::kLiteralHereDocument) {
    return Refuse(expansion, absl::StrCat(variable.name, " in a here-document with a quoted delimiter is not expanded"),
                  "write the delimiter without quotes, and \\$ for each $ that is to stay");
  }
  for (size_t i = 0; i < contexts.size(); ++i) {
    if (contexts[i] == ShellContext::kBacktick && InDouble(contexts.first(i))) {
      return Refuse(
          expansion,
          absl::StrCat(variable.name, " in back-ticks inside double quotes: shells differ in how they read it"),
          "write \"$( )\" instead of the back-ticks");
    }
    if (contexts[i] == ShellContext::kArithmetic && variable.kind != VariableKind::kNumber &&
        !absl::c_any_of(contexts.subspan(i), IsBare)) {
      return Refuse(expansion,
                    absl::StrCat(variable.name, " in an arithmetic expression, where a name could be anything"),
                    "calculate with numbers only");
    }
  }
  if (expansion.op == "!" || expansion.op == "[" || (expansion.op == "@" && !absl::EndsWith(Text(expansion), "@Q}"))) {
    return Refuse(expansion, absl::StrCat(Text(expansion), " reads the value of ", variable.name, " as code"),
                  absl::StrCat("write ${", variable.name, "}"));
  }
  const bool nested_quotes = contexts.size() >= 2 && contexts.back() == ShellContext::kDouble &&
                             contexts[contexts.size() - 2] == ShellContext::kParameterWord;
  if (nested_quotes && InDouble(contexts.first(contexts.size() - 2))) {
    return Refuse(expansion,
                  absl::StrCat(variable.name,
                               " in double quotes inside ${ } inside double quotes: shells differ in how they read it"),
                  "leave the inner quotes out");
  }
  if (expansion.dollar && NeedsQuotes(expansion, contexts)) Bare(index);
}

// Whether the value would be split, or read as a pattern.
bool Reader::NeedsQuotes(const ShellExpansion& expansion, Contexts contexts) const {
  if (contexts.empty() || IsBare(contexts.back())) return true;
  if (contexts.back() == ShellContext::kParameterPattern) return true;
  if (contexts.back() != ShellContext::kParameterWord || expansion.outer < 0) return false;
  if (wrapped_[expansion.outer]) return false;
  return NeedsQuotes(scan_.expansions[expansion.outer], contexts.first(contexts.size() - 1));
}

void Reader::Bare(size_t index) {
  const ShellExpansion& expansion = scan_.expansions[index];
  // ${NAME:+word}: the value itself is not expanded, and the word may be several.
  if (IsAlternativeOperator(expansion.op)) return;
  if (IsDefaultOperator(expansion.op) && expansion.operand_quotes) {
    return Refuse(
        expansion,
        absl::StrCat(Text(expansion), " has quotes of its own, which would mean something else inside double quotes"),
        absl::StrCat("put double quotes around it yourself, or write ${", expansion.name, "}"));
  }
  if (absl::StrContains(Text(expansion), '`')) {
    return Refuse(expansion,
                  absl::StrCat("back-ticks inside ${", expansion.name, expansion.op,
                               " }, which is to stand in double quotes: shells differ in how they read it"),
                  "write $( ) instead of the back-ticks");
  }
  wrapped_[index] = true;
  edits_.push_back({expansion.offset, 0, "\""});
  edits_.push_back({expansion.offset + expansion.length, 0, "\""});
}

void Reader::InSingleQuotes(const ShellExpansion& expansion) {
  if (rewritten_.count(expansion.quoted) > 0) return;
  const std::string name = absl::StrCat("${", expansion.name, "}");
  if (expansion.quoted >= 0) {
    const ShellQuotedString& quoted = scan_.quoted[expansion.quoted];
    const absl::string_view inside = text_.substr(quoted.offset + 1, quoted.length - 2);
    size_t i = 0;
    while (i < inside.size()) {
      const size_t close = absl::StartsWith(inside.substr(i), "${") ? inside.find('}', i) : absl::string_view::npos;
      if (close != absl::string_view::npos && Known(inside.substr(i + 2, close - i - 2)) != nullptr) {
        i = close + 1;
      } else if (absl::ascii_isalnum(static_cast<unsigned char>(inside[i])) || absl::StrContains("@:._/-", inside[i])) {
        ++i;
      } else {
        break;
      }
    }
    if (i == inside.size()) {
      rewritten_.insert(expansion.quoted);
      edits_.push_back({quoted.offset, 1, "\""});
      edits_.push_back({quoted.offset + quoted.length - 1, 1, "\""});
      AddDiagnostic(Kind::kRewritten, LogLevel::kInfo, quoted.offset, quoted.length,
                    "single quotes keep the shell from expanding it; read as double quotes",
                    absl::StrCat("write \"", inside, "\""));
      return;
    }
  }
  std::string remedy = absl::StrCat("end the quotes before it and begin them again: '...'\"", name, "\"'...'");
  const int word = expansion.word;
  const int command = word < 0 ? -1 : scan_.words[word].command;
  const std::string program = readers_[&expansion - scan_.expansions.data()].second_parser;
  if (command >= 0 && absl::EndsWith(program, " -c")) {
    remedy = absl::StrCat("hand it over as an argument: -c '... \"$1\" ...' sh ", name);
  } else if (absl::StrContains(program, "awk")) {
    remedy = absl::StrCat("hand it over in the environment: V=", name, " awk '... ENVIRON[\"V\"] ...'");
  } else if (absl::StrContains(program, "program of")) {
    remedy = absl::StrCat("hand it over as an argument behind the program: '...' ", name);
  }
  Refuse(expansion, absl::StrCat(expansion.name, " in single quotes is not expanded"), std::move(remedy));
}

void Reader::Unknown(const ShellExpansion& expansion) {
  const bool mentioned =
      !expansion.contexts.empty() && (expansion.contexts.back() == ShellContext::kSingle ||
                                      expansion.contexts.back() == ShellContext::kLiteralHereDocument);
  const bool is_name = !expansion.name.empty() &&
                       (absl::ascii_isalpha(static_cast<unsigned char>(expansion.name[0])) || expansion.name[0] == '_');
  if (!expansion.braced || mentioned || !is_name || absl::c_linear_search(scan_.assigned, expansion.name)) return;
  std::vector<absl::string_view> names;
  for (const TemplateVariable& variable : variables_) names.push_back(variable.name);
  const auto nearest = Nearest(expansion.name, names);
  AddDiagnostic(Kind::kUnknown, LogLevel::kWarning, expansion.offset, expansion.length,
                absl::StrCat("no variable ", expansion.name, "; the shell on the host looks for one"),
                nearest ? absl::StrCat("did you mean ${", *nearest, "}?")
                        : absl::StrCat("write $", expansion.name, " if that is meant"));
}

void Reader::Readers(const ShellExpansion& expansion, const TemplateVariable& variable, const ValueReader& reader) {
  if (!reader.second_parser.empty() && reader.second_parser != "an arithmetic expression") {
    AddDiagnostic(
        Kind::kSecondParser, reader.is_address ? LogLevel::kInfo : LogLevel::kWarning, expansion.offset,
        expansion.length, absl::StrCat(variable.name, " is read once more by ", reader.second_parser),
        "values with other characters than A-Z a-z 0-9 and _./+,:@%=- are not passed there (names = any lifts this)");
  }
  const bool may_look_so =
      reader.option_like == ValueReader::OptionLike::kWhole
          ? variable.kind == VariableKind::kRelativePath
          : variable.kind == VariableKind::kRelativePath || variable.kind == VariableKind::kAbsolutePath;
  if (reader.option_like != ValueReader::OptionLike::kNo && may_look_so) {
    AddDiagnostic(
        Kind::kOptionLike, LogLevel::kWarning, expansion.offset, expansion.length,
        absl::StrCat("a value of ", variable.name, " that begins with - would be an option here, and is not passed"),
        absl::StrCat("write ./", Text(expansion), ", or -- before it"));
  }
}

void Reader::ApplyEdits() {
  absl::c_stable_sort(edits_, [](const Edit& a, const Edit& b) { return a.offset < b.offset; });
  size_t done = 0;
  for (const Edit& edit : edits_) {
    absl::StrAppend(&result_.text, text_.substr(done, edit.offset - done), edit.replacement);
    done = edit.offset + edit.length;
  }
  absl::StrAppend(&result_.text, text_.substr(done));
}

}  // namespace

TemplateReading ReadTemplate(absl::string_view text, absl::Span<const TemplateVariable> variables) {
  return Reader(text, variables).Read();
}

}  // namespace sshsync
