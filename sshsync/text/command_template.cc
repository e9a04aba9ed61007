#include "sshsync/text/command_template.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/original_quoting.h"
#include "sshsync/text/shell_quote.h"
#include "sshsync/text/template_reading.h"

namespace sshsync {
namespace {

bool IsPlainToAnyParser(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains("_./+,:@%=-", c);
}

TemplateReading Read(absl::string_view text, const TemplateOptions& options) {
  if (!options.original_quoting) return ReadTemplate(text, options.variables);
  const UnquotedTemplate unquoted = UndoOriginalQuoting(text);
  TemplateReading reading = ReadTemplate(unquoted.text, options.variables);
  for (TemplateDiagnostic& diagnostic : reading.diagnostics) {
    const size_t end = unquoted.places[std::min(diagnostic.offset + diagnostic.length, unquoted.text.size())];
    diagnostic.offset = unquoted.places[diagnostic.offset];
    diagnostic.length = end - diagnostic.offset;
  }
  return reading;
}

}  // namespace

TemplateValues& TemplateValues::Set(absl::string_view name, absl::string_view bytes) {
  const auto found = absl::c_find_if(values_, [name](const auto& value) { return value.first == name; });
  if (found != values_.end()) {
    found->second = std::string(bytes);
  } else {
    values_.emplace_back(std::string(name), std::string(bytes));
  }
  return *this;
}

const std::string* TemplateValues::Find(absl::string_view name) const {
  const auto found = absl::c_find_if(values_, [name](const auto& value) { return value.first == name; });
  return found == values_.end() ? nullptr : &found->second;
}

absl::StatusOr<CommandTemplate> CommandTemplate::Parse(absl::string_view text, const TemplateOptions& options) {
  TemplateReading reading = Read(text, options);
  std::vector<std::string> refusals;
  for (const TemplateDiagnostic& diagnostic : reading.diagnostics) {
    if (diagnostic.severity < LogLevel::kError) continue;
    refusals.push_back(absl::StrCat("at byte ", diagnostic.offset + 1, ": ", diagnostic.message,
                                    diagnostic.remedy.empty() ? "" : ": ", diagnostic.remedy));
  }
  if (!refusals.empty()) return MakeError(Failure::kConfig, CleanForTerminal(absl::StrJoin(refusals, "; ")));

  CommandTemplate command;
  command.text_ = std::move(reading.text);
  command.shell_ = options.shell;
  command.any_names_ = options.any_names;
  command.diagnostics_ = std::move(reading.diagnostics);
  for (const TemplateVariable& variable : options.variables) {
    Use use{variable.name, variable.kind, "", false, false};
    bool named = false;
    for (const VariableUse& seen : reading.uses) {
      if (seen.variable != &variable) continue;
      named = true;
      if (use.second_parser.empty()) use.second_parser = seen.reader.second_parser;
      use.option_like |= seen.reader.option_like != ValueReader::OptionLike::kNo;
      use.option_like_part |= seen.reader.option_like == ValueReader::OptionLike::kCut;
    }
    if (named) command.uses_.push_back(std::move(use));
  }
  return command;
}

std::vector<TemplateDiagnostic> CommandTemplate::Check(absl::string_view text, const TemplateOptions& options) {
  std::vector<TemplateDiagnostic> diagnostics = Read(text, options).diagnostics;
  if (!options.original_quoting && !options.quoting_is_stated) {
    const std::vector<TemplateDiagnostic> migration = MigrationRemarks(text, options.variables);
    diagnostics.insert(diagnostics.end(), migration.begin(), migration.end());
  }
  absl::c_stable_sort(diagnostics,
                      [](const TemplateDiagnostic& a, const TemplateDiagnostic& b) { return a.offset < b.offset; });
  return diagnostics;
}

const CommandTemplate::Use* CommandTemplate::Find(absl::string_view variable) const {
  const auto found = absl::c_find_if(uses_, [variable](const Use& use) { return use.name == variable; });
  return found == uses_.end() ? nullptr : &*found;
}

std::vector<absl::string_view> CommandTemplate::variables() const {
  std::vector<absl::string_view> names;
  for (const Use& use : uses_) names.push_back(use.name);
  return names;
}

std::vector<absl::string_view> CommandTemplate::second_parser_variables() const {
  std::vector<absl::string_view> names;
  for (const Use& use : uses_) {
    if (!use.second_parser.empty()) names.push_back(use.name);
  }
  return names;
}

absl::Status CommandTemplate::CheckValue(absl::string_view variable, absl::string_view value) const {
  const Use* use = Find(variable);
  if (use == nullptr) return absl::OkStatus();
  const auto refuse = [&](absl::string_view why) {
    const std::string shown =
        use->kind == VariableKind::kSecret ? "(secret)" : absl::StrCat("\"", EscapeForTerminal(value), "\"");
    return MakeError(Failure::kUnsafeName, absl::StrCat(variable, " = ", shown, " ", why));
  };
  if (value.find('\0') != absl::string_view::npos) return refuse("holds a NUL byte");
  if (value.empty() && (use->kind == VariableKind::kAbsolutePath || use->kind == VariableKind::kRelativePath))
    return refuse("is empty");
  if (any_names_) return absl::OkStatus();
  if (!use->second_parser.empty() && !absl::c_all_of(value, IsPlainToAnyParser)) {
    return refuse(absl::StrCat("would be read once more by ", use->second_parser));
  }
  if (use->option_like && absl::StartsWith(value, "-")) return refuse("would be read as an option");
  if (use->option_like_part && absl::StrContains(value, "/-"))
    return refuse("would be read as an option where the template cuts it");
  return absl::OkStatus();
}

absl::StatusOr<BoundCommand> CommandTemplate::Bind(const TemplateValues& values) const {
  BoundCommand command;
  command.shell_ = shell_;
  if (uses_.empty()) {
    command.script_ = text_;
    command.display_ = CleanForTerminal(text_);
    return command;
  }
  // An exported variable of that name stays exported when it is set: unset comes first.
  command.script_ = "unset";
  for (const Use& use : uses_) absl::StrAppend(&command.script_, " ", use.name);
  std::string shown;
  for (const Use& use : uses_) {
    const std::string* value = values.Find(use.name);
    if (value == nullptr)
      return MakeError(Failure::kInternal,
                       absl::StrCat("no value for ", use.name, " in the template: ", CleanForTerminal(text_)));
    SSHSYNC_RETURN_IF_ERROR(CheckValue(use.name, *value));
    const std::string literal = ShellLiteral(*value);
    absl::StrAppend(&command.script_, "; ", use.name, "=", literal);
    absl::StrAppend(&shown, use.name, "=", use.kind == VariableKind::kSecret ? "******" : literal, "; ");
  }
  absl::StrAppend(&command.script_, "\n", text_);
  command.display_ = CleanForTerminal(absl::StrCat(shown, text_));
  return command;
}

}  // namespace sshsync
