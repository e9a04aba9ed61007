#include "sshsync/config/ini/file_mode.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace sshsync {

std::vector<ConfigDiagnostic> CheckFileMode(absl::string_view file, const FileAccess& access) {
  constexpr uint32_t kOthersWrite = 0022, kOthersRead = 0044;
  DiagnosticCollector diagnostics(file, "");
  const auto distrust = [&](std::string message, std::string remedy) {
    if (access.runs_templates) return diagnostics.Error({}, std::move(message), std::move(remedy));
    diagnostics.Warning({}, std::move(message), std::move(remedy));
  };
  if (access.mode & kOthersWrite) {
    distrust(absl::StrFormat("others can write the file (mode %04o), and so choose what is run", access.mode & 07777),
             "chmod go-w it");
  }
  if (access.owner != 0 && access.owner != access.reader) {
    distrust(
        absl::StrCat("the file belongs to another account (uid ", access.owner, "), which could choose what is run"),
        "give it to root, or to the account that runs sshsync");
  }
  if (access.has_password && (access.mode & kOthersRead)) {
    diagnostics.Warning(
        {}, absl::StrFormat("others can read the file (mode %04o), and it has a password", access.mode & 07777),
        "chmod go-r it, or remove `password`");
  }
  return diagnostics.Take();
}

}  // namespace sshsync
