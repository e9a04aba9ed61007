#ifndef SSHSYNC_CONFIG_INI_DIAGNOSTIC_H_
#define SSHSYNC_CONFIG_INI_DIAGNOSTIC_H_

#include <cstddef>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "sshsync/base/status.h"

namespace sshsync {

enum class Severity { kInfo, kWarning, kError };

/// `info`, `warning`, `error`.
absl::string_view SeverityName(Severity severity);

/// One thing to say about one place of a configuration file. All texts are clean: bytes of the file stand in them
/// escaped.
struct ConfigDiagnostic {
  Severity severity = Severity::kError;
  std::string file;
  int line = 0;         ///< from 1; 0 for the file as a whole
  int column = 0;       ///< byte in the line, from 1; 0 for the line as a whole
  std::string message;  ///< what is wrong, with the value
  std::string remedy;   ///< what to do about it; may be empty
  std::string source;   ///< the line, for the caret block; empty where there is none, or where it would show a password
  size_t caret = 0;     ///< where in `source` the caret points, in bytes
  Failure failure = Failure::kConfig;  ///< of an error: kConfig (exit 3) or kMissingSection (exit 4)
  bool for_check = false;              ///< a remark for who looks at the file, not for every night's run
};

/// `file:line: what is wrong: what to do`, on one line.
std::string Render(const ConfigDiagnostic& diagnostic);

/// The same, with the line of the file below it and a caret under the place.
///
///     sshsync.conf:4: port `99999` is no port: give a number from 1 to 65535
///         port = 99999
///                ^
std::string RenderWithCaret(const ConfigDiagnostic& diagnostic);

/// `text` as a message can hold it: control bytes and bytes that are not UTF-8 as `\n`, `\x1b`; cut after 200 bytes.
std::string Shown(absl::string_view text);

/// OK if nothing is worse than a warning; else the first error as a status, `(and 3 more)` appended. A wrong file
/// (kConfig) comes before a missing section, whatever their order.
absl::Status FirstError(const std::vector<ConfigDiagnostic>& diagnostics);

/// Collects what a reader has to say about one file, and adds what belongs to every diagnostic: file name and source
/// line. The same remark for the same place (a default that a hundred sections inherit) is kept once, and at most 1000
/// remarks are kept: a file can be megabytes of nonsense. Not for use from several threads. The bytes must outlive the
/// collector.
///
///     DiagnosticCollector diagnostics("sshsync.conf", "[a]\nport = 0\n");
///     diagnostics.Error({2, 8}, "port `0` is no port", "give a number from 1 to 65535");
///     Render(diagnostics.Take()[0]) == "sshsync.conf:2: port `0` is no port: give a number from 1 to 65535"
class DiagnosticCollector {
 public:
  /// A place in the file: line and column (in bytes), both from 1.
  struct SourceLocation {
    int line = 0;
    int column = 0;
  };

  DiagnosticCollector(absl::string_view file, absl::string_view bytes) : file_(file), bytes_(bytes) {}

  void Error(SourceLocation place, std::string message, std::string remedy, Failure failure = Failure::kConfig);
  void Warning(SourceLocation place, std::string message, std::string remedy);
  void Info(SourceLocation place, std::string message, std::string remedy);
  /// A warning that only `sshsync check` shows.
  void AddDiagnostic(SourceLocation place, std::string message, std::string remedy);

  /// Never shows that line: it holds a password.
  void Hide(int line) { hidden_.insert(line); }

  bool has_errors() const { return has_errors_; }
  const std::string& file() const { return file_; }

  /// Everything so far, by line and column, with the lines of the file. Leaves the collector empty.
  std::vector<ConfigDiagnostic> Take();

 private:
  void Add(Severity severity, SourceLocation place, std::string message, std::string remedy, Failure failure,
           bool for_check = false);

  // Constant after construction.
  const std::string file_;
  const absl::string_view bytes_;

  std::vector<ConfigDiagnostic> diagnostics_;
  std::set<std::tuple<int, int, std::string>> seen_;
  std::set<int> hidden_;
  size_t dropped_ = 0;
  bool has_errors_ = false;
};

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_INI_DIAGNOSTIC_H_
