#include "tools/live_view.h"

#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "sshsync/record/event_log.h"
#include "sshsync/text/escape.h"

namespace sshsync::cli {
namespace {

constexpr absl::Duration kFrame = absl::Milliseconds(100);
constexpr absl::Duration kAppended = absl::Seconds(10);

/// The first `columns` characters of clean text.
std::string Cut(const std::string& text, size_t columns) {
  size_t end = 0;
  for (size_t seen = 0; end < text.size(); ++end) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0) != 0x80 && seen++ == columns) break;
  }
  return text.substr(0, end);
}

/// Right or left in a column; what is too long stays whole.
std::string Right(const std::string& text, size_t columns) {
  return std::string(columns - std::min(columns, DisplayWidth(text)), ' ') + text;
}
std::string Left(const std::string& text, size_t columns) {
  return text + std::string(columns - std::min(columns, DisplayWidth(text)), ' ');
}

std::string Clock(absl::Duration duration) {
  const int64_t seconds = absl::ToInt64Seconds(duration);
  if (seconds >= 360'000) return ">99h";
  char text[32];
  if (seconds >= 3600) {
    snprintf(text, sizeof text, "%d:%02d:%02d", static_cast<int>(seconds / 3600), static_cast<int>(seconds / 60 % 60),
             static_cast<int>(seconds % 60));
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
  if (DisplayWidth(name) > 16) name = Cut(name, 14) + "..";
  std::string row = Left(name, 16) + " ";
  if (hop.phase() == HopProgress::Phase::kComparing) {
    row += "comparing";
  } else if (hop.phase() == HopProgress::Phase::kEnded) {
    absl::StrAppend(&row, hop.outcome(), "  ", hop.files(), hop.files() == 1 ? " file, " : " files, ", HumanBytes(hop.bytes()));
  } else {
    const int64_t percent = hop.total_bytes() > 0 ? std::min<int64_t>(100, hop.bytes() * 100 / hop.total_bytes()) : 100;
    const double rate = hop.Rate(now);
    const auto remaining = hop.Remaining(now);
    absl::StrAppend(&row, Right(absl::StrCat(percent, "%"), 4),
                    Right(absl::StrCat(HumanBytes(hop.bytes()), " of ", HumanBytes(hop.total_bytes())), 21),
                    Right(absl::StrCat(hop.files(), "/", hop.total_files(), " files"), 15),
                    rate >= 1 ? Right(absl::StrCat(HumanBytes(static_cast<int64_t>(rate)), "/s"), 11) : "",
                    remaining ? Right(absl::StrCat("ETA ", Clock(*remaining)), 11) : "");
  }
  return Cut(row, columns);
}

void LiveView::On(const Event& event) {
  if (event.kind == EventKind::kRunEnded) return screen_.Clear();
  if (event.repository.empty() || event.kind == EventKind::kMessage) return;
  const auto [place, is_new] = places_.try_emplace(event.repository, hops_.size());
  if (is_new) hops_.emplace_back(event.repository);
  hops_[place->second].On(event);
  if (event.time - drawn_ >= (terminal_ ? kFrame : kAppended) || event.kind == EventKind::kRepositoryEnded) Draw(event.time);
}

void LiveView::Draw(absl::Time now) {
  drawn_ = now;
  if (terminal_) return screen_.Show(Rows(screen_.size(), now));
  for (const HopProgress& hop : hops_) {
    if (hop.phase() != HopProgress::Phase::kEnded) screen_.Err(HopRow(hop, now, 200) + "\n");
  }
}

std::vector<std::string> LiveView::Rows(ScreenSize size, absl::Time now) const {
  // One row stays free for the cursor, and a last column because some terminals break the line there.
  const size_t most = std::max<size_t>(size.rows, 4) - 1, columns = std::max<size_t>(size.columns, 2) - 1;
  std::vector<const HopProgress*> order;
  for (const HopProgress& hop : hops_) order.push_back(&hop);
  const bool all_fit = order.size() <= most;
  if (!all_fit)
    std::stable_sort(order.begin(), order.end(), [](const HopProgress* a, const HopProgress* b) { return Rank(*a) < Rank(*b); });

  std::vector<std::string> rows;
  for (const HopProgress* hop : order) {
    if (!all_fit && rows.size() + 1 == most) break;
    std::string row = HopRow(*hop, now, columns);
    if (colour_ && hop->phase() == HopProgress::Phase::kEnded) row = absl::StrCat(hop->failed() ? "\x1b[31m" : "\x1b[32m", row, "\x1b[0m");
    rows.push_back(row);
  }
  if (all_fit) return rows;
  const auto ended =
      std::count_if(order.begin(), order.end(), [](const HopProgress* hop) { return hop->phase() == HopProgress::Phase::kEnded; });
  rows.push_back(Cut(absl::StrCat("and ", order.size() - rows.size(), " more; of all ", order.size(), " ", ended, " have ended"), columns));
  return rows;
}

}  // namespace sshsync::cli
