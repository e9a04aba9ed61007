#include "tools/cli/page/timeline.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "sshsync/record/report/event_log.h"
#include "tools/cli/page/markup.h"
#include "tools/cli/page/time_axis.h"

namespace sshsync::page {
namespace {

constexpr size_t kMostLanes = 40, kTallLanes = 12, kMostRows = 8, kBins = 160;
constexpr double kRow = 6, kGap = 2, kLeast = 1.5;

std::string Rectangle(double x, double width, double y, double height, absl::string_view style,
                      absl::string_view title) {
  const std::string head = absl::StrCat("<rect class=\"", style, "\" x=\"", Coordinate(x), "\" y=\"", Coordinate(y),
                                        "\" width=\"", Coordinate(width), "\" height=\"", Coordinate(height), "\"");
  return title.empty() ? absl::StrCat(head, "/>") : absl::StrCat(head, "><title>", title, "</title></rect>");
}

std::string TitleOf(const MovedBlock& block) {
  std::string title = block.path.empty() ? Files(block.files) : Name(block.path);
  if (!block.path.empty() && block.files > 1) absl::StrAppend(&title, " and ", Count(block.files - 1), " more");
  return absl::StrCat(title, ": ", HumanBytes(block.bytes), " in ", Duration(block.ended - block.began));
}

/// The rows of a lane, one for each stream that carried something; many share `most`.
std::map<int, size_t> RowsOf(const HopFacts& hop, size_t most) {
  std::map<int, size_t> rows;
  for (const MovedBlock* block : hop.blocks) rows[block->stream] = 0;
  size_t next = 0;
  for (auto& [stream, row] : rows) row = next++ % most;
  return rows;
}

std::string Lane(const HopFacts& hop, const TimeAxis& axis, absl::Time end_of_run, size_t most_rows) {
  const std::map<int, size_t> rows = RowsOf(hop, most_rows);
  const double lines = static_cast<double>(std::clamp<size_t>(rows.size(), 1, most_rows)),
               height = std::max(16.0, lines * (kRow + kGap) + kGap);
  const double bar = (height - kGap * (lines + 1)) / lines;
  std::string inside = axis.Lines(height);
  const RepositoryReport& report = *hop.report;
  const bool known = report.started != absl::InfiniteFuture();
  if (known || !hop.blocks.empty()) {
    const absl::Time begin = known ? report.started : hop.blocks.front()->began,
                     end = report.ended == absl::InfiniteFuture() ? end_of_run : report.ended;
    const absl::Time first = hop.blocks.empty() ? end : std::clamp(hop.blocks.front()->began, begin, end);
    const double from = axis.At(begin), middle = axis.At(first), to = axis.At(end);
    inside += Rectangle(from, std::max(kLeast, middle - from), 0, height, "looking",
                        absl::StrCat("before the first block: ", Duration(first - begin)));
    if (!hop.blocks.empty()) inside += Rectangle(middle, std::max(kLeast, to - middle), 0, height, "settling", "");
    if (hop.kind == "bad") inside += Rectangle(std::max(from, to - 3), 3, 0, height, "broken", hop.state);
  }
  for (const MovedBlock* block : hop.blocks) {
    const double from = axis.At(block->began), y = kGap + static_cast<double>(rows.at(block->stream)) * (bar + kGap);
    inside += Rectangle(from, std::max(kLeast, axis.At(block->ended) - from), y, bar, "bar", TitleOf(*block));
  }
  return absl::StrCat("<div class=\"lane\"><span class=\"who\">", Mark(hop.kind), " <span title=\"", Name(report.name),
                      "\">", ShortName(report.name, 22),
                      "</span></span><svg class=\"stretched\" role=\"img\" aria-label=\"", Name(report.name), ": ",
                      hop.state, ", ", Duration(hop.took), "\" preserveAspectRatio=\"none\" viewBox=\"0 0 1000 ",
                      Coordinate(height), "\" style=\"height:", Coordinate(height), "px\">", inside,
                      "</svg><span class=\"much\">", Duration(hop.took), "</span></div>\n");
}

/// Which hops have a lane, in the order of the queue.
std::vector<const HopFacts*> Shown(const RunFacts& facts) {
  std::vector<const HopFacts*> hops;
  for (const HopFacts& hop : facts.hops) hops.push_back(&hop);
  if (hops.size() <= kMostLanes) return hops;
  const auto weight = [](const HopFacts* hop) { return std::pair(hop->kind == "bad", hop->report->ended); };
  std::vector<const HopFacts*> chosen = hops;
  std::stable_sort(chosen.begin(), chosen.end(),
                   [&](const HopFacts* a, const HopFacts* b) { return weight(a) > weight(b); });
  chosen.resize(kMostLanes);
  std::sort(chosen.begin(), chosen.end());
  hops.erase(
      std::remove_if(hops.begin(), hops.end(),
                     [&](const HopFacts* hop) { return !std::binary_search(chosen.begin(), chosen.end(), hop); }),
      hops.end());
  return hops;
}

/// Bytes in each of the bins that the time of the run is divided into.
std::vector<double> BinsOf(const RunFacts& facts, const TimeAxis& axis) {
  std::vector<double> bins(kBins, 0);
  const double width = TimeAxis::kWidth / kBins;
  for (const HopFacts& hop : facts.hops) {
    for (const MovedBlock* block : hop.blocks) {
      const double from = std::min(axis.At(block->began), TimeAxis::kWidth - 0.001),
                   to = std::max(axis.At(block->ended), from + 0.001);
      for (auto bin = static_cast<size_t>(from / width); bin < kBins && static_cast<double>(bin) * width < to; ++bin) {
        const double left = std::max(from, static_cast<double>(bin) * width),
                     right = std::min(to, static_cast<double>(bin + 1) * width);
        bins[bin] += static_cast<double>(block->bytes) * (right - left) / (to - from);
      }
    }
  }
  return bins;
}

/// The next round number.
double RoundUp(double value) {
  double power = 1;
  while (power * 10 < value) power *= 10;
  for (const double factor : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0}) {
    if (value <= factor * power) return factor * power;
  }
  return 10 * power;
}

}  // namespace

std::string TimelineFigure(const RunFacts& facts) {
  if (facts.hops.empty()) return "";
  const TimeAxis axis(facts.started, facts.ended);
  std::string text =
      "<section aria-labelledby=\"timeline\">\n<h2 id=\"timeline\">Timeline</h2>\n<p class=\"legend\"><span><i "
      "class=\"looking\"></i>listing, comparing, waiting for content</span> "
      "<span><i class=\"bar\"></i>moving content</span> <span><i class=\"settling\"></i>waiting, verifying, "
      "publishing</span></p>\n<div class=\"lanes\">\n";
  const std::vector<const HopFacts*> hops = Shown(facts);
  for (const HopFacts* hop : hops) text += Lane(*hop, axis, facts.ended, hops.size() > kTallLanes ? 1 : kMostRows);
  absl::StrAppend(&text, "<div class=\"lane\"><span class=\"who\"></span>", axis.Labels(),
                  "<span class=\"much\"></span></div>\n</div>\n");
  if (hops.size() < facts.hops.size()) {
    absl::StrAppend(&text, "<p class=\"quiet\">", Count(static_cast<int64_t>(facts.hops.size() - hops.size())),
                    " more hops are not drawn: these failed, or ended last.</p>\n");
  }
  return absl::StrCat(text, "</section>\n");
}

std::string ThroughputFigure(const RunFacts& facts) {
  const TimeAxis axis(facts.started, facts.ended);
  const std::vector<double> bins = BinsOf(facts, axis);
  const double most = *std::max_element(bins.begin(), bins.end()),
               seconds = absl::ToDoubleSeconds(axis.length()) / kBins;
  if (most <= 0) return "";
  const double top = RoundUp(most / seconds), width = TimeAxis::kWidth / kBins;
  constexpr double kHeight = 120;
  std::string path = absl::StrCat("M0 ", Coordinate(kHeight));
  for (size_t bin = 0; bin < kBins; ++bin) {
    const double y = kHeight * (1 - bins[bin] / seconds / top);
    absl::StrAppend(&path, "L", Coordinate(static_cast<double>(bin) * width), " ", Coordinate(y), "H",
                    Coordinate(static_cast<double>(bin + 1) * width));
  }
  std::string lines = axis.Lines(kHeight);
  for (const double y : {0.0, kHeight / 2}) {
    absl::StrAppend(&lines, "<line class=\"grid\" x1=\"0\" x2=\"1000\" y1=\"", Coordinate(y), "\" y2=\"", Coordinate(y),
                    "\"/>");
  }
  const auto rate = [](double bytes) { return absl::StrCat(HumanBytes(static_cast<int64_t>(bytes)), "/s"); };
  return absl::StrCat(
      "<section aria-labelledby=\"throughput\">\n<h2 id=\"throughput\">Throughput</h2>\n<p class=\"legend\">all hops "
      "together; at most ",
      rate(most / seconds), ", on average ", Rate(facts.moved, facts.took()),
      "</p>\n<div class=\"lanes\"><div class=\"lane tall\"><span class=\"scale\"><span>", rate(top), "</span><span>",
      rate(top / 2),
      "</span><span>0</span></span><svg class=\"stretched\" role=\"img\" aria-label=\"Bytes per second over time, at "
      "most ",
      rate(most / seconds), "\" preserveAspectRatio=\"none\" viewBox=\"0 0 1000 120\" style=\"height:120px\">", lines,
      "<path class=\"area\" d=\"", path, "V", Coordinate(kHeight),
      "Z\"/></svg><span class=\"much\"></span></div>\n<div class=\"lane\"><span class=\"who\"></span>", axis.Labels(),
      "<span class=\"much\"></span></div></div>\n</section>\n");
}

}  // namespace sshsync::page
