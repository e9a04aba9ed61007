#include "sshsync/config/diagnostic.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sshsync {
namespace {

constexpr size_t kShownBytes = 200;
constexpr size_t kMaxDiagnostics = 1000;

/// Length of the UTF-8 character at the start of `text`; 0 where there is none, and for C1 control characters.
size_t Utf8Length(absl::string_view text) {
  const unsigned char lead = text[0];
  if (lead < 0x80) return 1;
  const size_t length = lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (length == 0 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) return 0;
  }
  const unsigned char second = text[1];
  if (lead == 0xc2 && second < 0xa0) return 0;
  if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second >= 0xa0)) return 0;
  if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second >= 0x90)) return 0;
  return length;
}

/// The escaped text; `text` is cut before `limit` bytes, at a character.
std::string Escaped(absl::string_view text, size_t limit) {
  constexpr absl::string_view kHex = "0123456789abcdef";
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    const unsigned char byte = text[at];
    const size_t length = Utf8Length(text.substr(at));
    if (at + std::max<size_t>(length, 1) > limit) return out + "...";
    if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (length == 0 || byte < 0x20 || byte == 0x7f) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      absl::StrAppend(&out, text.substr(at, length));
    }
    at += std::max<size_t>(length, 1);
  }
  return out;
}

/// The part of a source line that is shown, and where the caret stands in it.
void FillSource(absl::string_view line, ConfigDiagnostic& diagnostic) {
  const size_t column = diagnostic.column > 0 ? static_cast<size_t>(diagnostic.column - 1) : 0;
  const size_t from = column > kShownBytes / 2 && line.size() > kShownBytes ? column - kShownBytes / 2 : 0;
  if (from > line.size()) return;
  line.remove_prefix(from);
  diagnostic.source = Escaped(line, kShownBytes);
  diagnostic.caret = Escaped(line.substr(0, column - from), line.size()).size();
}

}  // namespace

absl::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kInfo: return "info";
    case Severity::kWarning: return "warning";
    case Severity::kError: return "error";
  }
  return "error";
}

std::string Shown(absl::string_view text) { return Escaped(text, kShownBytes); }

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
  return MakeError(first->failure, absl::StrCat(Render(*first), errors > 1 ? absl::StrCat(" (and ", errors - 1, " more)") : ""));
}

void DiagnosticCollector::Error(Place place, std::string message, std::string remedy, Failure failure) {
  has_errors_ = true;
  Add(Severity::kError, place, std::move(message), std::move(remedy), failure);
}

void DiagnosticCollector::Warning(Place place, std::string message, std::string remedy) {
  Add(Severity::kWarning, place, std::move(message), std::move(remedy), Failure::kNone);
}

void DiagnosticCollector::Info(Place place, std::string message, std::string remedy) {
  Add(Severity::kInfo, place, std::move(message), std::move(remedy), Failure::kNone);
}

void DiagnosticCollector::Add(Severity severity, Place place, std::string message, std::string remedy, Failure failure) {
  if (diagnostics_.size() >= kMaxDiagnostics && severity != Severity::kError) return;
  if (diagnostics_.size() >= 2 * kMaxDiagnostics) {
    ++dropped_;
    return;
  }
  if (!seen_.emplace(place.line, place.column, remedy.empty() ? message : remedy).second) return;
  ConfigDiagnostic diagnostic;
  diagnostic.severity = severity;
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
