#include "tools/cli/flags/flag_values.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sshsync::cli {
namespace {

constexpr int kLargestCount = 1'000'000;

bool AllDigits(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool IsPlainRate(absl::string_view text) {
  if (text == "off") return true;
  if (!text.empty() && absl::StrContains("kKmMgG", text.substr(text.size() - 1))) text.remove_suffix(1);
  return AllDigits(text) && text.size() <= 15;
}

}  // namespace

absl::optional<int> ReadCount(absl::string_view text) {
  int count = 0;
  if (!AllDigits(text) || !absl::SimpleAtoi(text, &count) || count > kLargestCount) return absl::nullopt;
  return count;
}

absl::optional<absl::Duration> ReadSeconds(absl::string_view text) {
  absl::Duration unit = absl::Seconds(1);
  if (absl::ConsumeSuffix(&text, "d")) {
    unit = absl::Hours(24);
  } else if (absl::ConsumeSuffix(&text, "h")) {
    unit = absl::Hours(1);
  } else if (absl::ConsumeSuffix(&text, "m")) {
    unit = absl::Minutes(1);
  } else {
    absl::ConsumeSuffix(&text, "s");
  }
  int64_t count = 0;
  if (!AllDigits(text) || !absl::SimpleAtoi(text, &count)) return absl::nullopt;
  const absl::Duration value = count * unit;
  if (value > absl::Hours(24 * 3660)) return absl::nullopt;
  return value;
}

bool IsRate(absl::string_view text) {
  if (IsPlainRate(text)) return true;
  if (text.empty()) return false;
  for (const absl::string_view entry : absl::StrSplit(text, ' ', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(entry, absl::MaxSplits(',', 1));
    if (!IsTime(parts.first) || !IsPlainRate(parts.second)) return false;
  }
  return true;
}

bool IsTime(absl::string_view text) {
  return text.size() == 5 && text[2] == ':' && AllDigits(text.substr(0, 2)) && AllDigits(text.substr(3)) &&
         text.substr(0, 2) < "24" && text.substr(3) < "60";
}

bool IsLimit(absl::string_view text) {
  const bool percent = absl::ConsumeSuffix(&text, "%");
  const auto count = ReadCount(text);
  return count.has_value() && (!percent || *count <= 100);
}

absl::optional<std::vector<std::string>> ReadNames(absl::string_view text) {
  std::vector<std::string> names = absl::StrSplit(text, ',');
  if (std::any_of(names.begin(), names.end(), [](const std::string& name) { return name.empty(); }))
    return absl::nullopt;
  return names;
}

}  // namespace sshsync::cli
