#ifndef SSHSYNC_TOOLS_CLI_TEXT_PARAGRAPH_H_
#define SSHSYNC_TOOLS_CLI_TEXT_PARAGRAPH_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace sshsync::cli {

/// `text` broken at its blanks into lines of at most `width` columns, each behind `indent` blanks and ended by a
/// newline. A word that is longer than a line has a line of its own.
///
///     Paragraph("one two three", 2, 9) == "  one two\n  three\n";
std::string Paragraph(absl::string_view text, size_t indent, size_t width = 80);

/// A term and what it means, in two columns; a term that is too long for its column has a line of its own.
std::string Definition(absl::string_view term, absl::string_view meaning, size_t indent, size_t column,
                       size_t width = 80);

}  // namespace sshsync::cli

#endif  // SSHSYNC_TOOLS_CLI_TEXT_PARAGRAPH_H_
