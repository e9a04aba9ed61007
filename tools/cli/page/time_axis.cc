#include "tools/cli/page/time_axis.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "tools/cli/page/markup.h"

namespace sshsync::page {
namespace {

constexpr int kMostTicks = 8;

/// The smallest round duration that divides `length` into few enough parts.
absl::Duration StepOf(absl::Duration length) {
  for (const double milliseconds : {1, 2, 5, 10, 20, 50, 100, 200, 500}) {
    if (length <= kMostTicks * absl::Milliseconds(milliseconds)) return absl::Milliseconds(milliseconds);
  }
  for (const int seconds :
       {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400}) {
    if (length <= kMostTicks * absl::Seconds(seconds)) return absl::Seconds(seconds);
  }
  return length / kMostTicks;
}

std::string Label(absl::Duration at) {
  if (at == absl::ZeroDuration()) return "0";
  const int64_t seconds = absl::ToInt64Seconds(at);
  if (at < absl::Seconds(1) || at % absl::Seconds(1) != absl::ZeroDuration()) return Duration(at);
  if (seconds < 60) return absl::StrCat(seconds, " s");
  if (seconds % 3600 == 0) return absl::StrCat(seconds / 3600, " h");
  const auto two = [](int64_t value) { return absl::StrCat(value < 10 ? "0" : "", value); };
  if (seconds >= 3600) return absl::StrCat(seconds / 3600, ":", two(seconds / 60 % 60), " h");
  return seconds % 60 == 0 ? absl::StrCat(seconds / 60, " min")
                           : absl::StrCat(seconds / 60, ":", two(seconds % 60), " min");
}

}  // namespace

TimeAxis::TimeAxis(absl::Time begin, absl::Time end)
    : begin_(begin), length_(std::max(end - begin, absl::Milliseconds(1))) {}

double TimeAxis::At(absl::Time time) const {
  return kWidth * std::clamp(absl::FDivDuration(time - begin_, length_), 0.0, 1.0);
}

std::vector<absl::Duration> TimeAxis::Ticks() const {
  std::vector<absl::Duration> ticks;
  const absl::Duration step = StepOf(length_);
  for (absl::Duration at; at <= length_; at += step) ticks.push_back(at);
  return ticks;
}

std::string TimeAxis::Lines(double height) const {
  std::string lines;
  for (const absl::Duration tick : Ticks()) {
    const std::string x = Coordinate(At(begin_ + tick));
    absl::StrAppend(&lines, "<line class=\"grid\" x1=\"", x, "\" y1=\"0\" x2=\"", x, "\" y2=\"", Coordinate(height),
                    "\"/>");
  }
  return lines;
}

std::string TimeAxis::Labels() const {
  std::string labels = "<div class=\"axis\">";
  size_t i = 0;
  for (const absl::Duration tick : Ticks()) {
    const double percent = At(begin_ + tick) / 10;
    // On a phone every second one is left out; what would stand beyond the right edge stands to the left of its tick.
    absl::StrAppend(&labels, "<span class=\"", i++ % 2 == 1 ? "lesser " : "",
                    percent > 94   ? "last"
                    : percent > 80 ? "late"
                                   : "",
                    "\" style=\"left:", Coordinate(percent), "%\">", Label(tick), "</span>");
  }
  return absl::StrCat(labels, "</div>");
}

}  // namespace sshsync::page
