#include "tools/cli/text/template_text.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/base/log.h"
#include "sshsync/config/commands_in_force.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/template_diagnostic.h"

namespace sshsync::cli {
namespace {

std::string Indented(absl::string_view text) {
  std::string result;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) absl::StrAppend(&result, "    ", line, "\n");
  return result;
}

/// The text of a template, line by line; its own tabs and backslashes stay.
std::string Shell(absl::string_view text) {
  std::string result;
  for (const absl::string_view line : absl::StrSplit(text, '\n'))
    absl::StrAppend(&result, "    ", CleanForTerminal(line), "\n");
  return result;
}

std::string Remark(absl::string_view text, const TemplateDiagnostic& diagnostic) {
  return absl::StrCat("  ", absl::AsciiStrToLower(LogLevelName(diagnostic.severity)), ": ", diagnostic.message,
                      diagnostic.remedy.empty() ? "" : ": ", diagnostic.remedy, "\n",
                      Indented(RenderDiagnostic(text, diagnostic)));
}

/// A value as the configuration has it: further lines are indented.
std::string Value(absl::string_view text) {
  return absl::StrJoin(absl::StrSplit(text, '\n'), "\n    ",
                       [](std::string* out, absl::string_view line) { out->append(CleanForTerminal(line)); });
}

/// `pull, else push, else relay`.
std::string RoutesInWords(const Repository& repository) {
  const std::vector<Route> all = {Route::kPull, Route::kPush, Route::kRelay};
  return absl::StrJoin(repository.route.empty() ? all : repository.route, ", else ",
                       [](std::string* out, Route route) { absl::StrAppend(out, RouteName(route)); });
}

}  // namespace

std::string ActionsText(const Repository& repository) {
  const bool automatic = repository.preset == "auto";
  std::string result = absl::StrCat(
      "# What sshsync runs by itself for ", EscapeForTerminal(repository.name), ", to copy from.",
      automatic ? " With preset = auto the first preset named is taken that passes its trial on the host.\n" : "\n",
      "[", EscapeForTerminal(repository.name), "]\n");
  for (const CommandInForce& command : ActionsInForce(repository)) {
    if (automatic) absl::StrAppend(&result, "# ", absl::StrJoin(command.presets, ", else "), "\n");
    absl::StrAppend(&result, command.key, " = ", Value(command.text), "\n");
  }
  return result;
}

std::string CommandsText(const Repository& repository) {
  const std::string name = EscapeForTerminal(repository.name);
  std::string result;
  for (const CommandInForce& command : TemplatesInForce(repository)) {
    absl::StrAppend(&result, name, " ", EscapeForTerminal(command.key));
    if (!command.of_section) {
      absl::StrAppend(&result,
                      command.presets.empty() ? absl::StrCat(": not given, files are moved by sshsync itself, route ",
                                                             RoutesInWords(repository))
                                              : absl::StrCat(": from preset ", command.presets[0]),
                      "\n");
      continue;
    }
    absl::StrAppend(&result, ", run by ", CleanForTerminal(command.shell), command.refused ? ": REFUSED\n" : ":\n",
                    Shell(command.text));
    for (const TemplateDiagnostic& diagnostic : command.remarks)
      absl::StrAppend(&result, Remark(command.given, diagnostic));
  }
  return result;
}

std::string CommandsText(const Configuration& configuration, const ResolvedQueue& queue) {
  std::set<absl::string_view> parents, written;
  for (const std::vector<QueueEntry>& step : queue.steps) {
    for (const QueueEntry& entry : step) {
      parents.insert(entry.repository->parent);
      written.insert(entry.repository->name);
    }
  }
  std::string result;
  for (const Repository& repository : configuration.repositories) {
    if (!parents.count(repository.name) || written.count(repository.name)) continue;
    absl::StrAppend(&result, "read only: ", EscapeForTerminal(repository.name), "\n",
                    Indented(absl::StripSuffix(CommandsText(repository), "\n")));
  }
  for (size_t i = 0; i < queue.steps.size(); ++i) {
    for (const QueueEntry& entry : queue.steps[i]) {
      const Repository& repository = *entry.repository;
      absl::StrAppend(&result, "step ", i + 1, ": ", EscapeForTerminal(repository.name), " from ",
                      EscapeForTerminal(repository.parent), "\n",
                      Indented(absl::StripSuffix(CommandsText(repository), "\n")));
    }
  }
  return result;
}

}  // namespace sshsync::cli
