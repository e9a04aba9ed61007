#include "sshsync/config/unbuilt.h"

#include <unordered_map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/config/diagnostic.h"

namespace sshsync {
namespace {

// The builtin transfer keeps to the limit; a synccmd does if it takes it.
bool KeepsBwlimit(const Repository& repository) {
  const auto synccmd = repository.templates.find("synccmd");
  return synccmd == repository.templates.end() || repository.transfer == Transfer::kStream || absl::StrContains(synccmd->second, "BWLIMIT");
}

/// Whether a repository asks for what is not built behind a key. Keys without a row are built.
struct RepositoryRow {
  absl::string_view key;
  bool (*asks)(const Repository&);
};

constexpr RepositoryRow kRepositoryRows[] = {
    {"bwlimit", [](const Repository& r) { return !r.bwlimit.empty() && !r.is_root() && !KeepsBwlimit(r); }},
    {"publish", [](const Repository& r) { return r.publish == PublishMode::kTogether; }},
    {"filter", [](const Repository& r) { return !r.filter.empty(); }},
    {"settle", [](const Repository& r) { return r.settle > absl::ZeroDuration(); }},
    {"delete", [](const Repository& r) { return r.del; }},
    {"trash", [](const Repository& r) { return r.trash; }},
};

struct ToolRow {
  absl::string_view key;
  std::string Settings::*text;
};

constexpr ToolRow kToolRows[] = {
    {"stop_at", &Settings::stop_at},       {"metrics_file", &Settings::metrics_file}, {"on_success", &Settings::on_success},
    {"on_failure", &Settings::on_failure}, {"on_change", &Settings::on_change},
};

}  // namespace

std::vector<const KeyInfo*> UnbuiltKeys(const Repository& repository) {
  std::vector<const KeyInfo*> keys;
  for (const RepositoryRow& row : kRepositoryRows) {
    const KeyInfo* key = FindKey(row.key, KeyScope::kRepository);
    if (key->state != KeyState::kBuilt && row.asks(repository)) keys.push_back(key);
  }
  return keys;
}

std::vector<const KeyInfo*> UnbuiltKeys(const Settings& settings) {
  std::vector<const KeyInfo*> keys;
  for (const ToolRow& row : kToolRows) {
    const KeyInfo* key = FindKey(row.key, KeyScope::kTool);
    if (key->state != KeyState::kBuilt && !(settings.*row.text).empty()) keys.push_back(key);
  }
  return keys;
}

namespace {

/// What is the matter with a key that a run refuses.
absl::string_view ReasonOf(absl::string_view key) {
  return key == "bwlimit" ? "which its synccmd does not take: give it ${BWLIMIT}, as in `scp -l ${BWLIMIT}`, or take the key out"
                          : "which this version cannot do yet: take it out, for a run would not heed it";
}

}  // namespace

absl::Status RunBlockers(const Configuration& configuration, const std::vector<std::string>& names) {
  std::string blockers;
  const auto add = [&blockers](const std::vector<const KeyInfo*>& keys, absl::string_view place, absl::string_view section) {
    std::string refused;
    for (const KeyInfo* key : keys) {
      if (key->state == KeyState::kLaterRefusedAtRun) absl::StrAppend(&refused, refused.empty() ? "`" : ", `", key->name, "`");
    }
    if (!refused.empty() && blockers.empty())
      blockers = absl::StrCat(place, place.empty() ? "" : ": ", "[", Shown(section), "] asks for ", refused, ", ", ReasonOf(refused.substr(1, refused.size() - 2)));
  };
  add(UnbuiltKeys(configuration.settings), configuration.file, "sshsync");
  std::unordered_map<std::string, const Repository*> by_name;
  for (const Repository& repository : configuration.repositories) by_name.emplace(repository.name, &repository);
  for (const std::string& name : names) {
    const auto found = by_name.find(name);
    if (found == by_name.end()) continue;
    const Repository& repository = *found->second;
    add(UnbuiltKeys(repository), repository.file.empty() ? "" : absl::StrCat(repository.file, ":", repository.line), name);
  }
  if (blockers.empty()) return absl::OkStatus();
  return MakeError(Failure::kConfig, blockers);
}

}  // namespace sshsync
