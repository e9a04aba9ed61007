#ifndef SSHSYNC_TEXT_TEMPLATE_READING_H_
#define SSHSYNC_TEXT_TEMPLATE_READING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "sshsync/text/second_parser.h"
#include "sshsync/text/template_diagnostic.h"
#include "sshsync/text/template_variables.h"

namespace sshsync {

/// What a use of a known variable asks of its values.
struct VariableUse {
  const TemplateVariable* variable = nullptr;
  ValueReader reader;
};

/// A template's text as the shell is to have it, and what there is to say about it. Pure text: no values, no options
/// but the variables.
///
///     ReadTemplate("cat ${FILE}", TemplateVariables()).text == "cat \"${FILE}\""
struct TemplateReading {
  std::string text;               ///< with quotes around each bare known variable
  std::vector<VariableUse> uses;  ///< in the order of the text
  std::vector<TemplateDiagnostic>
      diagnostics;  ///< offsets in the text that was given; an error among them means: do not run it
};

/// Reads the text of a script, escapes of the original already undone.
TemplateReading ReadTemplate(absl::string_view text, absl::Span<const TemplateVariable> variables);

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_TEMPLATE_READING_H_
