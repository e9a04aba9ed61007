#include "sshsync/config/ini/diagnostic.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sshsync/text/escape.h"

namespace sshsync {
namespace {

constexpr size_t kShownBytes = 200;
constexpr size_t kMaxDiagnostics = 1000;

/// The clean text, cut before `limit` bytes of it, at a character.
std::string Clean(absl::string_view text, size_t limit) {
  size_t end = 0;
  while (end < text.size()) {
    const size_t length = std::max<size_t>(PrintableLength(text.substr(end)), 1);
    if (end + length > limit) return CleanForTerminal(text.substr(0, end)) + "...";
    end += length;
  }
  return CleanForTerminal(text);
}

/// The part of a source line that is shown, and where the caret stands in it.
void FillSource(absl::string_view line, ConfigDiagnostic& diagnostic) {
  const size_t column = diagnostic.column > 0 ? static_cast<size_t>(diagnostic.column - 1) : 0;
  const size_t from = column > kShownBytes / 2 && line.size() > kShownBytes ? column - kShownBytes / 2 : 0;
  if (from > line.size()) return;
  line.remove_prefix(from);
  diagnostic.source = Clean(line, kShownBytes);
  diagnostic.caret = CleanForTerminal(line.substr(0, column - from)).size();
}

}  // namespace

absl::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "error";
}

std::string Shown(absl::string_view text) { return Clean(text, kShownBytes); }

std::string Render(const ConfigDiagnostic& diagnostic) {
  std::string out = diagnostic.file;
  if (diagnostic.line > 0) absl::StrAppend(&out, ":", diagnostic.line);
  absl::StrAppend(&out, ": ", diagnostic.message);
  if (!diagnostic.remedy.empty()) absl::StrAppend(&out, ": ", diagnostic.remedy);
  return out;
}

std::string RenderWithCaret(const ConfigDiagnostic& diagnostic) {
  std::string out = Render(diagnostic);
  if (diagnostic.source.empty()) return out;
  absl::StrAppend(&out, "\n    ", diagnostic.source);
  if (diagnostic.column == 0) return out;
  out += "\n    ";
  for (size_t i = 0; i < diagnostic.caret && i < diagnostic.source.size(); ++i) {
    if ((static_cast<unsigned char>(diagnostic.source[i]) & 0xc0) != 0x80) out += ' ';
  }
  return out + "^";
}

absl::Status FirstError(const std::vector<ConfigDiagnostic>& diagnostics) {
  const ConfigDiagnostic* first = nullptr;
  size_t errors = 0;
  for (const ConfigDiagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != Severity::kError) continue;
    ++errors;
    if (!first || (first->failure != Failure::kConfig && diagnostic.failure == Failure::kConfig)) first = &diagnostic;
  }
  if (!first) return absl::OkStatus();
  return MakeError(first->failure,
                   absl::StrCat(Render(*first), errors > 1 ? absl::StrCat(" (and ", errors - 1, " more)") : ""));
}

void DiagnosticCollector::Error(SourceLocation place, std::string message, std::string remedy, Failure failure) {
  has_errors_ = true;
  Add(Severity::kError, place, std::move(message), std::move(remedy), failure);
}

void DiagnosticCollector::Warning(SourceLocation place, std::string message, std::string remedy) {
  Add(Severity::kWarning, place, std::move(message), std::move(remedy), Failure::kNone);
}

void DiagnosticCollector::Info(SourceLocation place, std::string message, std::string remedy) {
  Add(Severity::kInfo, place, std::move(message), std::move(remedy), Failure::kNone);
}

void DiagnosticCollector::AddDiagnostic(SourceLocation place, std::string message, std::string remedy) {
  Add(Severity::kWarning, place, std::move(message), std::move(remedy), Failure::kNone, true);
}

void DiagnosticCollector::Add(Severity severity, SourceLocation place, std::string message, std::string remedy,
                              Failure failure, bool for_check) {
  if (diagnostics_.size() >= kMaxDiagnostics && severity != Severity::kError) return;
  if (diagnostics_.size() >= 2 * kMaxDiagnostics) {
    ++dropped_;
    return;
  }
  if (!seen_.emplace(place.line, place.column, remedy.empty() ? message : remedy).second) return;
  ConfigDiagnostic diagnostic;
  diagnostic.severity = severity;
  diagnostic.for_check = for_check;
  diagnostic.file = file_;
  diagnostic.line = place.line;
  diagnostic.column = place.column;
  diagnostic.message = std::move(message);
  diagnostic.remedy = std::move(remedy);
  diagnostic.failure = failure;
  diagnostics_.push_back(std::move(diagnostic));
}

std::vector<ConfigDiagnostic> DiagnosticCollector::Take() {
  const auto by_place = [](const ConfigDiagnostic& a, const ConfigDiagnostic& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  };
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(), by_place);
  size_t start = bytes_.substr(0, 3) == "\xef\xbb\xbf" ? 3 : 0;
  int line = 1;
  for (ConfigDiagnostic& diagnostic : diagnostics_) {
    for (; line < diagnostic.line && start < bytes_.size(); ++line) {
      const size_t end = bytes_.find_first_of("\r\n", start);
      if (end == absl::string_view::npos) break;
      start = end + (bytes_.substr(end, 2) == "\r\n" ? 2 : 1);
    }
    if (diagnostic.line != line || start > bytes_.size() || hidden_.count(line) > 0) continue;
    const size_t end = bytes_.find_first_of("\r\n", start);
    FillSource(bytes_.substr(start, end == absl::string_view::npos ? end : end - start), diagnostic);
  }
  if (dropped_ > 0) {
    ConfigDiagnostic rest;
    rest.file = file_;
    rest.message = absl::StrCat(dropped_, " more errors are not shown");
    rest.remedy = "mend the first ones";
    diagnostics_.push_back(std::move(rest));
  }
  seen_.clear();
  dropped_ = 0;
  return std::exchange(diagnostics_, {});
}

}  // namespace sshsync
