#ifndef SSHSYNC_CONFIG_SETTINGS_H_
#define SSHSYNC_CONFIG_SETTINGS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "sshsync/config/ini/diagnostic.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// What reading a configuration gives: the model, and everything there is to say about the file.
struct LoadedConfiguration {
  /// All that could be understood. With errors it serves messages and completion only; nothing may be run by it.
  Configuration configuration;
  /// Of every severity, by line and column.
  std::vector<ConfigDiagnostic> diagnostics;

  bool ok() const { return status().ok(); }
  /// The first error: kConfig (exit 3) or kMissingSection (exit 4).
  absl::Status status() const { return FirstError(diagnostics); }
};

/// Reads and validates a whole configuration (DESIGN 3). Pure: `bytes` is the content of the file and `file_name` is
/// for messages; who reads the file also asks CheckFileMode about its owner and mode. All problems are reported in one
/// go, and nothing is contacted. A file of comments only is a configuration without repositories, and fine as such.
///
///     const LoadedConfiguration loaded = ReadConfiguration("sshsync.conf", bytes);
///     for (const ConfigDiagnostic& diagnostic : loaded.diagnostics) std::cerr << RenderWithCaret(diagnostic) << '\n';
///     if (!loaded.ok()) return InfoOf(FailureOf(loaded.status())).exit_code;
LoadedConfiguration ReadConfiguration(absl::string_view file_name, absl::string_view bytes);

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_SETTINGS_H_
