#include "sshsync/config/commands_in_force.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "sshsync/config/keys.h"
#include "sshsync/config/preset.h"
#include "sshsync/text/command_template.h"

namespace sshsync {
namespace {

constexpr std::array kOperators = {"listcmd", "digestcmd", "synccmd", "deletecmd"};

CommandInForce OfSection(const Repository& repository, const std::string& name, const std::string& text) {
  const bool own = std::find(kOperators.begin(), kOperators.end(), name) != kOperators.end();
  TemplateOptions options{.original_quoting = repository.original_quoting,
                          .any_names = repository.any_names,
                          .shell = repository.endpoint.shell};
  if (!own) options = {.any_names = true, .shell = repository.endpoint.shell, .variables = ActionVariables()};
  const auto parsed = CommandTemplate::Parse(text, options);
  return {.key = absl::StrCat(own ? "" : "action.", name),
          .of_section = true,
          .shell = options.shell,
          .given = text,
          .text = parsed.ok() ? parsed->text() : text,
          .refused = !parsed.ok(),
          .remarks = CommandTemplate::Check(text, options)};
}

}  // namespace

std::vector<CommandInForce> TemplatesInForce(const Repository& repository) {
  std::vector<CommandInForce> result;
  for (const char* name : kOperators) {
    if (repository.templates.count(name)) continue;
    const bool is_sync = name == absl::string_view("synccmd");
    if (is_sync && repository.is_root()) continue;
    result.push_back({.key = name, .shell = repository.endpoint.shell});
    if (!is_sync) result.back().presets.push_back(repository.preset);
  }
  for (const auto& [name, text] : repository.templates) result.push_back(OfSection(repository, name, text));
  return result;
}

std::vector<CommandInForce> ActionsInForce(const Repository& repository) {
  std::vector<CommandInForce> result;
  const Preset* const named = repository.preset == "auto" ? nullptr : Presets::Shipped().Find(repository.preset);
  for (const absl::string_view action : PresetActions()) {
    if (repository.templates.count(std::string(action))) continue;
    const std::vector<const Preset*> candidates =
        repository.preset == "auto" ? Presets::Shipped().Candidates(action) : std::vector<const Preset*>{named};
    if (candidates.empty() || candidates[0] == nullptr || candidates[0]->text(action).empty()) continue;
    const std::string text(candidates[0]->text(action));
    result.push_back(
        {.key = absl::StrCat("action.", action), .shell = repository.endpoint.shell, .given = text, .text = text});
    for (const Preset* const preset : candidates) result.back().presets.push_back(preset->name);
  }
  return result;
}

}  // namespace sshsync
