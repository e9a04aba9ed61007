#ifndef SSHSYNC_CONFIG_LOGGING_PYTHON_LITERAL_H_
#define SSHSYNC_CONFIG_LOGGING_PYTHON_LITERAL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sshsync {

/// A value written as a Python literal. Which members mean something depends on the kind.
struct PythonValue {
  enum class Kind { kNone, kBool, kInt, kFloat, kText, kBytes, kTuple, kList, kDict, kName };

  Kind kind = Kind::kNone;
  int64_t number = 0;              ///< kInt; kBool as 0 or 1
  double real = 0;                 ///< kFloat
  std::string text;                ///< kText in UTF-8, kBytes, and kName with its dots: `sys.stdout`
  std::vector<PythonValue> items;  ///< kTuple, kList; kDict as key, value, key, value
  size_t offset = 0;               ///< where it begins in the text
};

/// Either a value, or what is wrong and where.
struct PythonLiteral {
  PythonValue value;
  std::string error;  ///< empty if nothing is
  size_t offset = 0;  ///< of the error
};

/// Reads one literal as Python does: strings with all prefixes but `f`, all quotes and escapes (`\N{...}` excepted),
/// joined where they stand side by side; integers and floats; tuples, also without parentheses; lists, dicts, None,
/// True, False. Dotted names are read as names: their meaning is the caller's affair. Nothing is ever evaluated: a
/// call, an operator, an index is an error that says so. Nesting is bounded, integers are those of 64 bits.
///
///     ParsePythonLiteral("('/var/log/sync.log', 'a')").value.items[0].text == "/var/log/sync.log";
PythonLiteral ParsePythonLiteral(absl::string_view text);

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_LOGGING_PYTHON_LITERAL_H_
