#ifndef SSHSYNC_TEXT_TEMPLATE_DIAGNOSTIC_H_
#define SSHSYNC_TEXT_TEMPLATE_DIAGNOSTIC_H_

#include <string>

#include "absl/strings/string_view.h"
#include "sshsync/base/log.h"

namespace sshsync {

/// One remark about a template.
struct TemplateDiagnostic {
  enum class Kind {
    kSyntax,        ///< no shell reads it, or they read it differently
    kQuoting,       ///< a variable stands where it cannot be made safe
    kRewritten,     ///< single quotes were turned into double quotes
    kUnknown,       ///< ${NAME} is none of ours
    kSecondParser,  ///< a value is read again by another program
    kOptionLike,    ///< a value may be taken for an option
    kMigration,     ///< the original's second shell read this differently
  };
  Kind kind = Kind::kSyntax;
  LogLevel severity = LogLevel::kError;  ///< kInfo, kWarning; kError where the template is refused
  size_t offset = 0;                     ///< bytes, in the text as the operator wrote it
  size_t length = 0;
  std::string message;  ///< what is the matter
  std::string remedy;   ///< what to write instead; empty where there is nothing to do
};

/// The line of `text` that the remark is about, and below it a line with a caret under the place; no newline at the
/// end. Clean for a terminal; UTF-8 characters count as one column, bytes that are none as they are escaped.
///
///     cat '${FILE}*'
///          ^~~~~~~
std::string RenderDiagnostic(absl::string_view text, const TemplateDiagnostic& diagnostic);

}  // namespace sshsync

#endif  // SSHSYNC_TEXT_TEMPLATE_DIAGNOSTIC_H_
