#include "tools/cli/page/markup.h"

#include <cstdio>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "sshsync/record/report/event_log.h"
#include "sshsync/text/escape.h"

namespace sshsync::page {
namespace {

constexpr size_t kMostLines = 60;

std::string Escaped(absl::string_view clean) {
  return absl::StrReplaceAll(clean, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

// The characters of clean text, each with its bytes.
std::vector<absl::string_view> CharactersOf(absl::string_view text) {
  std::vector<absl::string_view> characters;
  while (!text.empty()) {
    size_t length = 1;
    while (length < text.size() && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) ++length;
    characters.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return characters;
}

std::string Printed(const char* format, double value) {
  char text[40];
  snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

std::string Name(absl::string_view bytes) { return Escaped(EscapeForTerminal(bytes)); }

std::string ShortName(absl::string_view bytes, size_t columns) {
  const std::string clean = EscapeForTerminal(bytes);
  const std::vector<absl::string_view> characters = CharactersOf(clean);
  if (characters.size() <= columns) return Escaped(clean);
  const size_t head = (columns - 1) / 2, tail = columns - 1 - head;
  std::string text;
  for (size_t i = 0; i < head; ++i) absl::StrAppend(&text, characters[i]);
  text += "…";
  for (size_t i = characters.size() - tail; i < characters.size(); ++i) absl::StrAppend(&text, characters[i]);
  return Escaped(text);
}

std::string Text(absl::string_view bytes) { return Escaped(CleanForTerminal(bytes)); }

std::string Lines(absl::string_view bytes) {
  const std::vector<absl::string_view> lines = absl::StrSplit(absl::StripTrailingAsciiWhitespace(bytes), '\n');
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (lines.size() > kMostLines && i == kMostLines / 2) {
      i = lines.size() - kMostLines / 2;
      absl::StrAppend(&text, "[", lines.size() - kMostLines, " lines left out]\n");
    }
    absl::StrAppend(&text, Text(absl::StripSuffix(lines[i], "\r")), i + 1 < lines.size() ? "\n" : "");
  }
  return text;
}

std::string Mark(absl::string_view kind) {
  return absl::StrCat("<svg class=\"mark ", kind, "\" aria-hidden=\"true\"><use href=\"#mark-", kind, "\"/></svg>");
}

std::string Duration(absl::Duration duration) {
  if (duration == absl::InfiniteDuration() || duration < absl::ZeroDuration()) return "–";
  const double seconds = absl::ToDoubleSeconds(duration);
  if (seconds < 0.9995) return Printed("%.0f ms", seconds * 1000);
  if (seconds < 9.95) return Printed("%.1f s", seconds);
  const int64_t whole = static_cast<int64_t>(seconds + 0.5);
  if (whole < 60) return absl::StrCat(whole, " s");
  const auto two = [](int64_t value) { return absl::StrCat(value < 10 ? "0" : "", value); };
  if (whole < 3600) return absl::StrCat(whole / 60, " min ", two(whole % 60), " s");
  if (whole < 48 * 3600) return absl::StrCat(whole / 3600, " h ", two(whole / 60 % 60), " min");
  return absl::StrCat(whole / 86400, " d ", whole / 3600 % 24, " h");
}

std::string Rate(int64_t bytes, absl::Duration duration) {
  const double seconds = absl::ToDoubleSeconds(duration);
  if (bytes <= 0 || !(seconds > 0) || duration == absl::InfiniteDuration()) return "–";
  return absl::StrCat(HumanBytes(static_cast<int64_t>(static_cast<double>(bytes) / seconds)), "/s");
}

std::string Count(int64_t count) {
  std::string digits = absl::StrCat(count), text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0 && digits.size() > 4) text += "\u202f";
    text += digits[i];
  }
  return text;
}

std::string Files(int64_t count) { return absl::StrCat(Count(count), count == 1 ? " file" : " files"); }

std::string Coordinate(double value) {
  std::string text = Printed("%.2f", value);
  while (text.back() == '0') text.pop_back();
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

}  // namespace sshsync::page
