#include "tools/cli/text/history_text.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "sshsync/base/status.h"
#include "sshsync/record/report/event_log.h"
#include "sshsync/text/escape.h"
#include "tools/cli/text/display_width.h"
#include "tools/cli/text/paragraph.h"

namespace sshsync::cli {
namespace {

constexpr absl::string_view kGreen = "\x1b[32m", kYellow = "\x1b[33m", kRed = "\x1b[31m", kPlain = "\x1b[0m";

/// Rows of clean cells, each column as wide as its widest cell; the last is not padded.
std::string Table(const std::vector<std::vector<std::string>>& rows, const std::vector<std::string>& below) {
  std::vector<size_t> widths;
  for (const std::vector<std::string>& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string text;
  for (size_t row = 0; row < rows.size(); ++row) {
    for (size_t i = 0; i < rows[row].size(); ++i) {
      const bool last = i + 1 == rows[row].size();
      absl::StrAppend(&text, rows[row][i], last ? "\n" : std::string(widths[i] + 2 - DisplayWidth(rows[row][i]), ' '));
    }
    if (row < below.size()) text += below[row];
  }
  return text;
}

std::string Clock(absl::Time time, const HistoryFormat& look) {
  return absl::FormatTime("%Y-%m-%d %H:%M", time, look.zone);
}

std::string Coloured(const std::string& text, absl::string_view colour, const HistoryFormat& look) {
  return look.colour ? absl::StrCat(colour, text, kPlain) : text;
}

std::string StateCell(const RepositoryStatus& status, const HistoryFormat& look) {
  const bool well = status.state == "equal" || status.state == "running";
  const absl::string_view colour = !well && status.state != "waiting"                 ? kRed
                                   : well && status.behind.empty() && !status.overdue ? kGreen
                                                                                      : kYellow;
  return Coloured(status.state, colour, look);
}

std::string Why(const RepositoryStatus& status) {
  std::vector<std::string> sentences;
  if (!status.why.empty()) sentences.push_back(CleanForTerminal(status.why));
  if (status.failed > 1) sentences.push_back(absl::StrCat(status.failed, " files failed"));
  if (!status.behind.empty() && status.state == "equal") {
    sentences.push_back(absl::StrCat(status.behind == status.parent
                                         ? "equal to a parent that lags"
                                         : absl::StrCat("behind ", EscapeForTerminal(status.behind), ", which lags")));
  }
  if (status.overdue) sentences.push_back("longer ago than --max-age");
  return absl::StrJoin(sentences, "; ");
}

std::string Took(const RunRecord& record) {
  if (record.report.ended == absl::InfiniteFuture()) return "-";
  const absl::Duration took = record.report.ended - record.report.started;
  return absl::FormatDuration(absl::Trunc(took, took < absl::Seconds(10) ? absl::Milliseconds(100) : absl::Seconds(1)));
}

std::string Queue(const Report& report) {
  std::vector<std::string> steps;
  for (const std::vector<std::string>& step : report.queue)
    steps.push_back(absl::StrCat("--sync ", absl::StrJoin(step, ",")));
  return EscapeForTerminal(absl::StrJoin(steps, " "));
}

std::string Exit(const RunRecord& record, bool (*alive)(int pid), const HistoryFormat& look) {
  if (record.exit_code) return Coloured(absl::StrCat(*record.exit_code), *record.exit_code == 0 ? kGreen : kRed, look);
  return alive(record.pid) ? Coloured("running", kGreen, look) : Coloured("killed", kRed, look);
}

void Printed(absl::string_view output, std::string& text) {
  for (const absl::string_view line : absl::StrSplit(absl::StripAsciiWhitespace(output), '\n', absl::SkipEmpty())) {
    absl::StrAppend(&text, "      ", CleanForTerminal(line), "\n");
  }
}

std::string FileLine(const FileOutcome& file) {
  const bool failed = file.failure != Failure::kNone;
  const std::string word = failed ? "FAILED" : file.action;
  std::string text =
      absl::StrCat("  ", word, std::string(word.size() < 8 ? 8 - word.size() : 1, ' '), EscapeForTerminal(file.path));
  if (!failed) return absl::StrCat(text, " (", HumanBytes(file.bytes), ")\n");
  absl::StrAppend(&text, ": ", CleanForTerminal(file.message), "\n");
  if (!file.command.empty()) absl::StrAppend(&text, "    command: ", CleanForTerminal(file.command), "\n");
  Printed(file.output, text);
  return text;
}

std::string RepositoryText(const RepositoryReport& report) {
  std::string text = EscapeForTerminal(report.name);
  if (!report.parent.empty()) absl::StrAppend(&text, " from ", EscapeForTerminal(report.parent));
  if (report.ended == absl::InfiniteFuture()) return absl::StrCat(text, ": did not end\n");
  absl::StrAppend(&text, ": ", OutcomeName(report.outcome));
  for (const auto& [count, word] : {std::pair(report.copied, "copied"),
                                    {report.replaced, "replaced"},
                                    {report.deleted, "deleted"},
                                    {report.failed, "failed"},
                                    {report.kept, "already equal"}}) {
    if (count > 0) absl::StrAppend(&text, ", ", count, " ", word);
  }
  if (report.bytes > 0) absl::StrAppend(&text, " (", HumanBytes(report.bytes), ")");
  text += "\n";
  if (!report.message.empty()) absl::StrAppend(&text, "  ", CleanForTerminal(report.message), "\n");
  if (!report.command.empty()) absl::StrAppend(&text, "    command: ", CleanForTerminal(report.command), "\n");
  Printed(report.output, text);
  for (const FileOutcome& file : report.files) text += FileLine(file);
  return text;
}

}  // namespace

std::string Ago(absl::Duration age) {
  if (age < absl::Minutes(1)) return "just now";
  const auto text = [&age](absl::Duration unit, absl::string_view name) {
    const int64_t count = age / unit;
    return absl::StrCat(count, " ", name, count == 1 ? "" : "s", " ago");
  };
  if (age < absl::Hours(1)) return text(absl::Minutes(1), "minute");
  return age < absl::Hours(48) ? text(absl::Hours(1), "hour") : text(absl::Hours(24), "day");
}

std::string StatusText(const std::vector<RepositoryStatus>& statuses, const std::string& unfinished_run,
                       const HistoryFormat& look) {
  std::vector<std::vector<std::string>> rows = {{"REPOSITORY", "PARENT", "STATE", "LAST EQUAL"}};
  std::vector<std::string> below = {""};
  for (const RepositoryStatus& status : statuses) {
    const bool never = status.last_equal == absl::InfinitePast();
    rows.push_back(
        {EscapeForTerminal(status.repository), EscapeForTerminal(status.parent), StateCell(status, look),
         never ? "never" : absl::StrCat(Clock(status.last_equal, look), " (", Ago(look.now - status.last_equal), ")")});
    const std::string why = Why(status);
    below.push_back(why.empty() ? "" : Paragraph(why, 2));
  }
  std::string text = Table(rows, below);
  if (!unfinished_run.empty())
    absl::StrAppend(&text, "run ", unfinished_run, " is unfinished: sshsync resume continues it\n");
  return text;
}

std::string RunsText(const std::vector<RunRecord>& records, bool (*alive)(int pid), const HistoryFormat& look) {
  std::vector<std::vector<std::string>> rows = {{"RUN", "STARTED", "TOOK", "EXIT", "QUEUE"}};
  for (const RunRecord& record : records) {
    rows.push_back({EscapeForTerminal(record.report.run), Clock(record.report.started, look), Took(record),
                    Exit(record, alive, look), Queue(record.report)});
  }
  return Table(rows, {});
}

std::string RunText(const RunRecord& record, bool (*alive)(int pid), const HistoryFormat& look) {
  std::string text =
      absl::StrCat("run       ", EscapeForTerminal(record.report.run), "\n", "asked     ", Queue(record.report), "\n");
  if (!record.options.empty()) {
    const std::vector<std::string> options = absl::StrSplit(record.options, '\n');
    absl::StrAppend(&text, "options   ", EscapeForTerminal(absl::StrJoin(options, ", ")), "\n");
  }
  if (!record.resumes.empty()) absl::StrAppend(&text, "resumes   ", EscapeForTerminal(record.resumes), "\n");
  absl::StrAppend(&text, "started   ", Clock(record.report.started, look), "\n", "took      ", Took(record), "\n");
  absl::StrAppend(&text, "exit      ", Exit(record, alive, look), "\n\n");
  for (const RepositoryReport& report : record.report.repositories) text += RepositoryText(report);
  return text;
}

}  // namespace sshsync::cli
