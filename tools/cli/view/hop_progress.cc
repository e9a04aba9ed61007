#include "tools/cli/view/hop_progress.h"

#include <algorithm>

namespace sshsync::cli {
namespace {

constexpr absl::Duration kWindow = absl::Seconds(10);
constexpr absl::Duration kSpacing = absl::Milliseconds(500);

}  // namespace

int64_t HopProgress::bytes() const { return done_bytes_ + under_way_bytes_; }

void HopProgress::On(const Event& event) {
  const auto forget = [&] {
    const auto found = under_way_.find(event.path);
    if (found == under_way_.end()) return;
    under_way_bytes_ -= found->second;
    under_way_.erase(found);
  };
  switch (event.kind) {
    case EventKind::kPlanned:
      phase_ = Phase::kMoving;
      total_files_ = event.files;
      total_bytes_ = event.bytes;
      break;
    case EventKind::kFileProgress: {
      int64_t& bytes = under_way_[event.path];
      under_way_bytes_ += event.bytes - bytes;
      bytes = event.bytes;
      break;
    }
    case EventKind::kFilePublished:
      forget();
      // Deletions and changes of modes move nothing.
      if (event.action == "copy" || event.action == "replace") {
        ++files_;
        done_bytes_ += event.bytes;
      }
      break;
    case EventKind::kFileFailed:
      forget();
      ++failed_;
      break;
    case EventKind::kRepositoryEnded:
      phase_ = Phase::kEnded;
      outcome_ = event.action;
      ended_badly_ = event.failure != Failure::kNone;
      break;
    default:
      break;
  }
  Sample(event.time);
}

void HopProgress::Sample(absl::Time now) {
  if (!samples_.empty() && now - samples_.back().first < kSpacing) return;
  samples_.emplace_back(now, bytes());
  while (samples_.size() > 1 && now - samples_.front().first > kWindow) samples_.pop_front();
}

double HopProgress::Rate(absl::Time now) const {
  if (samples_.empty() || now - samples_.front().first < absl::Seconds(1)) return 0;
  const double seconds = absl::ToDoubleSeconds(now - samples_.front().first);
  return std::max(0.0, static_cast<double>(bytes() - samples_.front().second) / seconds);
}

absl::optional<absl::Duration> HopProgress::Remaining(absl::Time now) const {
  const double rate = Rate(now);
  if (rate < 1 || total_bytes_ <= bytes()) return absl::nullopt;
  return absl::Seconds(static_cast<double>(total_bytes_ - bytes()) / rate);
}

}  // namespace sshsync::cli
