#ifndef SSHSYNC_CONFIG_TEMPLATE_CHECKER_H_
#define SSHSYNC_CONFIG_TEMPLATE_CHECKER_H_

#include <string>
#include <unordered_set>

#include "absl/strings/string_view.h"
#include "sshsync/config/entry_reader.h"
#include "sshsync/config/ini/diagnostic.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// Turns what CommandTemplate::Check says about the templates of a file into diagnostics at their lines and columns. A
/// template that many sections inherit is looked at once for each way in which they read it.
class TemplateChecker {
 public:
  /// `diagnostics` must outlive the checker.
  explicit TemplateChecker(DiagnosticCollector& diagnostics) : diagnostics_(diagnostics) {}

  /// Looks at the value of `key` as `repository` reads it: its shell, names and original_quoting. `quoting_is_stated`:
  /// the file says how it is quoted.
  void Check(absl::string_view key, const EntryReader::Value& value, const Repository& repository,
             bool quoting_is_stated);

 private:
  DiagnosticCollector& diagnostics_;
  std::unordered_set<std::string> seen_;
};

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_TEMPLATE_CHECKER_H_
