#include "sshsync/config/preset.h"

#include <algorithm>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sshsync/base/status.h"
#include "sshsync/config/ini/diagnostic.h"
#include "sshsync/config/ini/ini.h"
#include "sshsync/config/keys.h"
#include "sshsync/config/preset_files.h"

namespace sshsync {
namespace {

constexpr absl::string_view kAuto = "auto";
constexpr absl::string_view kTest = "test";
constexpr absl::string_view kBase = "base";
constexpr absl::string_view kRemarks[] = {"bytes", "names", "ustar"};  // behind `ACTION.`
constexpr absl::string_view kDigest = "digest";                        // digest.ALGORITHM

template <class List>
bool Contains(const List& list, absl::string_view what) {
  return std::find(std::begin(list), std::end(list), what) != std::end(list);
}

bool IsKey(absl::string_view key) {
  const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(key, absl::MaxSplits('.', 1));
  if (parts.second.empty()) return key == kBase || Contains(PresetActions(), key);
  return parts.first == kDigest || (Contains(PresetActions(), parts.first) && Contains(kRemarks, parts.second));
}

absl::Status Wrong(absl::string_view file, size_t line, absl::string_view what) {
  return MakeError(Failure::kConfig, absl::StrCat(file, ":", line, ": ", what));
}

// Fills in what its base has. `depth` ends a circle.
absl::Status Inherit(std::map<std::string, Preset>& presets, Preset& preset, size_t depth) {
  const auto named = preset.entries.find(std::string(kBase));
  if (named == preset.entries.end()) return absl::OkStatus();
  const auto base = presets.find(named->second);
  if (base == presets.end() || depth > presets.size()) {
    return MakeError(Failure::kConfig, absl::StrCat("preset ", preset.name, ": its base ", named->second,
                                                    base == presets.end() ? " is none" : " leads back to it"));
  }
  SSHSYNC_RETURN_IF_ERROR(Inherit(presets, base->second, depth + 1));
  preset.entries.erase(named);
  // What the base says of an action's names goes with its text.
  for (const auto& [key, text] : base->second.entries) {
    const std::string action = key.substr(0, key.find('.'));
    if (key != action && action != kDigest && preset.entries.contains(action) &&
        preset.entries[action] != base->second.text(action))
      continue;
    preset.entries.insert({key, text});
  }
  return absl::OkStatus();
}

}  // namespace

absl::string_view Preset::text(absl::string_view key) const {
  const auto at = entries.find(std::string(key));
  return at == entries.end() ? absl::string_view() : absl::string_view(at->second);
}

const Presets& Presets::Shipped() {
  static const Presets shipped = [] {
    auto presets = Parse(PresetFiles());
    if (!presets.ok()) std::abort();
    return *std::move(presets);
  }();
  return shipped;
}

absl::StatusOr<Presets> Presets::Parse(absl::Span<const std::pair<std::string, std::string>> files) {
  Presets made;
  for (const auto& [file, bytes] : files) {
    DiagnosticCollector diagnostics(file, bytes);
    const IniFile ini = IniFile::Parse(bytes, diagnostics);
    for (const ConfigDiagnostic& diagnostic : diagnostics.Take()) {
      if (diagnostic.severity == Severity::kError) return MakeError(Failure::kConfig, Render(diagnostic));
    }
    for (const IniSection& section : ini.sections) {
      Preset preset{.name = section.name};
      for (const IniEntry& entry : section.entries) {
        if (section.name == kAuto) {
          if (entry.key != kDigest && !Contains(PresetActions(), entry.key))
            return Wrong(file, entry.place.line, absl::StrCat("no action is called ", entry.key));
          made.order_[entry.key] = absl::StrSplit(entry.value, absl::ByAnyChar(" \n"), absl::SkipEmpty());
          continue;
        }
        if (!IsKey(entry.key)) return Wrong(file, entry.place.line, absl::StrCat("no action is called ", entry.key));
        preset.entries[entry.key] = entry.value;
      }
      if (section.name != kAuto && !made.presets_.insert({section.name, std::move(preset)}).second) {
        return Wrong(file, section.place.line, absl::StrCat("a second preset ", section.name));
      }
    }
  }
  if (const auto tests = made.presets_.extract(std::string(kTest))) made.tests_ = std::move(tests.mapped());
  for (auto& [name, preset] : made.presets_) SSHSYNC_RETURN_IF_ERROR(Inherit(made.presets_, preset, 0));
  for (const auto& [action, names] : made.order_) {
    for (const std::string& name : names) {
      if (made.Find(name) == nullptr)
        return MakeError(Failure::kConfig, absl::StrCat("[auto] ", action, ": there is no preset ", name));
    }
  }
  return made;
}

absl::string_view Presets::test(absl::string_view action) const { return tests_.text(action); }

const Preset* Presets::Find(absl::string_view name) const {
  const auto at = presets_.find(std::string(name));
  return at == presets_.end() ? nullptr : &at->second;
}

std::vector<const Preset*> Presets::Candidates(absl::string_view action) const {
  std::vector<const Preset*> candidates;
  const std::string names = absl::StrCat(action, ".names");
  const auto order = order_.find(std::string(action));
  if (order == order_.end()) return candidates;
  for (const std::string& name : order->second) {
    const Preset* const preset = Find(name);
    const absl::string_view text = preset->text(action);
    const auto same = [&](const Preset* known) {
      return known->text(action) == text && known->text(names) == preset->text(names);
    };
    const bool repeated = std::any_of(candidates.begin(), candidates.end(), same);
    if (action == kDigest || (!text.empty() && !repeated)) candidates.push_back(preset);
  }
  return candidates;
}

}  // namespace sshsync
