#ifndef SSHSYNC_TOOLS_CLI_INIT_MIGRATION_H_
#define SSHSYNC_TOOLS_CLI_INIT_MIGRATION_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace sshsync::init {

/// One thing that a migration changed, or that a person should look at.
struct Change {
  int line = 0;  ///< in the original file
  std::string section = {};
  std::string key = {};
  std::string was = {};  ///< raw bytes; both empty for what is only to be looked at
  std::string now = {};  ///< empty: dropped
  std::string why = {};  ///< a sentence
};

/// An original configuration as this tool is to have it.
struct Migration {
  std::string text = {};             ///< of the new file; comments, order and layout are the original's
  std::vector<Change> changes = {};  ///< by line
  bool has_password = false;         ///< one is left in it: the file is its owner's alone
};

/// Rewrites the configuration of the original script, which pasted each template between double quotes of a shell on
/// the controller.
/// - Escapes of that shell (`\$ \" \\ \``) are undone in the templates, so that they read as what the repository's host
/// gets. Where a template
///   is put together with `%(key)s`, whose parts cannot be rewritten one by one, the file gets `original_quoting = yes`
///   instead.
/// - `password` goes, unless a template names it: it was never used to log in.
/// - `original_quoting = no` in [DEFAULT] says that it is done.
/// - What the original's second shell expanded on the controller is named; it is the host that expands it now.
/// A file that says `original_quoting` somewhere was migrated before: its templates stay as they are. Whether the
/// result is sound is for ReadConfiguration to say. Pure.
///
///     MigrateOriginal("[p]\ndigestcmd = md5sum ${FILEPATH} | awk '{print \\$1}'\n").changes[0].now
Migration MigrateOriginal(absl::string_view bytes);

/// The changes for people: what it was, what it is, and why.
std::string ChangesText(const Migration& migration);

}  // namespace sshsync::init

#endif  // SSHSYNC_TOOLS_CLI_INIT_MIGRATION_H_
