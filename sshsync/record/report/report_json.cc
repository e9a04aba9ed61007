#include "sshsync/record/report/report_json.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"

namespace sshsync {
namespace {

using Json = nlohmann::ordered_json;

std::string Dump(const Json& json, int indent) {
  return json.dump(indent, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace);
}

bool IsUtf8(const std::string& text) {
  if (std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; })) return true;
  return Json::parse(Json(text).dump(-1, ' ', false, Json::error_handler_t::ignore)).get<std::string>() == text;
}

/// Sets a name from outside, and its bytes where the text alone would not say which file is meant.
void SetName(Json& json, absl::string_view key, const std::string& value) {
  json[std::string(key)] = value;
  if (!IsUtf8(value)) json[absl::StrCat(key, "_b64")] = absl::Base64Escape(value);
}

Json Time(absl::Time time) {
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

void SetTimes(Json& json, absl::Time started, absl::Time ended) {
  json["started"] = Time(started);
  json["ended"] = Time(ended);
  const bool known = !json["started"].is_null() && !json["ended"].is_null();
  json["seconds"] = known ? Json(absl::ToDoubleSeconds(ended - started)) : Json(nullptr);
}

void SetFailure(Json& json, Failure failure, const std::string& message) {
  if (failure == Failure::kNone) return;
  json["failure"] = std::string(InfoOf(failure).name);
  json["message"] = message;
  json["hint"] = std::string(InfoOf(failure).hint);
}

void SetCommand(Json& json, const std::string& command, const std::string& output) {
  if (command.empty()) return;
  json["command"] = command;
  json["output"] = output;
}

Json FileJson(const FileOutcome& file) {
  Json json;
  SetName(json, "path", file.path);
  json["action"] = file.action;
  json["bytes"] = file.bytes;
  json["digest"] = file.digest;
  json["attempts"] = file.attempts;
  SetFailure(json, file.failure, file.message);
  SetCommand(json, file.command, file.output);
  if (!file.command.empty()) json["exit_status"] = file.exit_status;
  return json;
}

Json RepositoryJson(const RepositoryReport& repository) {
  Json json;
  SetName(json, "repository", repository.name);
  json["parent"] = repository.parent;
  json["host"] = repository.host;
  json["step"] = repository.step;
  json["outcome"] = std::string(OutcomeName(repository.outcome));
  SetTimes(json, repository.started, repository.ended);
  json["kept"] = repository.kept;
  json["copied"] = repository.copied;
  json["replaced"] = repository.replaced;
  json["deleted"] = repository.deleted;
  json["failed"] = repository.failed;
  json["extra"] = repository.extra;
  json["excluded"] = repository.excluded;
  json["bytes"] = repository.bytes;
  SetFailure(json, repository.failure, repository.message);
  SetCommand(json, repository.command, repository.output);
  Json& files = json["files"] = Json::array();
  for (const FileOutcome& file : repository.files) files.push_back(FileJson(file));
  return json;
}

Json ReportJson(const Report& report) {
  Json json;
  json["run"] = report.run;
  json["verb"] = report.verb;
  json["queue"] = report.queue;
  SetTimes(json, report.started, report.ended);
  json["ok"] = report.ok();
  json["exit_code"] = report.exit_code();
  json["signal"] = report.signal;
  Json& repositories = json["repositories"] = Json::array();
  for (const RepositoryReport& repository : report.repositories) repositories.push_back(RepositoryJson(repository));
  return json;
}

Json OrNull(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json RecordJson(const RunRecord& record) {
  Json json = ReportJson(record.report);
  json["ok"] = record.exit_code == 0;
  json["exit_code"] = record.exit_code ? Json(*record.exit_code) : Json(nullptr);
  json["finished"] = record.exit_code.has_value();
  Json& options = json["options"] = Json::object();
  for (const absl::string_view line : absl::StrSplit(record.options, '\n', absl::SkipEmpty())) {
    const std::pair<std::string, std::string> parts = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    options[parts.first] = parts.second;
  }
  SetName(json, "config", record.config);
  json["resumes"] = OrNull(record.resumes);
  return json;
}

Json StandingJson(const RepositoryStatus& status, absl::Time now) {
  Json json;
  SetName(json, "repository", status.repository);
  json["parent"] = status.parent;
  json["state"] = status.state;
  json["last_equal"] = Time(status.last_equal);
  json["age_seconds"] =
      status.last_equal == absl::InfinitePast() ? Json(nullptr) : Json(absl::ToDoubleSeconds(now - status.last_equal));
  json["overdue"] = status.overdue;
  json["run"] = OrNull(status.run);
  json["failed"] = status.failed;
  json["behind"] = OrNull(status.behind);
  SetFailure(json, status.failure, status.why);
  return json;
}

}  // namespace

std::string ReportToJson(const Report& report) { return absl::StrCat(Dump(ReportJson(report), 2), "\n"); }

std::string RunToJson(const RunRecord& record) { return absl::StrCat(Dump(RecordJson(record), 2), "\n"); }

std::string RunsToJson(const std::vector<RunRecord>& records) {
  Json json;
  Json& runs = json["runs"] = Json::array();
  for (const RunRecord& record : records) {
    runs.push_back(RecordJson(record));
    for (Json& repository : runs.back()["repositories"]) repository.erase("files");
  }
  return absl::StrCat(Dump(json, 2), "\n");
}

std::string StandingsToJson(const std::vector<RepositoryStatus>& statuses, const std::string& unfinished_run,
                            absl::Time now) {
  Json json;
  json["time"] = Time(now);
  json["unfinished_run"] = OrNull(unfinished_run);
  json["overdue"] =
      std::any_of(statuses.begin(), statuses.end(), [](const RepositoryStatus& one) { return one.overdue; });
  Json& repositories = json["repositories"] = Json::array();
  for (const RepositoryStatus& status : statuses) repositories.push_back(StandingJson(status, now));
  return absl::StrCat(Dump(json, 2), "\n");
}

std::string EventToJsonLine(const Event& event) {
  Json json;
  json["event"] = std::string(EventKindName(event.kind));
  json["time"] = Time(event.time);
  if (!event.run.empty()) json["run"] = event.run;
  if (event.step > 0) json["step"] = event.step;
  if (!event.repository.empty()) SetName(json, "repository", event.repository);
  if (!event.path.empty()) SetName(json, "path", event.path);
  switch (event.kind) {
    case EventKind::kRunStarted:
    case EventKind::kStepStarted:
      json["message"] = event.message;
      break;
    case EventKind::kRepositoryStarted:
      json["parent"] = event.parent;
      break;
    case EventKind::kListed:
    case EventKind::kDigested:
    case EventKind::kPlanned:
      json["files"] = event.files;
      json["bytes"] = event.bytes;
      if (event.kind == EventKind::kPlanned) json["message"] = event.message;
      break;
    case EventKind::kFileStarted:
      json["total"] = event.total;
      break;
    case EventKind::kFileProgress:
      json["bytes"] = event.bytes;
      json["total"] = event.total;
      break;
    case EventKind::kBlockMoved:
      json["files"] = event.files;
      json["bytes"] = event.bytes;
      json["offset"] = event.offset;
      json["stream"] = event.stream;
      if (!event.action.empty()) json["route"] = event.action;
      json["began"] = Time(event.began);
      break;
    case EventKind::kFileVerified:
      break;
    case EventKind::kFilePublished:
      json["action"] = event.action;
      json["bytes"] = event.bytes;
      break;
    case EventKind::kFileFailed:
      break;
    case EventKind::kRepositoryEnded:
      json["outcome"] = event.action;
      json["files"] = event.files;
      json["bytes"] = event.bytes;
      break;
    case EventKind::kRunEnded:
      json["outcome"] = event.action;
      break;
    case EventKind::kMessage:
      json["level"] = std::string(LogLevelName(event.level));
      json["message"] = event.message;
      break;
  }
  SetFailure(json, event.failure, event.message);
  SetCommand(json, event.command, event.output);
  return absl::StrCat(Dump(json, -1), "\n");
}

}  // namespace sshsync
