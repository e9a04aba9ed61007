#include "tools/cli/text/run_text.h"

#include <array>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sshsync/base/status.h"
#include "sshsync/record/report/event_log.h"
#include "sshsync/text/escape.h"

namespace sshsync::cli {
namespace {

constexpr size_t kMostLines = 20;

struct ActionText {
  absl::string_view action;
  absl::string_view letters;  ///< of rsync --itemize-changes
  absl::string_view reason;   ///< of a plan
  absl::string_view finding;  ///< of verify
};

constexpr std::array kActions = {
    ActionText{"copy", ">f+++++++++", "the repository does not have it", "missing"},
    ActionText{"replace", ">fc........", "its content is another than the parent's", "differs"},
    ActionText{"delete", "*deleting  ", "the parent does not have it", "extra"},
    ActionText{"mode", ".f..tp.....", "same content, other time or mode", "other time or mode"},
    ActionText{"keep", ".f         ", "equal", "equal"},
};

const ActionText& TextOf(absl::string_view action) {
  for (const ActionText& text : kActions) {
    if (text.action == action) return text;
  }
  return kActions[1];
}

std::string Count(int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string Repositories(int64_t count) { return count == 1 ? "1 repository" : absl::StrCat(count, " repositories"); }

std::string Head(const RepositoryReport& repository) {
  std::string head = EscapeForTerminal(repository.name);
  if (!repository.parent.empty()) absl::StrAppend(&head, " from ", EscapeForTerminal(repository.parent));
  return head;
}

/// What a command printed, its last lines: the cause is mostly there.
std::string Printed(absl::string_view output) {
  const std::vector<absl::string_view> lines = absl::StrSplit(absl::StripAsciiWhitespace(output), '\n');
  const size_t first = lines.size() > kMostLines ? lines.size() - kMostLines : 0;
  std::string result = first > 0 ? absl::StrCat("    (", first, " lines before that)\n") : "";
  for (size_t i = first; i < lines.size(); ++i) absl::StrAppend(&result, "    ", CleanForTerminal(lines[i]), "\n");
  return result;
}

std::string Took(const Report& report) {
  if (report.ended == absl::InfiniteFuture()) return "";
  const absl::Duration took = absl::Trunc(report.ended - report.started, absl::Milliseconds(100));
  return took > absl::ZeroDuration() ? absl::StrCat("; ", absl::FormatDuration(took)) : "";
}

}  // namespace

std::string ItemLine(absl::string_view repository, absl::string_view action, absl::string_view path) {
  return absl::StrCat(EscapeForTerminal(repository), " ", TextOf(action).letters, " ", EscapeForTerminal(path), "\n");
}

std::string FailureBlock(const Event& event) {
  std::string result = "sshsync: ";
  for (const absl::string_view part : {absl::string_view(event.repository), absl::string_view(event.path)}) {
    if (!part.empty()) absl::StrAppend(&result, EscapeForTerminal(part), ": ");
  }
  const FailureInfo& info = InfoOf(event.failure);
  absl::StrAppend(&result, event.message.empty() ? std::string(info.name) : CleanForTerminal(event.message), "\n");
  if (!event.command.empty()) {
    absl::StrAppend(&result, "  command:  ", CleanForTerminal(event.command), "\n");
    if (event.exit_status != 0) absl::StrAppend(&result, "  status:   ", event.exit_status, "\n");
    if (absl::StripAsciiWhitespace(event.output).empty()) {
      absl::StrAppend(&result, "  printed:  nothing\n");
    } else {
      absl::StrAppend(&result, "  printed:\n", Printed(event.output));
    }
  }
  if (!info.hint.empty()) absl::StrAppend(&result, "  hint:     ", info.hint, "\n");
  return result;
}

std::string PlanText(const Report& report, bool explained) {
  std::string result;
  for (const RepositoryReport& repository : report.repositories) {
    if (!explained) {
      for (const FileOutcome& file : repository.files) {
        if (file.failure == Failure::kNone) absl::StrAppend(&result, ItemLine(repository.name, file.action, file.path));
      }
      continue;
    }
    const bool planned = repository.kept + repository.failed > 0 || !repository.files.empty();
    if (repository.failure != Failure::kNone) {
      absl::StrAppend(&result, Head(repository), planned ? ": " : ": no plan: ", CleanForTerminal(repository.message),
                      "\n");
      if (!planned) continue;
    }
    std::vector<std::string> counts;
    if (repository.copied) counts.push_back(absl::StrCat(repository.copied, " to copy"));
    if (repository.replaced) counts.push_back(absl::StrCat(repository.replaced, " to replace"));
    if (repository.deleted) counts.push_back(absl::StrCat(repository.deleted, " to delete"));
    if (repository.failed) counts.push_back(absl::StrCat(repository.failed, " failed"));
    if (counts.empty()) counts.push_back("nothing to do");
    counts.push_back(absl::StrCat(repository.kept, " equal"));
    if (repository.extra) counts.push_back(absl::StrCat(repository.extra, " not in the parent, left alone"));
    if (repository.excluded) counts.push_back(absl::StrCat(repository.excluded, " left out by the filters"));
    absl::StrAppend(&result, Head(repository), ": ", absl::StrJoin(counts, ", "), "\n");
    for (const FileOutcome& file : repository.files) {
      if (file.failure != Failure::kNone) continue;
      const std::string reason =
          file.message.empty() ? std::string(TextOf(file.action).reason) : CleanForTerminal(file.message);
      absl::StrAppend(&result, "  ", file.action, std::string(file.action.size() < 8 ? 8 - file.action.size() : 1, ' '),
                      EscapeForTerminal(file.path), " (", HumanBytes(file.bytes), "): ", reason, "\n");
    }
  }
  return result;
}

std::string VerifyText(const Report& report, bool all) {
  std::string result;
  for (const RepositoryReport& repository : report.repositories) {
    if (repository.outcome == Outcome::kEqual) {
      if (all) absl::StrAppend(&result, Head(repository), ": equal, ", Count(repository.kept, "file"), "\n");
      continue;
    }
    for (const FileOutcome& file : repository.files) {
      if (file.failure != Failure::kNone && file.failure != Failure::kDiffers) continue;
      absl::StrAppend(&result, EscapeForTerminal(repository.name), ": ", TextOf(file.action).finding, ": ",
                      EscapeForTerminal(file.path), "\n");
    }
  }
  return result;
}

std::string SummaryLine(const Report& report) {
  int64_t equal = 0, restored = 0, failed = 0, waiting = 0, differ = 0, changed = 0, deleted = 0, kept = 0, bytes = 0,
          files = 0;
  for (const RepositoryReport& repository : report.repositories) {
    const bool is_equal = repository.outcome == Outcome::kEqual || repository.outcome == Outcome::kChanged ||
                          repository.outcome == Outcome::kPlanned;
    equal += is_equal;
    restored += repository.outcome == Outcome::kRestored;
    waiting += repository.outcome == Outcome::kWaiting;
    differ += repository.outcome == Outcome::kDiffers;
    failed += !is_equal && repository.outcome != Outcome::kRestored && repository.outcome != Outcome::kWaiting &&
              repository.outcome != Outcome::kDiffers;
    changed += repository.copied + repository.replaced;
    deleted += repository.deleted;
    kept += repository.kept;
    bytes += repository.bytes;
    files += repository.failed;
  }
  std::vector<std::string> parts;
  const bool is_plan = report.verb == "plan";
  if (equal)
    parts.push_back(
        is_plan ? absl::StrCat(Repositories(equal), " planned")
                : absl::StrCat(Repositories(equal), equal == 1 ? " equals its parent" : " equal their parents"));
  if (restored) parts.push_back(absl::StrCat(Repositories(restored), " restored"));
  if (differ) parts.push_back(absl::StrCat(Repositories(differ), differ == 1 ? " differs" : " differ"));
  if (failed) parts.push_back(absl::StrCat(Repositories(failed), " failed"));
  if (waiting) parts.push_back(absl::StrCat(Repositories(waiting), waiting == 1 ? " waits" : " wait"));
  if (changed)
    parts.push_back(absl::StrCat(Count(changed, "file"),
                                 is_plan                   ? " to move"
                                 : report.verb == "verify" ? " of other content or missing"
                                                           : " changed",
                                 " (", HumanBytes(bytes), ")"));
  if (deleted) parts.push_back(absl::StrCat(deleted, is_plan ? " to delete" : " deleted"));
  if (kept) parts.push_back(absl::StrCat(kept, " already equal"));
  if (files) parts.push_back(absl::StrCat(Count(files, "file"), " failed"));
  std::string result = absl::StrCat("sshsync: ", absl::StrJoin(parts, ", "), Took(report), "\n");
  if (report.signal > 0) absl::StrAppend(&result, "sshsync: ended by signal ", report.signal, "\n");
  const bool resumable = report.verb == "sync" && !report.ok();
  if (resumable)
    absl::StrAppend(
        &result,
        "sshsync: `sshsync resume`, or the same command again, goes on from here; nothing verified is sent twice\n");
  return result;
}

std::string ErrorText(const absl::Status& error) {
  const absl::string_view hint = InfoOf(FailureOf(error)).hint;
  return absl::StrCat("sshsync: ", CleanForTerminal(error.message()), "\n", hint.empty() ? "" : "sshsync: hint: ", hint,
                      hint.empty() ? "" : "\n");
}

}  // namespace sshsync::cli
