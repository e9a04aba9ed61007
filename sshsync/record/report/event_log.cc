#include "sshsync/record/report/event_log.h"

#include <cstdio>
#include <iterator>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sshsync/text/escape.h"

namespace sshsync {
namespace {

constexpr size_t kMaxOutput = 4096;

/// On one line; of much, beginning and end, for the cause stands in either.
std::string OutputOf(const Event& event) {
  const absl::string_view output = absl::StripAsciiWhitespace(event.output);
  if (output.empty()) return "none";
  if (output.size() <= kMaxOutput) return CleanForTerminal(output);
  constexpr size_t kHalf = kMaxOutput / 2;
  return absl::StrCat(CleanForTerminal(output.substr(0, kHalf)), " [", output.size() - kMaxOutput, " bytes left out] ",
                      CleanForTerminal(output.substr(output.size() - kHalf)));
}

std::string Files(int64_t count) { return count == 1 ? "1 file" : absl::StrCat(count, " files"); }

std::string Amount(const Event& event) { return absl::StrCat(Files(event.files), ", ", HumanBytes(event.bytes)); }

/// ` [name]; command: ...; output: ...`, each part where the event has it.
std::string Details(const Event& event) {
  std::string details;
  if (event.failure != Failure::kNone) details = absl::StrCat(" [", InfoOf(event.failure).name, "]");
  if (!event.command.empty())
    absl::StrAppend(&details, "; command: ", CleanForTerminal(event.command), "; output: ", OutputOf(event));
  return details;
}

/// Behind what ended badly: the cause, then the details.
std::string Cause(const Event& event) {
  if (event.failure == Failure::kNone || event.message.empty()) return Details(event);
  return absl::StrCat(": ", CleanForTerminal(event.message), Details(event));
}

/// The sentence without its subject.
std::string Predicate(const Event& event) {
  const std::string path = EscapeForTerminal(event.path);
  switch (event.kind) {
    case EventKind::kRunStarted:
      return absl::StrCat("run ", EscapeForTerminal(event.run), " started: ", CleanForTerminal(event.message));
    case EventKind::kStepStarted:
      return absl::StrCat("step ", event.step, " started: ", CleanForTerminal(event.message));
    case EventKind::kRepositoryStarted:
      return absl::StrCat("started, parent ", EscapeForTerminal(event.parent));
    case EventKind::kListed:
      return absl::StrCat("listed ", Amount(event), Cause(event));
    case EventKind::kDigested:
      return absl::StrCat("digested ", Amount(event), Cause(event));
    case EventKind::kPlanned:
      return absl::StrCat("to move: ", Amount(event), "; ", CleanForTerminal(event.message));
    case EventKind::kFileStarted:
      return absl::StrCat(path, " started (", HumanBytes(event.total), ")");
    case EventKind::kFileProgress:
      return absl::StrCat(path, " ", HumanBytes(event.bytes), " of ", HumanBytes(event.total));
    case EventKind::kBlockMoved:
      return absl::StrCat(path, path.empty() ? "" : ": ", "moved ",
                          event.files > 1 ? absl::StrCat(Files(event.files), ", ") : "", HumanBytes(event.bytes),
                          event.offset > 0 ? absl::StrCat(" at ", event.offset) : "", " in ",
                          absl::FormatDuration(absl::Trunc(event.time - event.began, absl::Milliseconds(1))),
                          " by stream ", event.stream, event.action.empty() ? "" : ", ", event.action);
    case EventKind::kFileVerified:
      return absl::StrCat(path, " verified");
    case EventKind::kFilePublished:
      if (event.action == "delete") return absl::StrCat(path, " deleted");
      return absl::StrCat(path, " published (", event.action, ", ", HumanBytes(event.bytes), ")");
    case EventKind::kFileFailed:
      return absl::StrCat(path, " failed", Cause(event));
    case EventKind::kRepositoryEnded:
      return absl::StrCat("ended ", event.action, " (", Amount(event), ")", Cause(event));
    case EventKind::kRunEnded:
      return absl::StrCat("run ", EscapeForTerminal(event.run), " ended ", event.action, Cause(event));
    case EventKind::kMessage:
      break;
  }
  return absl::StrCat(path, path.empty() ? "" : ": ", CleanForTerminal(event.message), Details(event));
}

}  // namespace

std::string HumanBytes(int64_t bytes) {
  if (bytes < 1000) return bytes == 1 ? "1 byte" : absl::StrCat(bytes, " bytes");
  constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
  double value = static_cast<double>(bytes) / 1000;
  size_t unit = 0;
  // What would be shown as 1000.0 takes the next unit.
  for (; value >= 999.95 && unit + 1 < std::size(kUnits); ++unit) value /= 1000;
  char text[32];
  snprintf(text, sizeof(text), "%.1f %s", value, kUnits[unit]);
  return text;
}

LogLevel EventLevel(const Event& event) {
  switch (event.kind) {
    case EventKind::kMessage:
      return event.level;
    case EventKind::kFileFailed:
      return LogLevel::kError;
    case EventKind::kFileStarted:
    case EventKind::kFileProgress:
    case EventKind::kBlockMoved:
    case EventKind::kFileVerified:
      return LogLevel::kDebug;
    default:
      return event.failure == Failure::kNone ? LogLevel::kInfo : LogLevel::kError;
  }
}

std::string EventSentence(const Event& event) {
  const bool of_run = event.kind == EventKind::kRunStarted || event.kind == EventKind::kStepStarted ||
                      event.kind == EventKind::kRunEnded;
  if (of_run || event.repository.empty()) return Predicate(event);
  return absl::StrCat(EscapeForTerminal(event.repository), ": ", Predicate(event));
}

void EventLog::On(const Event& event) {
  if (event.kind == EventKind::kFileProgress) return;
  const LogLevel level = EventLevel(event);
  if (sink_.Enabled(level)) sink_.Write({.time = event.time, .level = level, .message = EventSentence(event)});
}

}  // namespace sshsync
