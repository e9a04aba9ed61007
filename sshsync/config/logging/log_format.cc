#include "sshsync/config/logging/log_format.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <iterator>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sshsync/base/status.h"
#include "sshsync/config/ini/diagnostic.h"
#include "sshsync/text/nearest.h"

namespace sshsync {
namespace {

enum class FieldKind { kText, kInt, kFloat };

/// A value of a field; which member counts, its row says.
struct FieldValue {
  std::string text;
  int64_t number = 0;
  double real = 0;
};

constexpr absl::string_view kProgram = "sshsync";
constexpr int kMaxWidth = 1000;

/// Whole seconds and the rest apart: their sum is rounded once.
double Seconds(absl::Duration duration) {
  const int64_t whole = absl::IDivDuration(duration, absl::Seconds(1), &duration);
  return static_cast<double>(whole) + absl::ToDoubleSeconds(duration);
}

FieldValue Text(absl::string_view text) { return {.text = std::string(text)}; }
FieldValue Int(int64_t number) { return {.text = "", .number = number}; }
FieldValue Float(double real) { return {.text = "", .number = 0, .real = real}; }

int64_t Milliseconds(const LogFields& fields) {
  return absl::ToInt64Milliseconds(fields.time - absl::FromTimeT(absl::ToTimeT(fields.time)));
}

struct Field {
  absl::string_view name;
  FieldKind kind;
  FieldValue (*value)(const LogFields& fields, const std::string& asctime);
};

constexpr Field kFields[] = {
    {"message", FieldKind::kText, [](const LogFields& f, const std::string&) { return Text(f.message); }},
    {"asctime", FieldKind::kText, [](const LogFields&, const std::string& asctime) { return Text(asctime); }},
    {"name", FieldKind::kText, [](const LogFields& f, const std::string&) { return Text(f.name); }},
    {"levelname", FieldKind::kText, [](const LogFields& f, const std::string&) { return Text(f.levelname); }},
    {"levelno", FieldKind::kInt, [](const LogFields& f, const std::string&) { return Int(f.levelno); }},
    {"created", FieldKind::kFloat,
     [](const LogFields& f, const std::string&) { return Float(Seconds(f.time - absl::UnixEpoch())); }},
    {"msecs", FieldKind::kFloat,
     [](const LogFields& f, const std::string&) { return Float(static_cast<double>(Milliseconds(f))); }},
    {"relativeCreated", FieldKind::kFloat,
     [](const LogFields& f, const std::string&) { return Float(Seconds(f.time - f.program_start) * 1000); }},
    {"process", FieldKind::kInt, [](const LogFields& f, const std::string&) { return Int(f.process); }},
    {"processName", FieldKind::kText, [](const LogFields&, const std::string&) { return Text("MainProcess"); }},
    {"thread", FieldKind::kInt, [](const LogFields& f, const std::string&) { return Int(f.thread); }},
    {"threadName", FieldKind::kText, [](const LogFields&, const std::string&) { return Text("MainThread"); }},
    {"pathname", FieldKind::kText, [](const LogFields&, const std::string&) { return Text(kProgram); }},
    {"filename", FieldKind::kText, [](const LogFields&, const std::string&) { return Text(kProgram); }},
    {"module", FieldKind::kText, [](const LogFields&, const std::string&) { return Text(kProgram); }},
    {"funcName", FieldKind::kText, [](const LogFields&, const std::string&) { return Text(kProgram); }},
    {"lineno", FieldKind::kInt, [](const LogFields&, const std::string&) { return Int(0); }},
};

absl::Status FormatError(absl::string_view what) { return MakeError(Failure::kConfig, what); }

absl::Status UnknownField(absl::string_view name) {
  std::vector<absl::string_view> names;
  for (const Field& field : kFields) names.push_back(field.name);
  const auto nearest = Nearest(name, names);
  return FormatError(absl::StrCat(
      "no record has a `", Shown(name), "`: ",
      nearest ? absl::StrCat("did you mean `", *nearest, "`?") : absl::StrCat("one of ", absl::StrJoin(names, ", "))));
}

/// Bytes of the first `count` characters.
size_t CharacterBytes(absl::string_view text, size_t count) {
  size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xc0) != 0x80;
    if (begins && count-- == 0) break;
  }
  return at;
}

size_t Characters(absl::string_view text) {
  return std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; });
}

/// A float as Python's str() has it, for the sizes a record holds: the shortest digits that read back as the same
/// number.
std::string Shortest(double real) {
  char buffer[400];
  const auto end = std::to_chars(buffer, buffer + sizeof(buffer), real, std::chars_format::fixed).ptr;
  std::string text(buffer, end);
  if (text.find('.') == std::string::npos) text += ".0";
  return text;
}

/// Digits of an integer without sign and prefix.
std::string Digits(uint64_t number, char conversion, int precision) {
  char buffer[80];
  const int base = conversion == 'o' ? 8 : absl::ascii_tolower(conversion) == 'x' ? 16 : 10;
  std::string digits(buffer, std::to_chars(buffer, buffer + sizeof(buffer), number, base).ptr);
  if (conversion == 'X') absl::AsciiStrToUpper(&digits);
  if (precision > static_cast<int>(digits.size())) digits.insert(0, precision - digits.size(), '0');
  return digits;
}

std::string FloatDigits(double magnitude, char conversion, int precision, bool alternate) {
  const char format[] = {
      '%', alternate ? '#' : '.', alternate ? '.' : '*', alternate ? '*' : conversion, alternate ? conversion : '\0',
      '\0'};
  const int digits = precision < 0 ? 6 : precision;
  std::string text(snprintf(nullptr, 0, format, digits, magnitude), '\0');
  snprintf(text.data(), text.size() + 1, format, digits, magnitude);
  return text;
}

bool IsOneOf(char c, absl::string_view set) { return set.find(c) != absl::string_view::npos; }

}  // namespace

LogFormat::LogFormat() {
  Segment message;
  message.field = 0;
  pieces_ = {message, Segment()};
}

absl::StatusOr<LogFormat> LogFormat::Parse(absl::string_view format, absl::string_view datefmt) {
  if (format.empty()) format = "%(message)s";
  LogFormat result;
  result.pieces_.clear();
  result.datefmt_ = std::string(datefmt);
  std::string literal;
  while (!format.empty()) {
    if (format[0] != '%' || absl::StartsWith(format, "%%")) {
      literal.push_back(format[0]);
      format.remove_prefix(format[0] == '%' ? 2 : 1);
      continue;
    }
    SSHSYNC_ASSIGN_OR_RETURN(Segment piece, ParseConversion(&format));
    piece.literal = std::exchange(literal, "");
    result.pieces_.push_back(std::move(piece));
  }
  if (result.pieces_.empty()) return FormatError("the format shows nothing of a record: write `%(message)s` in it");
  result.pieces_.emplace_back().literal = std::move(literal);
  return result;
}

absl::StatusOr<LogFormat::Segment> LogFormat::ParseConversion(absl::string_view* rest) {
  absl::string_view& text = *rest;
  const size_t close = text.find(')');
  if (text.size() < 2 || text[1] != '(')
    return FormatError(absl::StrCat("`", Shown(text.substr(0, 2)),
                                    "` names no field: write `%(message)s`, or `%%` for a percent sign"));
  if (close == absl::string_view::npos)
    return FormatError(absl::StrCat("`", Shown(text), "` has no closing parenthesis: write `%(message)s`"));
  const absl::string_view name = text.substr(2, close - 2);
  const absl::string_view whole = text;
  text.remove_prefix(close + 1);

  Segment piece;
  for (; !text.empty() && IsOneOf(text[0], "#0- +"); text.remove_prefix(1)) {
    piece.left |= text[0] == '-';
    piece.zero |= text[0] == '0';
    piece.plus |= text[0] == '+';
    piece.space |= text[0] == ' ';
    piece.alternate |= text[0] == '#';
  }
  const auto number = [&text](int* value) {
    for (*value = 0; !text.empty() && absl::ascii_isdigit(text[0]); text.remove_prefix(1))
      *value = std::min(*value * 10 + (text[0] - '0'), kMaxWidth + 1);
  };
  number(&piece.width);
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    number(&piece.precision);
  }
  if (!text.empty() && IsOneOf(text[0], "hlL")) text.remove_prefix(1);
  const std::string shown = Shown(whole.substr(0, whole.size() - text.size() + (text.empty() ? 0 : 1)));
  if (piece.width > kMaxWidth || piece.precision > kMaxWidth)
    return FormatError(absl::StrCat("`", shown, "` is too wide: give at most ", kMaxWidth));

  const auto field =
      std::find_if(std::begin(kFields), std::end(kFields), [&](const Field& row) { return row.name == name; });
  if (field == std::end(kFields)) return UnknownField(name);
  piece.field = static_cast<int>(field - std::begin(kFields));
  const absl::string_view allowed = field->kind == FieldKind::kText  ? "s"
                                    : field->kind == FieldKind::kInt ? "sdiuoxXeEfFgG"
                                                                     : "sdiueEfFgG";
  if (text.empty() || !IsOneOf(text[0], allowed)) {
    return FormatError(absl::StrCat("`", shown, "` ends in no conversion for `", name, "`: write `%(", name, ")",
                                    field->kind == FieldKind::kText ? "s" : "d", "`"));
  }
  piece.conversion = text[0];
  text.remove_prefix(1);
  return piece;
}

std::string LogFormat::AscTime(const LogFields& fields) const {
  const absl::TimeZone::CivilInfo civil = fields.zone.At(fields.time);
  std::tm broken = absl::ToTM(fields.time, fields.zone);
  broken.tm_gmtoff = civil.offset;
  broken.tm_zone = civil.zone_abbr;
  char buffer[4096];
  const std::string format = datefmt_.empty() ? "%Y-%m-%d %H:%M:%S" : datefmt_;
  const std::string time(buffer, strftime(buffer, sizeof(buffer), format.c_str(), &broken));
  if (!datefmt_.empty()) return time;
  char milliseconds[24];
  snprintf(milliseconds, sizeof(milliseconds), ",%03d", static_cast<int>(Milliseconds(fields)));
  return time + milliseconds;
}

std::string LogFormat::Apply(const Segment& piece, const LogFields& fields, const std::string& asctime) {
  const Field& field = kFields[piece.field];
  const FieldValue value = field.value(fields, asctime);
  std::string sign;
  std::string body;
  if (piece.conversion == 's') {
    body = field.kind == FieldKind::kText  ? value.text
           : field.kind == FieldKind::kInt ? absl::StrCat(value.number)
                                           : Shortest(value.real);
    if (piece.precision >= 0) body.resize(CharacterBytes(body, piece.precision));
  } else {
    const bool as_float = IsOneOf(piece.conversion, "eEfFgG");
    const double real = field.kind == FieldKind::kFloat ? value.real : static_cast<double>(value.number);
    const int64_t number = field.kind == FieldKind::kFloat ? static_cast<int64_t>(value.real) : value.number;
    const bool negative = as_float ? real < 0 : number < 0;
    sign = negative ? "-" : piece.plus ? "+" : piece.space ? " " : "";
    const uint64_t magnitude = negative ? -static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
    if (!as_float && piece.alternate && IsOneOf(piece.conversion, "oxX")) sign += {'0', piece.conversion};
    body = as_float ? FloatDigits(negative ? -real : real, piece.conversion, piece.precision, piece.alternate)
                    : Digits(magnitude, piece.conversion, piece.precision);
  }
  const size_t length = Characters(sign) + Characters(body);
  const size_t padding = piece.width > static_cast<int>(length) ? piece.width - length : 0;
  if (piece.left) return absl::StrCat(sign, body, std::string(padding, ' '));
  if (piece.zero && piece.conversion != 's') return absl::StrCat(sign, std::string(padding, '0'), body);
  return absl::StrCat(std::string(padding, ' '), sign, body);
}

std::string LogFormat::Render(const LogFields& fields) const {
  const bool uses_time =
      std::any_of(pieces_.begin(), pieces_.end(), [](const Segment& piece) { return piece.field == 1; });
  const std::string asctime = uses_time ? AscTime(fields) : "";
  std::string line;
  for (const Segment& piece : pieces_) {
    line += piece.literal;
    if (piece.field >= 0) line += Apply(piece, fields, asctime);
  }
  return line;
}

}  // namespace sshsync
