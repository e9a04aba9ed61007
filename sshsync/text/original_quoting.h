#ifndef SSHSYNC_TEXT_ORIGINAL_QUOTING_H_
#define SSHSYNC_TEXT_ORIGINAL_QUOTING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/text/template_diagnostic.h"
#include "sshsync/text/template_variables.h"

namespace sshsync {

/// The script this one replaces pasted each template between double quotes of a shell on the controller: `ssh HOST
/// "TEMPLATE"`. Templates written for it hold one level of escapes more than the shell on the host is to see.
struct UnquotedTemplate {
  std::string text;
  std::vector<size_t> places;  ///< of each byte, and of the end, in the text it came from
};

/// Undoes one level of `\$ \" \\` and back-tick escapes. Any other backslash stays, as it does between double quotes.
///
///     UndoOriginalQuoting("awk '{print \\$1}'").text == "awk '{print $1}'"
UnquotedTemplate UndoOriginalQuoting(absl::string_view text);

/// What the original's second shell read differently from the one shell of today, for a template that is not marked as
/// an old one: each escape of the four, each unescaped `"`, each `$NAME`, `$( )` and back-tick, which were expanded on
/// the controller. Warnings all.
std::vector<TemplateDiagnostic> MigrationRemarks(absl::string_view text, absl::Span<const TemplateVariable> variables);

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_ORIGINAL_QUOTING_H_
