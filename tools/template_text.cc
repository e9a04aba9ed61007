#include "tools/template_text.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/base/log.h"
#include "sshsync/config/keys.h"
#include "sshsync/config/preset.h"
#include "sshsync/text/command_template.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/template_diagnostic.h"

namespace sshsync::cli {
namespace {

constexpr std::array kOperators = {"listcmd", "digestcmd", "synccmd", "deletecmd"};

TemplateOptions OptionsOf(const Repository& repository) {
  return {.original_quoting = repository.original_quoting, .any_names = repository.any_names, .shell = repository.endpoint.shell};
}

std::string Indented(absl::string_view text) {
  std::string result;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) absl::StrAppend(&result, "    ", line, "\n");
  return result;
}

/// The text of a template, line by line; its own tabs and backslashes stay.
std::string Shell(absl::string_view text) {
  std::string result;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) absl::StrAppend(&result, "    ", CleanForTerminal(line), "\n");
  return result;
}

std::string Remark(absl::string_view text, const TemplateDiagnostic& diagnostic) {
  return absl::StrCat("  ", absl::AsciiStrToLower(LogLevelName(diagnostic.severity)), ": ", diagnostic.message,
                      diagnostic.remedy.empty() ? "" : ": ", diagnostic.remedy, "\n", Indented(RenderDiagnostic(text, diagnostic)));
}

/// A value as the configuration has it: further lines are indented.
std::string Value(absl::string_view text) {
  return absl::StrJoin(absl::StrSplit(text, '\n'), "\n    ", [](std::string* out, absl::string_view line) { out->append(CleanForTerminal(line)); });
}

}  // namespace

std::string ActionsText(const Repository& repository) {
  const bool automatic = repository.preset == "auto";
  const Preset* const named = Presets::Shipped().Find(repository.preset);
  std::string result = absl::StrCat("# What sshsync runs by itself for ", EscapeForTerminal(repository.name), ", to copy from.",
                                    automatic ? " With preset = auto the first preset named is taken that passes its trial on the host.\n" : "\n", "[",
                                    EscapeForTerminal(repository.name), "]\n");
  for (const absl::string_view action : PresetActions()) {
    if (repository.templates.count(std::string(action))) continue;
    const std::vector<const Preset*> candidates = automatic ? Presets::Shipped().Candidates(action) : std::vector<const Preset*>{named};
    if (candidates.empty() || candidates[0] == nullptr || candidates[0]->text(action).empty()) continue;
    if (automatic) {
      absl::StrAppend(&result, "# ", absl::StrJoin(candidates, ", else ", [](std::string* out, const Preset* preset) { out->append(preset->name); }), "\n");
    }
    absl::StrAppend(&result, "action.", action, " = ", Value(candidates[0]->text(action)), "\n");
  }
  return result;
}

std::string CommandsText(const Repository& repository) {
  const std::string name = EscapeForTerminal(repository.name);
  std::string result;
  for (const char* action : kOperators) {
    if (repository.templates.count(action)) continue;
    const bool is_sync = action == absl::string_view("synccmd");
    if (is_sync && repository.is_root()) continue;
    absl::StrAppend(&result, name, " ", action,
                    is_sync ? ": not given, files are moved by sshsync itself\n" : absl::StrCat(": from preset ", repository.preset, "\n"));
  }
  for (const auto& [action, text] : repository.templates) {
    const bool own = std::find(kOperators.begin(), kOperators.end(), action) != kOperators.end();
    TemplateOptions options = OptionsOf(repository);
    if (!own) options = {.any_names = true, .shell = repository.endpoint.shell, .variables = ActionVariables()};
    const auto parsed = CommandTemplate::Parse(text, options);
    absl::StrAppend(&result, name, " ", own ? "" : "action.", EscapeForTerminal(action), ", run by ", CleanForTerminal(repository.endpoint.shell),
                    parsed.ok() ? ":\n" : ": REFUSED\n", Shell(parsed.ok() ? parsed->text() : text));
    for (const TemplateDiagnostic& diagnostic : CommandTemplate::Check(text, options))
      absl::StrAppend(&result, Remark(text, diagnostic));
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
    absl::StrAppend(&result, "read only: ", EscapeForTerminal(repository.name), "\n", Indented(absl::StripSuffix(CommandsText(repository), "\n")));
  }
  for (size_t i = 0; i < queue.steps.size(); ++i) {
    for (const QueueEntry& entry : queue.steps[i]) {
      const Repository& repository = *entry.repository;
      absl::StrAppend(&result, "step ", i + 1, ": ", EscapeForTerminal(repository.name), " from ", EscapeForTerminal(repository.parent), "\n",
                      Indented(absl::StripSuffix(CommandsText(repository), "\n")));
    }
  }
  return result;
}

}  // namespace sshsync::cli
