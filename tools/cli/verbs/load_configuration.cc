#include "tools/cli/verbs/load_configuration.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/config/ini/file_mode.h"
#include "tools/cli/verbs/config_source.h"

namespace sshsync::cli {

absl::StatusOr<LoadedConfiguration> LoadConfiguration(const CommandLine& line) {
  SSHSYNC_ASSIGN_OR_RETURN(const ConfigSource source,
                           ReadConfigSource(ConfigPlace(line.config, getenv("SSHSYNC_CONFIG"))));
  LoadedConfiguration loaded = ReadConfiguration(source.file, source.bytes);
  const std::vector<Repository>& repositories = loaded.configuration.repositories;
  const bool only_looks = line.verb == VerbId::kCheck || line.verb == VerbId::kGraph ||
                          line.verb == VerbId::kCommands || line.verb == VerbId::kStatus || line.verb == VerbId::kLog ||
                          line.verb == VerbId::kReport;
  const FileAccess access = {
      .mode = source.mode,
      .owner = source.owner,
      .reader = geteuid(),
      .runs_templates = !only_looks,
      .has_password = std::any_of(repositories.begin(), repositories.end(),
                                  [](const Repository& one) { return !one.password.empty(); }),
  };
  for (ConfigDiagnostic& diagnostic : CheckFileMode(source.file, access))
    loaded.diagnostics.push_back(std::move(diagnostic));
  return loaded;
}

std::string ErrorsOf(const LoadedConfiguration& loaded) {
  std::string result;
  for (const ConfigDiagnostic& diagnostic : loaded.diagnostics) {
    if (diagnostic.severity == Severity::kError) absl::StrAppend(&result, RenderWithCaret(diagnostic), "\n");
  }
  return result;
}

}  // namespace sshsync::cli
