#include "tools/cli/view/live_view.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "sshsync/record/report/event_log.h"
#include "sshsync/text/escape.h"
#include "tools/cli/text/display_width.h"

namespace sshsync::cli {
namespace {

constexpr absl::Duration kFrame = absl::Milliseconds(100);
constexpr absl::Duration kAppended = absl::Seconds(10);

/// Right or left in a column; what is too long stays whole.
std::string Right(const std::string& text, size_t columns) {
  return std::string(columns - std::min(columns, DisplayWidth(text)), ' ') + text;
}
std::string Left(const std::string& text, size_t columns) {
  return text + std::string(columns - std::min(columns, DisplayWidth(text)), ' ');
}

/// How far, between two brackets.
std::string Bar(int64_t percent, size_t columns) {
  const auto done = static_cast<size_t>(percent) * columns / 100;
  std::string bar(columns, ' ');
  std::fill_n(bar.begin(), done, '=');
  if (done > 0 && done < columns) bar[done] = '>';
  return absl::StrCat("[", bar, "]");
}

std::string Clock(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration);
  if (seconds >= 360'000) return ">99h";
  char text[32];
  if (seconds >= 3600) {
    snprintf(text, sizeof text, "%dh%02dm", static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60));
  } else {
    snprintf(text, sizeof text, "%d:%02d", static_cast<int>(seconds / 60), static_cast<int>(seconds % 60));
  }
  return text;
}

/// Failures first, then what moves, what is compared, what has ended.
int Rank(const HopProgress& hop) {
  if (hop.phase() != HopProgress::Phase::kEnded) return hop.phase() == HopProgress::Phase::kMoving ? 0 : 2;
  return hop.failed() ? 1 : 3;
}

}  // namespace

std::string HopRow(const HopProgress& hop, absl::Time now, size_t columns) {
  std::string name = EscapeForTerminal(hop.name());
  if (DisplayWidth(name) > 16) name = CutToWidth(name, 14) + "..";
  std::string row = Left(name, 16) + " ";
  if (hop.phase() == HopProgress::Phase::kComparing) {
    row += "comparing";
  } else if (hop.phase() == HopProgress::Phase::kEnded) {
    absl::StrAppend(&row, hop.outcome(), "  ", hop.files(), hop.files() == 1 ? " file, " : " files, ",
                    HumanBytes(hop.bytes()));
  } else {
    const int64_t percent = hop.total_bytes() > 0 ? std::min<int64_t>(100, hop.bytes() * 100 / hop.total_bytes()) : 100;
    const double rate = hop.Rate(now);
    const auto remaining = hop.Remaining(now);
    // Where the row has room behind its numbers, a bar says the same.
    constexpr size_t kNumbers = 79, kLeastBar = 12, kMostBar = 40;
    if (columns >= kNumbers + kLeastBar + 3)
      absl::StrAppend(&row, Bar(percent, std::min(columns - kNumbers - 3, kMostBar)), " ");
    absl::StrAppend(&row, Right(absl::StrCat(percent, "%"), 4),
                    Right(absl::StrCat(HumanBytes(hop.bytes()), " of ", HumanBytes(hop.total_bytes())), 21),
                    Right(absl::StrCat(hop.files(), "/", hop.total_files(), " files"), 15),
                    rate >= 1 ? Right(absl::StrCat(HumanBytes(static_cast<int64_t>(rate)), "/s"), 11) : "",
                    remaining ? Right(absl::StrCat("ETA ", Clock(*remaining)), 11) : "");
  }
  return CutToWidth(row, columns);
}

void LiveView::On(const Event& event) {
  last_ = event.time;
  if (event.kind == EventKind::kRunEnded) return hops_.clear(), places_.clear(), screen_.Clear();
  if (event.repository.empty() || event.kind == EventKind::kMessage) return;
  const auto [place, is_new] = places_.try_emplace(event.repository, hops_.size());
  if (is_new) hops_.emplace_back(event.repository);
  hops_[place->second].On(event);
  if (event.time - drawn_ >= (terminal_ ? kFrame : kAppended) || event.kind == EventKind::kRepositoryEnded)
    Draw(event.time);
}

void LiveView::Redraw(absl::Duration silent) {
  if (terminal_ && !hops_.empty()) Draw(last_ + silent);
}

void LiveView::Draw(absl::Time now) {
  drawn_ = now;
  if (terminal_) return screen_.Show(Rows(screen_.size(), now));
  for (const HopProgress& hop : hops_) {
    if (hop.phase() != HopProgress::Phase::kEnded) screen_.Err(HopRow(hop, now, 200) + "\n");
  }
}

std::string LiveView::Total(absl::Time now, size_t unseen, size_t columns) const {
  size_t ended = 0, failed = 0;
  int64_t bytes = 0, total = 0;
  double rate = 0;
  for (const HopProgress& hop : hops_) {
    const bool has_ended = hop.phase() == HopProgress::Phase::kEnded;
    ended += has_ended;
    failed += hop.failed();
    bytes += hop.bytes();
    total += has_ended ? hop.bytes() : std::max(hop.total_bytes(), hop.bytes());
    if (!has_ended) rate += hop.Rate(now);
  }
  std::string text = unseen > 0 ? absl::StrCat("and ", unseen, " more: ", ended, " of ", hops_.size(), " ended")
                                : absl::StrCat(ended, " of ", hops_.size(), " ended");
  if (failed > 0) absl::StrAppend(&text, ", ", failed, " failed");
  if (total > 0) absl::StrAppend(&text, "; ", HumanBytes(bytes), " of ", HumanBytes(total));
  if (rate >= 1) absl::StrAppend(&text, ", ", HumanBytes(static_cast<int64_t>(rate)), "/s");
  if (rate >= 1 && total > bytes)
    absl::StrAppend(&text, ", ETA ", Clock(absl::Seconds(static_cast<double>(total - bytes) / rate)));
  return CutToWidth(text, columns);
}

std::vector<std::string> LiveView::Rows(ScreenSize size, absl::Time now) const {
  // One row stays free for the cursor, and a last column because some terminals break the line there.
  const size_t most = std::max<size_t>(size.rows, 4) - 1, columns = std::max<size_t>(size.columns, 2) - 1;
  std::vector<const HopProgress*> order;
  for (const HopProgress& hop : hops_) order.push_back(&hop);
  // The last row is the sum, where there is something to add up.
  const size_t room = most - (order.size() > 1 ? 1 : 0);
  if (order.size() > room)
    std::stable_sort(order.begin(), order.end(),
                     [](const HopProgress* a, const HopProgress* b) { return Rank(*a) < Rank(*b); });

  std::vector<std::string> rows;
  for (const HopProgress* hop : order) {
    if (rows.size() == room) break;
    std::string row = HopRow(*hop, now, columns);
    const bool is_comparing = hop->phase() == HopProgress::Phase::kComparing;
    if (colour_ && hop->phase() != HopProgress::Phase::kMoving)
      row = absl::StrCat(is_comparing ? "\x1b[2m" : hop->failed() ? "\x1b[31m" : "\x1b[32m", row, "\x1b[0m");
    rows.push_back(row);
  }
  if (order.size() < 2) return rows;
  const std::string total = Total(now, order.size() - rows.size(), columns);
  rows.push_back(colour_ ? absl::StrCat("\x1b[1m", total, "\x1b[0m") : total);
  return rows;
}

}  // namespace sshsync::cli
