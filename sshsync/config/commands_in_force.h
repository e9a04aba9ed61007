#ifndef SSHSYNC_CONFIG_COMMANDS_IN_FORCE_H_
#define SSHSYNC_CONFIG_COMMANDS_IN_FORCE_H_

#include <string>
#include <vector>

#include "sshsync/model/repository.h"
#include "sshsync/text/template_diagnostic.h"

namespace sshsync {

/// One command that a repository's host is given, as a run would give it: what `sshsync commands` prints, and
/// `Config.commands` has in Python.
struct CommandInForce {
  std::string key = {};     ///< as the configuration has it: `digestcmd`, `action.read`
  bool of_section = false;  ///< the operator wrote it
  /// Where a command that the operator did not write comes from: the preset, or with `preset = auto` those it may be
  /// taken from, best first; the first that passes its trial on the host is taken. Empty for a synccmd that is not
  /// given: sshsync moves the files itself.
  std::vector<std::string> presets = {};
  std::string shell = {};  ///< the program that reads it
  std::string given = {};  ///< the text as it was written, in the section or in the first preset
  std::string text = {};   ///< what the shell gets: escapes undone, quotes added. Of a command of the tool's own it is
                           ///< the same as `given`.
  bool refused = false;    ///< no run takes the template: the remarks say why
  std::vector<TemplateDiagnostic> remarks = {};  ///< about `given`
};

/// The operator's four templates, with those that the presets stand in for in front and without a text: several actions
/// make up each of them. Then the actions that the section gives, by name.
std::vector<CommandInForce> TemplatesInForce(const Repository& repository);

/// What sshsync runs by itself there: every action that the section does not give and some preset has, in the order of
/// the presets' documentation.
std::vector<CommandInForce> ActionsInForce(const Repository& repository);

}  // namespace sshsync

#endif  // SSHSYNC_CONFIG_COMMANDS_IN_FORCE_H_
