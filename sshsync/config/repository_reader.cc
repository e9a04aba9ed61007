#include "sshsync/config/repository_reader.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/config/keys.h"
#include "sshsync/config/values.h"

namespace sshsync {
namespace {

using Words = std::vector<std::string>;

absl::Status Refuse(absl::string_view message) { return MakeError(Failure::kConfig, message); }

absl::StatusOr<std::string> ParseText(absl::string_view text) { return std::string(text); }

absl::StatusOr<std::string> ParseCommandText(absl::string_view text) {
  SSHSYNC_RETURN_IF_ERROR(ParseWords(text).status());
  return std::string(text);
}

absl::StatusOr<std::string> ParseGroupName(absl::string_view text) {
  return ParseUser(text).ok() && !absl::StartsWith(text, "@")
             ? absl::StatusOr<std::string>(std::string(text))
             : Refuse("is no name of a group: use letters, digits and ._+-");
}

absl::StatusOr<Words> ParseGroups(absl::string_view text) {
  SSHSYNC_ASSIGN_OR_RETURN(Words groups, ParseList(text, {}));
  for (const std::string& group : groups) SSHSYNC_RETURN_IF_ERROR(ParseGroupName(group).status());
  return groups;
}

absl::StatusOr<int64_t> ParseChunk(absl::string_view text) {
  constexpr int64_t kUnit = 128 << 10;
  SSHSYNC_ASSIGN_OR_RETURN(const int64_t chunk, ParseSize(text));
  if (chunk < kUnit || chunk > (int64_t{4} << 30) || chunk % kUnit != 0)
    return Refuse("is no size of chunks: give a multiple of 128K up to 4G");
  return chunk;
}

absl::StatusOr<absl::Duration> ParseLimit(absl::string_view text) {
  SSHSYNC_ASSIGN_OR_RETURN(const absl::Duration limit, ParseDuration(text));
  if (limit <= absl::ZeroDuration()) return Refuse("is no limit: give more than 0 seconds");
  return limit;
}

absl::StatusOr<absl::Duration> ParseConnectTimeout(absl::string_view text) {
  SSHSYNC_ASSIGN_OR_RETURN(const absl::Duration limit, ParseDuration(text));
  if (limit < absl::Seconds(1)) return Refuse("is too short: give at least 1 second");
  return limit;
}

absl::StatusOr<absl::optional<absl::Duration>> ParseRecheck(absl::string_view text) {
  if (absl::EqualsIgnoreCase(text, "always")) return absl::optional<absl::Duration>();
  const auto age = ParseDuration(text);
  if (!age.ok()) return Refuse("is no age: give `always`, or a duration as in `7d`");
  return absl::optional<absl::Duration>(*age);
}

absl::StatusOr<std::string> ParseBwlimit(absl::string_view text) {
  SSHSYNC_ASSIGN_OR_RETURN(const std::vector<RateSpan> rates, ParseRates(text));
  return rates.empty() ? std::string() : std::string(text);
}

absl::StatusOr<std::string> ParseStage(absl::string_view text) {
  const auto flag = ParseBool(text);
  if (flag.ok()) return std::string(*flag ? "yes" : "no");
  if (!absl::StartsWith(text, "/")) return Refuse("is no stage: give `yes`, `no`, or an absolute folder");
  return ParsePath(text);
}

absl::StatusOr<std::vector<Route>> ParseRoute(absl::string_view text) {
  std::vector<Route> routes;
  if (absl::EqualsIgnoreCase(text, "auto")) return routes;
  SSHSYNC_ASSIGN_OR_RETURN(const Words words, ParseList(text, {"pull", "push", "relay"}));
  for (const std::string& word : words)
    routes.push_back(word == "pull" ? Route::kPull : word == "push" ? Route::kPush : Route::kRelay);
  return routes;
}

absl::StatusOr<Words> ParseDigests(absl::string_view text) {
  return ParseList(text, {"sha512", "sha384", "sha256", "sha224", "sha1", "md5"});
}

absl::StatusOr<std::string> ParsePreset(absl::string_view text) {
  const Words names(PresetNames().begin(), PresetNames().end());
  SSHSYNC_ASSIGN_OR_RETURN(const int index, ParseChoice(text, names));
  return names[index];
}

/// A parser of whole numbers within bounds.
auto Number(int low, int high) {
  return [low, high](absl::string_view text) { return ParseNumber(text, low, high); };
}

/// A parser of words that are the enumerators of `Enum`, in order.
template <typename Enum>
auto Choice(Words words) {
  return [words = std::move(words)](absl::string_view text) -> absl::StatusOr<Enum> {
    SSHSYNC_ASSIGN_OR_RETURN(const int index, ParseChoice(text, words));
    return static_cast<Enum>(index);
  };
}

/// What a required key lacks: an empty value at its own place, or the key in the section.
void Require(EntryReader& reader, absl::string_view key, absl::string_view remedy) {
  const IniEntry* entry = reader.file().Lookup(reader.section(), key);
  if (entry != nullptr && !absl::StripAsciiWhitespace(entry->value).empty()) return;
  if (entry != nullptr) {
    reader.diagnostics().Error(reader.PlaceOf(key), absl::StrCat("`", key, "` is empty"), std::string(remedy));
  } else {
    reader.diagnostics().Error(reader.section().place,
                               absl::StrCat("[", Shown(reader.section().name), "] has no `", key, "`"),
                               std::string(remedy));
  }
}

void ReadEndpoint(EntryReader& reader, Repository& repository) {
  Endpoint& endpoint = repository.endpoint;
  reader.Take("transport", endpoint.transport, Choice<Transport>({"ssh", "local"}));
  if (endpoint.transport == Transport::kSsh) Require(reader, "host", "add `host = ADDRESS`");
  reader.Take("host", endpoint.host, ParseHost);
  reader.Take("user", endpoint.user, ParseUser);
  reader.Take("port", endpoint.port, ParsePort);
  reader.Take("identity", endpoint.identity, ParseFileName);
  reader.Take("jump", endpoint.jump, ParseJump);
  reader.Take("ssh", endpoint.ssh, ParseWords);
  reader.Take("shell", endpoint.shell, ParseProgram);
  reader.Take("compress", endpoint.compress, ParseBool);
  reader.Take("connect_timeout", endpoint.connect_timeout, ParseConnectTimeout);

  repository.peerhost = endpoint.host;
  repository.peeruser = endpoint.user;
  repository.peerport = endpoint.port;
  reader.Take("peerhost", repository.peerhost, ParsePeerHost);
  reader.Take("peeruser", repository.peeruser, ParseUser);
  reader.Take("peerport", repository.peerport, ParsePort);
  reader.Take("peerssh", repository.peerssh, ParseCommandText);
  if (endpoint.transport == Transport::kLocal) endpoint.host.clear();
}

void ReadTemplates(EntryReader& reader, TemplateChecker& checker, Repository& repository) {
  reader.Take("preset", repository.preset, ParsePreset);
  const bool stated = reader.Take("original_quoting", repository.original_quoting, ParseBool);
  reader.Take("names", repository.any_names, Choice<bool>({"safe", "any"}));
  reader.Take("batch_digest", repository.batch_digest, ParseBool);
  reader.Take("digest", repository.digest, ParseDigests);
  reader.Take("nice", repository.nice, Number(0, 19));
  const auto take = [&](absl::string_view key, absl::string_view name) {
    auto value = reader.GetTemplate(key);
    if (!value) return;
    checker.Check(key, *value, repository, stated);
    repository.templates[std::string(name)] = std::move(value->text);
  };
  for (const absl::string_view key : {"listcmd", "digestcmd", "synccmd", "deletecmd"}) take(key, key);
  for (const absl::string_view action : PresetActions()) take(absl::StrCat("action.", action), action);
}

void ReadTransfer(EntryReader& reader, Repository& repository) {
  if (reader.Take("transfer", repository.transfer, Choice<Transfer>({"auto", "command", "stream"})) &&
      repository.transfer == Transfer::kCommand && repository.templates.count("synccmd") == 0 &&
      !repository.is_root()) {
    reader.diagnostics().Error(reader.PlaceOf("transfer"), "`transfer = command` without a synccmd",
                               "add `synccmd = TEMPLATE`");
  }
  reader.Take("route", repository.route, ParseRoute);
  reader.Take("chunk", repository.chunk, ParseChunk);
  reader.Take("streams", repository.streams, Number(1, 64));
  reader.Take("bwlimit", repository.bwlimit, ParseBwlimit);
  reader.Take("stage", repository.stage, ParseStage);
  reader.Take("publish", repository.publish, Choice<PublishMode>({"file", "together"}));
  reader.Take("metadata", repository.metadata, ParseBool);
  reader.Take("links", repository.links, Choice<LinkMode>({"skip", "copy"}));
  reader.Take("follow_symlinks", repository.follow_symlinks, ParseBool);
  reader.Take("timeout", repository.timeout, ParseLimit);
  reader.Take("wait", repository.wait, ParseDuration);
  reader.Take("retries", repository.retries, Number(0, 1000));
}

void ReadSelection(EntryReader& reader, Repository& repository) {
  reader.Take("filter", repository.filter, ParseFilter);
  for (const auto& [key, sign] : {std::pair("include", "+ "), std::pair("exclude", "- ")}) {
    std::vector<std::string> lines;
    reader.Take(key, lines,
                [sign = absl::string_view(sign)](absl::string_view text) { return ParsePatterns(text, sign); });
    repository.filter.insert(repository.filter.end(), lines.begin(), lines.end());
  }
  reader.Take("settle", repository.settle, ParseDuration);
  reader.Take("recheck", repository.recheck, ParseRecheck);
  reader.Take("delete", repository.del, ParseBool);
  reader.Take("max_delete", repository.max_delete, ParseDeleteLimit);
  reader.Take("trash", repository.trash, ParseBool);
  if (repository.publish == PublishMode::kTogether && repository.in_place()) {
    reader.diagnostics().Error(reader.PlaceOf("publish"),
                               "`publish = together` with `stage = no`: synccmd overwrites one file after the other",
                               "let the stage be, or publish = file");
  }
  if (repository.trash && repository.in_place()) {
    reader.diagnostics().Error(reader.PlaceOf("trash"),
                               "`trash = yes` with `stage = no`: synccmd overwrites files that nobody kept",
                               "let the stage be, or give up the trash");
  }
  reader.Take("trash_keep", repository.trash_keep, ParseDuration);
}

}  // namespace

Repository ReadRepository(EntryReader& reader, TemplateChecker& checker, absl::string_view name,
                          absl::string_view node) {
  Repository repository;
  repository.name = std::string(name);
  repository.node = std::string(node);
  repository.file = reader.diagnostics().file();
  repository.line = reader.section().place.line;
  ReadEndpoint(reader, repository);
  Require(reader, "path", "add `path = FOLDER`");
  reader.Take("path", repository.path, ParsePath);
  reader.Take("parent", repository.parent, ParseText);
  reader.Take("password", repository.password, ParseText);
  reader.Take("group", repository.groups, ParseGroups);
  ReadTemplates(reader, checker, repository);
  ReadTransfer(reader, repository);
  ReadSelection(reader, repository);
  return repository;
}

Settings ReadSettings(EntryReader& reader) {
  Settings settings;
  reader.Take("jobs", settings.jobs, Number(1, 10'000));
  reader.Take("max_sessions", settings.max_sessions, Number(1, 10'000));
  reader.Take("state_dir", settings.state_dir, ParsePath);
  reader.Take("pid_file", settings.pid_file, ParsePath);
  reader.Take("keep_runs", settings.keep_runs, Number(1, 1'000'000));
  reader.Take("metrics_file", settings.metrics_file, ParsePath);
  reader.Take("stop_at", settings.stop_at, [](absl::string_view text) -> absl::StatusOr<std::string> {
    SSHSYNC_RETURN_IF_ERROR(ParseTimeOfDay(text).status());
    return std::string(text);
  });
  const auto take = [&](absl::string_view key, std::string& target) {
    if (auto value = reader.GetTemplate(key)) target = std::move(value->text);
  };
  take("on_success", settings.on_success);
  take("on_failure", settings.on_failure);
  take("on_change", settings.on_change);
  return settings;
}

}  // namespace sshsync
