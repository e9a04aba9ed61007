#include "sshsync/exec/work_board.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"

namespace sshsync {

absl::Status WorkBoard::fatal() const {
  const std::lock_guard lock(mu_);
  return fatal_;
}

void WorkBoard::SetFatal(const absl::Status& status) {
  const std::lock_guard lock(mu_);
  if (fatal_.ok()) fatal_ = status;
}

WorkItem WorkBoard::item(size_t index) const {
  const std::lock_guard lock(mu_);
  return work_.at(index);
}

std::vector<size_t> WorkBoard::ToLookAgain() const {
  const std::lock_guard lock(mu_);
  return work_.ToLookAgain();
}

std::vector<std::vector<size_t>> WorkBoard::Deal(int streams) const {
  const std::lock_guard lock(mu_);
  return work_.Deal(streams);
}

bool WorkBoard::AnyOpen() const {
  const std::lock_guard lock(mu_);
  return work_.AnyOpen();
}

void WorkBoard::Begin(const Attempt& attempt) {
  const std::lock_guard lock(mu_);
  under_way_[attempt.index] = attempt;
  Tell(EventKind::kFileStarted, work_.at(attempt.index), 0);
}

void WorkBoard::Leave(size_t index) {
  const std::lock_guard lock(mu_);
  under_way_.erase(index);
}

std::map<size_t, Attempt> WorkBoard::UnderWay() const {
  const std::lock_guard lock(mu_);
  return under_way_;
}

void WorkBoard::Progress(size_t index, int64_t bytes) {
  const std::lock_guard lock(mu_);
  if (under_way_.contains(index)) Tell(EventKind::kFileProgress, work_.at(index), bytes);
}

void WorkBoard::Fail(size_t index, const absl::Status& why, absl::string_view command, absl::string_view output, int exit_status) {
  const std::lock_guard lock(mu_);
  const std::string message = WithoutSecrets(why.message(), names_.secrets);
  work_.Failed(index, MakeError(FailureOf(why), message), command, WithoutSecrets(output, names_.secrets), exit_status);
  const WorkItem& item = work_.at(index);
  changed_.notify_all();
  if (item.state == WorkItem::State::kFailed) return Tell(EventKind::kFileFailed, item, 0, item.outcome.message);
  Tell(LogLevel::kInfo, absl::StrCat("try ", item.tries, " failed: ", message), item.wanted.path, names_.child);
}

void WorkBoard::Mismatch(size_t index) {
  const std::lock_guard lock(mu_);
  WorkItem& item = work_.at(index);
  item.look_again = item.mismatched = true;
}

void WorkBoard::LookedAgain(size_t index, const absl::Status& error, const FileEntry* now) {
  const std::lock_guard lock(mu_);
  work_.LookedAgain(index, error, now);
  changed_.notify_all();
  const WorkItem& item = work_.at(index);
  if (item.state == WorkItem::State::kFailed) Tell(EventKind::kFileFailed, item, 0, item.outcome.message);
  if (item.state != WorkItem::State::kGone) return;
  Tell(LogLevel::kWarning, "the file went away while it was copied; it is left as it is on the child", item.wanted.path, names_.parent);
}

void WorkBoard::Verified(const Attempt& attempt, const FileStat& stat) {
  const std::lock_guard lock(mu_);
  WorkItem& item = work_.at(attempt.index);
  item.state = WorkItem::State::kVerified;
  verified_.push_back({.index = attempt.index, .file = item.wanted.path, .staged = attempt.staged(), .verified = stat, .parent = item.wanted.stat});
  Tell(EventKind::kFileVerified, item, item.wanted.stat.size);
  changed_.notify_all();
}

std::vector<Publication> WorkBoard::TakeVerified(size_t most) {
  std::unique_lock lock(mu_);
  publishing_ = false;
  changed_.notify_all();
  changed_.wait(lock, [this] { return ended_ || (!verified_.empty() && work_.MayPublish()); });
  if (!work_.MayPublish()) return {};
  if (work_.together()) most = verified_.size();
  const auto end = verified_.begin() + static_cast<ptrdiff_t>(std::min(most, verified_.size()));
  std::vector<Publication> taken(verified_.begin(), end);
  verified_.erase(verified_.begin(), end);
  publishing_ = !taken.empty();
  return taken;
}

void WorkBoard::SourceChanged(size_t index) {
  const std::lock_guard lock(mu_);
  work_.SourceChanged(index);
  const WorkItem& item = work_.at(index);
  if (item.state == WorkItem::State::kFailed) Tell(EventKind::kFileFailed, item, 0, item.outcome.message);
}

void WorkBoard::Published(size_t index) {
  const std::lock_guard lock(mu_);
  work_.Published(index);
  const WorkItem& item = work_.at(index);
  Tell(EventKind::kFilePublished, item, item.wanted.stat.size);
}

void WorkBoard::AwaitPublished() {
  std::unique_lock lock(mu_);
  changed_.wait(lock, [this] { return !publishing_ && (verified_.empty() || !work_.MayPublish()); });
}

void WorkBoard::PutBack(std::vector<Publication> files) {
  const std::lock_guard lock(mu_);
  verified_.insert(verified_.end(), files.begin(), files.end());
}

void WorkBoard::End() {
  const std::lock_guard lock(mu_);
  ended_ = true;
  changed_.notify_all();
}

bool WorkBoard::WaitForEnd(absl::Duration duration) {
  std::unique_lock lock(mu_);
  return changed_.wait_for(lock, absl::ToChronoMilliseconds(duration), [this] { return ended_; });
}

void WorkBoard::Tell(EventKind kind, const WorkItem& item, int64_t bytes, absl::string_view message) {
  events_.On({.kind = kind, .run = names_.run, .repository = names_.child, .parent = names_.parent, .path = item.wanted.path,
              .action = item.outcome.action, .bytes = bytes, .total = item.wanted.stat.size, .failure = item.outcome.failure,
              .message = std::string(message), .command = item.outcome.command, .output = item.outcome.output, .exit_status = item.outcome.exit_status});
}

void WorkBoard::Tell(LogLevel level, std::string message, const std::string& path, const std::string& repository) {
  events_.On({.kind = EventKind::kMessage, .run = names_.run, .repository = repository, .path = path, .level = level, .message = std::move(message)});
}

}  // namespace sshsync
