#include "sshsync/run/recorded_options.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace sshsync {
namespace {

constexpr absl::string_view kFilter = "filter";  // one line each

std::string TextOf(int value) { return value > 0 ? absl::StrCat(value) : ""; }
std::string TextOf(const absl::optional<DeleteLimit>& value) {
  return value ? absl::StrCat(value->value, value->percent ? "%" : "") : "";
}
std::string TextOf(bool value) { return value ? "yes" : ""; }
std::string TextOf(const std::string& value) { return value; }
std::string TextOf(const absl::optional<int>& value) { return value ? absl::StrCat(*value) : ""; }
std::string TextOf(const absl::optional<absl::Duration>& value) { return value ? absl::FormatDuration(*value) : ""; }

void Read(absl::string_view text, int& value) { static_cast<void>(absl::SimpleAtoi(text, &value)); }
void Read(absl::string_view, bool& value) { value = true; }
void Read(absl::string_view text, std::string& value) { value = std::string(text); }
void Read(absl::string_view text, absl::optional<int>& value) { Read(text, value.emplace()); }
void Read(absl::string_view text, absl::optional<DeleteLimit>& value) {
  DeleteLimit limit{.value = 0, .percent = absl::ConsumeSuffix(&text, "%")};
  if (absl::SimpleAtoi(text, &limit.value)) value = limit;
}
void Read(absl::string_view text, absl::optional<absl::Duration>& value) {
  absl::Duration duration;
  if (absl::ParseDuration(text, &duration)) value = duration;
}

/// Each option that is repeated: its name in the record, and its place.
template <class Options, class Each>
void ForEach(Options& options, Each each) {
  each("jobs", options.jobs);
  each("timeout", options.timeout);
  each("wait", options.wait);
  each("retries", options.retries);
  each("bwlimit", options.bwlimit);
  each("delete", options.del);
  each("max-delete", options.max_delete);
  each("fail-fast", options.fail_fast);
  each("stop-at", options.stop_at);
  each("restores", options.restores);
}

}  // namespace

std::string OptionsText(const SyncOptions& options) {
  std::string text;
  ForEach(options, [&text](absl::string_view name, const auto& value) {
    const std::string written = TextOf(value);
    if (!written.empty()) absl::StrAppend(&text, text.empty() ? "" : "\n", name, " ", written);
  });
  for (const std::string& line : options.filter)
    absl::StrAppend(&text, text.empty() ? "" : "\n", kFilter, " ", absl::CEscape(line));
  return text;
}

void RepeatOptions(absl::string_view text, SyncOptions& options) {
  const bool filters = options.filter.empty();
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const std::pair<absl::string_view, absl::string_view> environment = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    ForEach(options, [&environment](absl::string_view name, auto& value) {
      if (name == environment.first && TextOf(value).empty()) Read(environment.second, value);
    });
    if (std::string line; filters && environment.first == kFilter && absl::CUnescape(environment.second, &line))
      options.filter.push_back(line);
  }
}

}  // namespace sshsync
