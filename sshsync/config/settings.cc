#include "sshsync/config/settings.h"

#include <set>
#include <unordered_map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/config/bandwidth_check.h"
#include "sshsync/config/entry_reader.h"
#include "sshsync/config/ini/ini.h"
#include "sshsync/config/keys.h"
#include "sshsync/config/node_range.h"
#include "sshsync/config/relations.h"
#include "sshsync/config/repository_reader.h"
#include "sshsync/config/template_checker.h"
#include "sshsync/text/nearest.h"

namespace sshsync {
namespace {

constexpr size_t kMaxBytes = size_t{64} << 20;
constexpr absl::string_view kToolSection = "sshsync";
constexpr absl::string_view kActionPrefix = "action.";

/// Reads one file into a LoadedConfiguration, part by part.
class Loader {
 public:
  Loader(absl::string_view file_name, absl::string_view bytes)
      : diagnostics_(file_name, bytes), ini_(IniFile::Parse(bytes, diagnostics_)) {
    loaded_.configuration.file = std::string(file_name);
  }

  LoadedConfiguration Load() {
    CollectReferences();
    CheckKeys(ini_.defaults);
    for (const IniSection& section : ini_.sections) {
      CheckKeys(section);
      if (section.name == kToolSection) {
        EntryReader reader(ini_, section, "", diagnostics_);
        loaded_.configuration.settings = ReadSettings(reader);
      } else {
        ReadSection(section);
      }
    }
    CheckRelations(loaded_.configuration.repositories, places_, diagnostics_);
    loaded_.diagnostics = diagnostics_.Take();
    return std::move(loaded_);
  }

 private:
  /// What stands in `%(...)` somewhere: such a key of [DEFAULT] has a use even if it means nothing to the tool.
  void CollectReferences() {
    const auto collect = [this](const IniSection& section) {
      for (const IniEntry& entry : section.entries) {
        absl::string_view rest = entry.value;
        for (size_t at = rest.find("%("); at != absl::string_view::npos; at = rest.find("%(")) {
          rest.remove_prefix(at + 2);
          referenced_.insert(absl::AsciiStrToLower(rest.substr(0, rest.find(')'))));
        }
      }
    };
    collect(ini_.defaults);
    for (const IniSection& section : ini_.sections) collect(section);
  }

  void CheckKeys(const IniSection& section) {
    const bool everywhere = &section == &ini_.defaults;
    const KeyScope scope = section.name == kToolSection ? KeyScope::kTool : KeyScope::kRepository;
    const KeyScope other = scope == KeyScope::kTool ? KeyScope::kRepository : KeyScope::kTool;
    for (const IniEntry& entry : section.entries) {
      CheckLines(entry);
      if (absl::StartsWith(entry.key, kActionPrefix) && scope == KeyScope::kRepository) {
        CheckAction(entry);
      } else if (FindKey(entry.key, scope) != nullptr || referenced_.count(entry.key) > 0) {
        continue;
      } else if (FindKey(entry.key, other) == nullptr) {
        diagnostics_.Warning(entry.place, absl::StrCat("unknown key `", Shown(entry.key), "` is ignored"),
                             Guess(entry.key, scope));
      } else if (!everywhere) {
        diagnostics_.Warning(entry.place,
                             absl::StrCat("`", entry.key, "` has no effect in [", Shown(section.name), "]"),
                             scope == KeyScope::kTool ? "move it to a repository's section" : "move it to [sshsync]");
      }
    }
  }

  void CheckAction(const IniEntry& entry) {
    const absl::string_view action = absl::string_view(entry.key).substr(kActionPrefix.size());
    for (const absl::string_view known : PresetActions()) {
      if (action == known) return;
    }
    const auto nearest = Nearest(action, PresetActions());
    diagnostics_.Warning(entry.place, absl::StrCat("unknown key `", Shown(entry.key), "` is ignored"),
                         nearest ? absl::StrCat("did you mean `", kActionPrefix, *nearest, "`?")
                                 : "`sshsync commands REPO` lists what presets run");
  }

  /// A line that continues a value but looks as if it was meant to begin something.
  void CheckLines(const IniEntry& entry) {
    for (size_t i = 1; i < entry.pieces.size(); ++i) {
      const absl::string_view line = absl::string_view(entry.value).substr(entry.pieces[i].offset);
      const absl::string_view word = line.substr(0, line.find_first_of(" \t=:\n"));
      const absl::string_view rest = absl::StripLeadingAsciiWhitespace(line.substr(word.size()));
      const bool key = (absl::StartsWith(rest, "=") || absl::StartsWith(rest, ":")) &&
                       FindKey(absl::AsciiStrToLower(word), KeyScope::kRepository) != nullptr;
      if (!key) continue;
      diagnostics_.Warning(
          entry.pieces[i].place,
          absl::StrCat("`", Shown(word), "` is read as a part of `", Shown(entry.key), "`: its line is indented"),
          "begin a new key where the one above begins");
    }
  }

  std::string Guess(absl::string_view key, KeyScope scope) {
    std::vector<absl::string_view> names;
    for (const KeyInfo& info : AllKeys()) {
      if (info.scope == scope) names.push_back(info.name);
    }
    const auto nearest = Nearest(key.substr(0, 64), names);
    return nearest ? absl::StrCat("did you mean `", *nearest, "`?") : "sshsync.conf(5) lists all keys";
  }

  void ReadSection(const IniSection& section) {
    if (!CheckName(section)) return;
    const auto nodes = ExpandNodes(section.name);
    if (!nodes.ok()) {
      const absl::string_view error = nodes.status().message();
      const size_t colon = error.find(": ");
      return diagnostics_.Error(section.place,
                                absl::StrCat("section [", Shown(section.name), "] ", error.substr(0, colon)),
                                std::string(error.substr(colon + 2)));
    }
    for (const NodeName& node : *nodes) {
      const auto [known, fresh] = lines_.emplace(node.name, section.place.line);
      if (!fresh) {
        diagnostics_.Error(
            section.place,
            absl::StrCat("section [", Shown(node.name), "] is there twice, here and in line ", known->second),
            "give one of them another name");
        continue;
      }
      EntryReader reader(ini_, section, node.node, diagnostics_);
      loaded_.configuration.repositories.push_back(ReadRepository(reader, templates_, node.name, node.node));
      if (!KeepsBandwidthLimit(loaded_.configuration.repositories.back())) {
        diagnostics_.Warning(reader.PlaceOf("bwlimit"), "`bwlimit` is not taken by this synccmd",
                             "give it ${BWLIMIT}, as in `scp -l ${BWLIMIT}`, or runs are refused");
      }
      places_.push_back({section.place, reader.PlaceOf("parent"), reader.PlaceOf("path")});
    }
  }

  /// Names are typed on command lines: separated by commas, groups with an @.
  bool CheckName(const IniSection& section) {
    const std::string& name = section.name;
    const bool bad = name[0] == '@' || name[0] == '-' || name.find(',') != std::string::npos;
    if (bad)
      diagnostics_.Error(section.place, absl::StrCat("section [", Shown(name), "] cannot be named on a command line"),
                         "leave out commas, and `@` or `-` in front");
    return !bad;
  }

  DiagnosticCollector diagnostics_;
  const IniFile ini_;
  TemplateChecker templates_{diagnostics_};
  LoadedConfiguration loaded_;
  std::vector<RelationPlaces> places_;  // of loaded_.configuration.repositories
  std::set<std::string> referenced_;
  std::unordered_map<std::string, int> lines_;
};

}  // namespace

LoadedConfiguration ReadConfiguration(absl::string_view file_name, absl::string_view bytes) {
  if (bytes.size() <= kMaxBytes) return Loader(file_name, bytes).Load();
  LoadedConfiguration loaded;
  loaded.configuration.file = std::string(file_name);
  DiagnosticCollector diagnostics(file_name, bytes.substr(0, 0));
  diagnostics.Error({}, "the file is larger than 64 MiB", "see whether it is the right file");
  loaded.diagnostics = diagnostics.Take();
  return loaded;
}

}  // namespace sshsync
