#ifndef SSHSYNC_TEXT_TEMPLATE_VARIABLES_H_
#define SSHSYNC_TEXT_TEMPLATE_VARIABLES_H_

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sshsync {

/// What values a variable takes, as far as the safety of a template depends on it.
enum class VariableKind {
  kAbsolutePath,  ///< begins with `/`
  kRelativePath,  ///< any bytes; may look like an option
  kName,          ///< host, user, repository: checked where it was configured
  kNumber,        ///< digits: may stand in $(( ))
  kSecret,        ///< masked wherever a command is shown
};

/// A variable that templates may name. One row per variable; messages, manual and completion are loops over the rows.
struct TemplateVariable {
  absl::string_view name;
  VariableKind kind;
  absl::string_view meaning;
  bool builtin = false;  ///< set for the tool's own templates, and for operators' overrides of those
};

/// Those of listcmd, digestcmd, synccmd and deletecmd. Static lifetime.
absl::Span<const TemplateVariable> TemplateVariables();

/// Those of the tool's own commands, and of what an operator puts in their place. Static lifetime.
absl::Span<const TemplateVariable> ActionVariables();

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_TEMPLATE_VARIABLES_H_
