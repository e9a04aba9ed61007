#ifndef SSHSYNC_TEXT_COMMAND_TEMPLATE_H_
#define SSHSYNC_TEXT_COMMAND_TEMPLATE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/text/template_diagnostic.h"
#include "sshsync/text/template_variables.h"

namespace sshsync {

/// How a template is read.
struct TemplateOptions {
  /// The template was written for the original, which passed it through a second shell inside double quotes: one level
  /// of
  /// `\$ \" \\` and back-tick escapes is undone first.
  bool original_quoting = false;
  /// Whether somebody said that: then nothing has to be said of what the original read differently.
  bool quoting_is_stated = false;
  /// Values reach second parsers and option positions unchecked: the template quotes for itself.
  bool any_names = false;
  /// Program that runs the bound command.
  std::string shell = "sh";
  /// Variables that this template may name. Most callers leave this alone. Must outlive the template.
  absl::Span<const TemplateVariable> variables = TemplateVariables();
};

/// Values for the variables of a template, by name: any bytes.
class TemplateValues {
 public:
  TemplateValues& Set(absl::string_view name, absl::string_view bytes);
  /// nullptr where nothing was set. Valid until the next Set.
  const std::string* Find(absl::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

/// A template with its values: what may be run. Only `CommandTemplate::Bind` makes one, so that raw text cannot be
/// passed where a command is wanted.
class BoundCommand {
 public:
  /// The script: assignments from quoted literals, a newline, the template's text. For `shell()` to read as a whole.
  const std::string& script() const { return script_; }
  /// The same for people: secrets masked, one clean line.
  const std::string& display() const { return display_; }
  const std::string& shell() const { return shell_; }

 private:
  friend class CommandTemplate;
  BoundCommand() = default;

  std::string script_;
  std::string display_;
  std::string shell_;
};

/// A command line of the configuration: shell text that the operator wrote and is trusted, with variables whose values
/// are data and are never trusted.
///
/// Values are never pasted into the text. They are shell variables, assigned from quoted literals in front of it, and
/// each bare use of one gets double quotes: its expansion is one word with exactly the value's bytes, while splitting
/// and globbing stay as the shell has them for everything else of the template. Quoting the values for the place they
/// stand in was rejected: there is no quoting that is right inside
/// "..." , $( ) and a here-document alike. So was switching splitting and globbing off (`IFS=; set -f`): it breaks
/// `while read a b`, `set
/// -- $(...)` and `*.zip`.
///
/// Some commands read a value once more: `sh -c`, eval, ssh, awk programs, scp's `host:path`. For uses there
/// (`second_parser_variables`) only values made of `[A-Za-z0-9_./+,:@%=-]` are bound, unless `any_names`. They are
/// found by the command's name; a value that travels there through a variable of the template's own is not followed.
///
/// Ownership: keeps copies, but for `TemplateOptions::variables`. Threads: immutable after Parse. Errors: kConfig for a
/// template that is refused, kUnsafeName for a value that is. Offsets are bytes in the text as it was given.
///
///     auto copy = CommandTemplate::Parse("cp ${FILEPATH} /backup/", {});
///     auto command = copy->Bind(TemplateValues().Set("FILEPATH", "/srv/a b"));
///     command->script() == "unset FILEPATH; FILEPATH='/srv/a b'\ncp \"${FILEPATH}\" /backup/"
class CommandTemplate {
 public:
  /// An error (kConfig) lists every refusal with its place and what to write instead.
  static absl::StatusOr<CommandTemplate> Parse(absl::string_view text, const TemplateOptions& options);
  /// Everything there is to say about a template, by offset: what Parse refuses, what it changed, what may surprise,
  /// and, unless `original_quoting`, what the original read differently.
  static std::vector<TemplateDiagnostic> Check(absl::string_view text, const TemplateOptions& options);

  /// Refuses with kUnsafeName values that cannot be passed (see the class comment) or hold a NUL. Every variable the
  /// template names must have a value; one that is missing is a bug of the caller (kInternal).
  absl::StatusOr<BoundCommand> Bind(const TemplateValues& values) const;
  /// Whether Bind would refuse `value` for this variable: for plans, before anything is run.
  absl::Status CheckValue(absl::string_view variable, absl::string_view value) const;

  /// What the shell reads: escapes undone, quotes added.
  const std::string& text() const { return text_; }
  /// The variables it names, in the order of the options' list. Only these are bound.
  std::vector<absl::string_view> variables() const;
  bool names(absl::string_view variable) const { return Find(variable) != nullptr; }
  /// Those of them that another program reads once more.
  std::vector<absl::string_view> second_parser_variables() const;
  /// What Check says but for the migration.
  const std::vector<TemplateDiagnostic>& diagnostics() const { return diagnostics_; }

 private:
  struct Use {
    absl::string_view name;
    VariableKind kind;
    std::string second_parser;      ///< which program reads it once more, and where; empty for none
    bool option_like = false;       ///< stands where a leading `-` would make it an option
    bool option_like_part = false;  ///< a part of it, behind a `/`, does
  };
  CommandTemplate() = default;
  const Use* Find(absl::string_view variable) const;

  // Constant after construction.
  std::string text_;
  std::string shell_;
  bool any_names_ = false;
  std::vector<Use> uses_;  // one per variable
  std::vector<TemplateDiagnostic> diagnostics_;
};

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_COMMAND_TEMPLATE_H_
