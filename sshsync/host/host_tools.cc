#include "sshsync/host/host_tools.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "sshsync/base/status.h"
#include "sshsync/config/keys.h"
#include "sshsync/host/gnu_tar.h"
#include "sshsync/text/command_template.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr absl::string_view kNewlineInList = "\001";
constexpr absl::string_view kEndOfList = "_SS_NAMES";  // no name in a list is that: each begins with ./
constexpr size_t kOperandCost = 16;                    // quotes, and its pointer among the arguments

bool TakesOperands(absl::string_view text) { return absl::StrContains(text, "$@"); }
bool TakesNewlines(absl::string_view text) { return TakesOperands(text) || absl::StrContains(text, "\\001"); }

}  // namespace

ToolGroup GroupOf(absl::string_view action) {
  return action == "list" || action == "stat" || action == "digests" || action == "space" ? ToolGroup::kSurvey
                                                                                          : ToolGroup::kTransfer;
}

HostTools::HostTools() : preset_(Presets::Shipped().Find("posix")) {
  for (const absl::string_view action : PresetActions()) actions_[std::string(action)].preset = preset_;
}

absl::StatusOr<HostTools> HostTools::Make(const Repository& repository) {
  HostTools tools;
  tools.automatic_ = repository.preset == "auto";
  if (!tools.automatic_) tools.preset_ = Presets::Shipped().Find(repository.preset);
  if (tools.preset_ == nullptr)
    return MakeError(Failure::kConfig, absl::StrCat("there is no preset ", repository.preset));
  const TemplateOptions options{.any_names = true, .shell = repository.endpoint.shell, .variables = ActionVariables()};
  for (auto& [action, chosen] : tools.actions_) {
    const auto override = repository.templates.find(action);
    if (override != repository.templates.end() && !override->second.empty()) {
      const auto parsed = CommandTemplate::Parse(override->second, options);
      if (!parsed.ok())
        return Annotate(parsed.status(), absl::StrCat("action.", action, " of repository \"", repository.name, "\""));
      chosen = {.text = parsed->text()};
    } else {
      chosen = {.preset = tools.preset_, .chosen = !tools.automatic_};
    }
  }
  return tools;
}

absl::string_view HostTools::text(absl::string_view action) const {
  const auto at = actions_.find(std::string(action));
  if (at == actions_.end()) return "";
  return at->second.preset != nullptr ? at->second.preset->text(action) : absl::string_view(at->second.text);
}

absl::string_view HostTools::origin(absl::string_view action) const {
  const auto at = actions_.find(std::string(action));
  if (at == actions_.end() || at->second.preset != nullptr)
    return at == actions_.end() ? absl::string_view() : absl::string_view(at->second.preset->name);
  return at->second.text.empty() ? "" : "action";
}

std::string HostTools::Chunks(absl::string_view algorithm, absl::string_view tool_words) const {
  const absl::string_view chunks = text("chunks");
  if (tool_words.empty() && absl::StrContains(chunks, "{TOOL}")) return "";
  return absl::StrReplaceAll(chunks, {{"{TOOL}", tool_words}, {"{ALGORITHM}", algorithm}});
}

std::string HostTools::Digests(absl::string_view tool_words) const {
  return absl::StrReplaceAll(text("digests"), {{"{TOOL}", tool_words}});
}

bool HostTools::TakesName(absl::string_view action, absl::string_view name) const {
  if (TakesOperands(text(action))) return true;
  return !absl::StrContains(name, kNewlineInList) && (TakesNewlines(text(action)) || !absl::StrContains(name, "\n"));
}

absl::string_view HostTools::Attribute(absl::string_view action, absl::string_view what) const {
  const auto at = actions_.find(std::string(action));
  return at == actions_.end() || at->second.preset == nullptr
             ? absl::string_view()
             : at->second.preset->text(absl::StrCat(action, ".", what));
}

size_t HostTools::NamesPerCall(absl::string_view action, absl::Span<const std::string> names) const {
  size_t limit = 0;
  if (!absl::SimpleAtoi(Attribute(action, "bytes"), &limit)) limit = TakesOperands(text(action)) ? 20'000 : 4'000'000;
  size_t count = 0;
  for (size_t bytes = 0; count < names.size(); ++count) {
    bytes += names[count].size() + kOperandCost;
    if (count > 0 && bytes > limit) break;
  }
  return count;
}

std::string HostTools::TextOnNames(absl::string_view text, absl::Span<const std::string> names) {
  std::string script;
  if (!TakesOperands(text)) {
    absl::StrAppend(&script, "{ ", text, "\n} <<'", kEndOfList, "'\n");
    for (const std::string& name : names)
      absl::StrAppend(&script, absl::StrReplaceAll(name, {{"\n", kNewlineInList}}), "\n");
    absl::StrAppend(&script, kEndOfList, "\n");
  } else {
    absl::StrAppend(&script, "set --");
    for (const std::string& name : names) absl::StrAppend(&script, " ", ShellLiteral(name));
    absl::StrAppend(&script, "\n", text, "\n");
  }
  return script;
}

std::vector<std::string> HostTools::DigestTools(absl::string_view algorithm) const {
  std::vector<std::string> tools;
  const auto add = [&](const Preset& preset) {
    for (const absl::string_view line :
         absl::StrSplit(preset.text(absl::StrCat("digest.", algorithm)), '\n', absl::SkipEmpty())) {
      if (std::find(tools.begin(), tools.end(), line) == tools.end()) tools.emplace_back(line);
    }
  };
  if (automatic_) {
    for (const Preset* preset : Presets::Shipped().Candidates("digest")) add(*preset);
  } else {
    add(*preset_);
  }
  return tools;
}

bool HostTools::open(absl::string_view action) const {
  const auto at = actions_.find(std::string(action));
  return at != actions_.end() && !at->second.chosen;
}

void HostTools::Choose(absl::string_view action, const Preset* preset) {
  actions_[std::string(action)] = {.preset = preset};
}

void HostTools::Adopt(const HostTools& settled) {
  for (auto& [action, chosen] : actions_) {
    const auto at = settled.actions_.find(action);
    if (!chosen.chosen && at != settled.actions_.end()) chosen = at->second;
  }
}

absl::string_view PackText(const HostTools& packer, const HostTools& unpacker) {
  const absl::string_view ustar = packer.Attribute("pack", "ustar");
  return ustar.empty() || unpacker.LongNames("unpack") ? packer.text("pack") : ustar;
}

bool ArchiveHolds(absl::string_view name, const HostTools& packer, const HostTools& unpacker) {
  if (!packer.TakesName("pack", name)) return false;
  const std::string operand = absl::StrCat("./", name);
  if (!packer.LongNames("pack") || PackText(packer, unpacker) != packer.text("pack")) return FitsUstar(operand);
  return operand.size() <= kTarName || unpacker.LongNames("unpack");
}

std::string TimeVariables(int64_t mtime) {
  const absl::Time time = absl::FromUnixNanos(mtime);
  const auto format = [&](absl::string_view how) { return absl::FormatTime(how, time, absl::UTCTimeZone()); };
  // floor(-0.5 s) is -1 s and half a second.
  return absl::StrCat(
      "MTIME=", format("%s"), ".", absl::StrFormat("%09d", ((mtime % 1'000'000'000) + 1'000'000'000) % 1'000'000'000),
      " MTIME_S=", format("%s"), " MTIME_ISO=", format("%Y-%m-%dT%H:%M:%E9SZ"), " MTIME_T=", format("%Y%m%d%H%M.%S"));
}

}  // namespace sshsync
