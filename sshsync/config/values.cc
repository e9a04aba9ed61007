#include "sshsync/config/values.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "sshsync/base/status.h"
#include "sshsync/config/ini/diagnostic.h"
#include "sshsync/text/pattern.h"

namespace sshsync {
namespace {

template <typename... Parts>
absl::Status Refuse(const Parts&... parts) {
  return MakeError(Failure::kConfig, absl::StrCat(parts...));
}

/// The slips that this dialect makes easy: quotes and comments are part of a value.
absl::Status CheckSlips(absl::string_view text) {
  if (text.empty()) return Refuse("is empty: give a value");
  if (text.front() == '"' || text.front() == '\'')
    return Refuse("has quotes: remove them, they are part of a value here");
  for (const absl::string_view mark : {" #", "\t#", " ;", "\t;"}) {
    if (absl::StrContains(text, mark))
      return Refuse("has a comment in it: put the comment on a line of its own, it is part of the value here");
  }
  if (text.find_first_of("\n\r") != absl::string_view::npos)
    return Refuse("has several lines: a value ends where the next line is not indented");
  return absl::OkStatus();
}

absl::StatusOr<std::string> ParseAlphabet(absl::string_view text, absl::string_view extra, absl::string_view remedy) {
  SSHSYNC_RETURN_IF_ERROR(CheckSlips(text));
  if (text.front() == '-') return Refuse("begins with a dash: ", remedy);
  for (const char c : text) {
    if (!absl::ascii_isalnum(c) && !absl::StrContains(extra, absl::string_view(&c, 1)))
      return Refuse("has a character that is not allowed there: ", remedy);
  }
  return std::string(text);
}

bool IsDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

}  // namespace

absl::StatusOr<std::string> ParseHost(absl::string_view text) {
  return ParseAlphabet(text, "._:%-", "give a host name or an address, of letters, digits and ._:%-");
}

absl::StatusOr<std::string> ParsePeerHost(absl::string_view text) {
  if (!absl::StartsWith(text, "[") || !absl::EndsWith(text, "]")) return ParseHost(text);
  SSHSYNC_RETURN_IF_ERROR(ParseHost(text.substr(1, text.size() - 2)).status());
  return std::string(text);
}

absl::StatusOr<std::string> ParseUser(absl::string_view text) {
  return ParseAlphabet(text, "._@+-", "give an account name, of letters, digits and ._@+-");
}

absl::StatusOr<int> ParsePort(absl::string_view text) {
  int port = 0;
  if (!IsDigits(text) || !absl::SimpleAtoi(text, &port) || port < 1 || port > 65535)
    return Refuse("is no port: give a number from 1 to 65535");
  return port;
}

absl::StatusOr<std::string> ParseJump(absl::string_view text) {
  constexpr absl::string_view kRemedy = "give [user@]host[:port], several separated by commas";
  for (const absl::string_view hop : absl::StrSplit(text, ','))
    SSHSYNC_RETURN_IF_ERROR(ParseAlphabet(hop, "._:%@[]+-", kRemedy).status());
  return std::string(text);
}

absl::StatusOr<std::string> ParsePath(absl::string_view text) {
  SSHSYNC_RETURN_IF_ERROR(CheckSlips(text));
  if (text.front() != '/') return Refuse("is not absolute: begin it with `/`");
  std::string path;
  for (const absl::string_view part : absl::StrSplit(text, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") return Refuse("contains `..`: write the folder it means");
    absl::StrAppend(&path, "/", part);
  }
  if (path.empty()) return Refuse("is the whole file system: give a folder of the repository's own");
  if (path.find('\0') != std::string::npos) return Refuse("contains a NUL byte: remove it");
  return path;
}

absl::StatusOr<std::string> ParseFileName(absl::string_view text) {
  SSHSYNC_RETURN_IF_ERROR(CheckSlips(text));
  if (text.front() == '-') return Refuse("begins with a dash: give an absolute path");
  return std::string(text);
}

absl::StatusOr<std::string> ParseProgram(absl::string_view text) {
  return ParseAlphabet(text, "_./+-", "give one program's name or path, without options");
}

absl::StatusOr<std::vector<std::string>> ParseWords(absl::string_view text) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
      in_word = false;
      continue;
    }
    if (!in_word) words.emplace_back();
    in_word = true;
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'') {
      if (++i == text.size()) return Refuse("ends with a backslash: remove it");
      if (quote == '"' && text[i] != '"' && text[i] != '\\') words.back() += '\\';
      words.back() += text[i];
    } else {
      words.back() += c;
    }
  }
  if (quote != 0) return Refuse("has an open quote: close it");
  if (words.empty() || words[0].empty()) return Refuse("names no program: give a program and its options");
  if (words[0][0] == '-') return Refuse("begins with a dash: give the program first, then its options");
  return words;
}

absl::StatusOr<int> ParseNumber(absl::string_view text, int low, int high) {
  int number = 0;
  if (!IsDigits(text) || !absl::SimpleAtoi(text, &number) || number < low || number > high) {
    return Refuse("is not accepted: give a whole number from ", low, " to ", high);
  }
  return number;
}

absl::StatusOr<bool> ParseBool(absl::string_view text) {
  const std::string word = absl::AsciiStrToLower(text);
  for (const absl::string_view yes : {"yes", "true", "on", "1"}) {
    if (word == yes) return true;
  }
  for (const absl::string_view no : {"no", "false", "off", "0"}) {
    if (word == no) return false;
  }
  return Refuse("is neither yes nor no: give `yes` or `no`");
}

absl::StatusOr<int64_t> ParseSize(absl::string_view text) {
  const absl::Status refused = Refuse("is no size: give bytes, or a number with K, M, G or T");
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  int64_t size = 0;
  if (digits == 0 || !absl::SimpleAtoi(text.substr(0, digits), &size)) return refused;
  std::string unit = absl::AsciiStrToLower(text.substr(digits));
  if (unit.size() == 3 && unit.substr(1) == "ib") unit.resize(1);
  if (unit.empty()) return size;
  constexpr absl::string_view kUnits = "kmgt";
  const size_t power = unit.size() == 1 ? kUnits.find(unit[0]) : absl::string_view::npos;
  if (power == absl::string_view::npos) return refused;
  const int shift = 10 * (static_cast<int>(power) + 1);
  if (size > (INT64_MAX >> shift)) return refused;
  return size << shift;
}

absl::StatusOr<absl::Duration> ParseDuration(absl::string_view text) {
  const absl::Status refused = Refuse("is no duration: give seconds, or a number with s, m, h, d or w");
  const size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  double number = 0;
  if (digits == 0 || !absl::SimpleAtod(text.substr(0, digits), &number) || !std::isfinite(number)) return refused;
  const std::string unit = absl::AsciiStrToLower(text.substr(digits));
  constexpr std::pair<absl::string_view, double> kUnits[] = {{"", 1},     {"s", 1},     {"m", 60},
                                                             {"h", 3600}, {"d", 86400}, {"w", 604800}};
  for (const auto& [name, seconds] : kUnits) {
    if (unit == name && number * seconds <= 3650.0 * 86400) return absl::Seconds(number * seconds);
  }
  return refused;
}

absl::StatusOr<int> ParseTimeOfDay(absl::string_view text) {
  int hours = 0, minutes = 0;
  if (text.size() == 5 && text[2] == ':' && IsDigits(text.substr(0, 2)) && IsDigits(text.substr(3)) &&
      absl::SimpleAtoi(text.substr(0, 2), &hours) && absl::SimpleAtoi(text.substr(3), &minutes) && hours < 24 &&
      minutes < 60) {
    return hours * 60 + minutes;
  }
  return Refuse("is no time of day: give HH:MM, as in 06:30");
}

absl::StatusOr<std::vector<RateSpan>> ParseRates(absl::string_view text) {
  const absl::Status refused =
      Refuse("is no rate: give bytes per second as in `2M`, `off`, or a timetable as in `08:00,512k 19:00,off`");
  const auto parse_rate = [](absl::string_view rate) {
    return absl::EqualsIgnoreCase(rate, "off") ? absl::StatusOr<int64_t>(0) : ParseSize(rate);
  };
  std::vector<RateSpan> spans;
  for (const absl::string_view entry : absl::StrSplit(text, absl::ByAnyChar(" \t\n"), absl::SkipEmpty())) {
    const size_t comma = entry.find(',');
    if (comma == absl::string_view::npos) {
      const auto rate = parse_rate(entry);
      if (!rate.ok() || entry != absl::StripAsciiWhitespace(text)) return refused;
      if (*rate == 0) return spans;
      return std::vector<RateSpan>{{0, *rate}};
    }
    const auto minute = ParseTimeOfDay(entry.substr(0, comma));
    const auto rate = parse_rate(entry.substr(comma + 1));
    if (!minute.ok() || !rate.ok()) return refused;
    if (!spans.empty() && spans.back().minute >= *minute)
      return Refuse("has times out of order: sort the timetable by time");
    spans.push_back({*minute, *rate});
  }
  if (spans.empty()) return refused;
  return spans;
}

absl::StatusOr<DeleteLimit> ParseDeleteLimit(absl::string_view text) {
  DeleteLimit limit;
  limit.percent = absl::ConsumeSuffix(&text, "%");
  if (!IsDigits(text) || !absl::SimpleAtoi(text, &limit.value) || (limit.percent && limit.value > 100)) {
    return Refuse("is no limit: give a number of files, or a percentage from 0% to 100%");
  }
  return limit;
}

absl::StatusOr<std::vector<std::string>> ParseList(absl::string_view text, const std::vector<std::string>& allowed) {
  const std::vector<std::string> words = absl::StrSplit(text, absl::ByAnyChar(" \t\n,"), absl::SkipEmpty());
  if (words.empty()) return Refuse("is empty: give at least one word");
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (std::find(words.begin(), word, *word) != word) return Refuse("has a word twice: remove one of them");
    if (!allowed.empty() && std::find(allowed.begin(), allowed.end(), *word) == allowed.end()) {
      return Refuse("has a word that is not known: choose from ", absl::StrJoin(allowed, ", "));
    }
  }
  return words;
}

absl::StatusOr<int> ParseChoice(absl::string_view text, const std::vector<std::string>& words) {
  const auto found = std::find(words.begin(), words.end(), absl::AsciiStrToLower(text));
  if (found == words.end()) return Refuse("is not known: choose from ", absl::StrJoin(words, ", "));
  return static_cast<int>(found - words.begin());
}

namespace {

// `error` completes the sentence that begins with `line`, a part of `text`.
absl::Status WrongLine(absl::string_view text, absl::string_view line, const absl::Status& error) {
  const size_t offset = static_cast<size_t>(line.data() - text.data()) + OffsetOf(error).value_or(0);
  return AtOffset(offset, Refuse("`", Shown(line), "` ", error.message()));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParsePatterns(absl::string_view text, absl::string_view sign) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const absl::string_view pattern = absl::StripAsciiWhitespace(line);
    if (pattern.empty()) continue;
    const auto parsed = Pattern::Parse(pattern);
    if (!parsed.ok()) return WrongLine(text, pattern, parsed.status());
    lines.push_back(absl::StrCat(sign, pattern));
  }
  return lines;
}

absl::StatusOr<std::vector<std::string>> ParseFilter(absl::string_view text) {
  std::vector<std::string> lines;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const absl::string_view rule = absl::StripAsciiWhitespace(line);
    if (rule.empty()) continue;
    if (rule.size() < 3 || (rule[0] != '+' && rule[0] != '-') || rule[1] != ' ') {
      return WrongLine(text, rule,
                       Refuse("has a line that is no filter: write `+ PATTERN` or `- PATTERN`, one a line"));
    }
    const absl::string_view pattern = absl::StripLeadingAsciiWhitespace(rule.substr(2));
    const auto parsed = Pattern::Parse(pattern);
    if (!parsed.ok()) return WrongLine(text, pattern, parsed.status());
    lines.push_back(absl::StrCat(rule.substr(0, 2), pattern));
  }
  return lines;
}

}  // namespace sshsync
