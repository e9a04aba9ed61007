#include "sshsync/schedule/file_states.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr int kMaxChanges = 3;
constexpr size_t kMaxShown = 4000;  // bytes of a command's output in a report

// The start and the end of what is too long to show.
std::string Shortened(absl::string_view text) {
  if (text.size() <= kMaxShown) return std::string(text);
  return absl::StrCat(text.substr(0, kMaxShown / 2), "\n[", text.size() - kMaxShown, " bytes left out]\n",
                      text.substr(text.size() - kMaxShown / 2));
}

}  // namespace

FileOutcome FileState::outcome() const {
  FileOutcome outcome{.path = wanted.path, .action = std::string(ActionName(action)), .attempts = tries};
  if (state == State::kDone) {
    outcome.bytes = wanted.stat.size;
    outcome.digest = wanted.digest.text();
    ++outcome.attempts;
  } else if (last_error) {
    outcome.failure = last_error->failure;
    outcome.message = last_error->message;
    outcome.command = last_error->command;
    outcome.output = last_error->output;
    outcome.exit_status = last_error->exit_status;
  }
  return outcome;
}

int64_t FileState::bytes_to_bring() const {
  const ChunkList *const theirs = wanted_chunks(), *const ours = held_chunks();
  if (theirs == nullptr || ours == nullptr || theirs->chunk != ours->chunk)
    return std::max<int64_t>(wanted.stat.size, 0);
  int64_t chunks = 0;
  for (size_t i = 0; i < theirs->digests.size(); ++i)
    chunks += i >= ours->digests.size() || ours->digests[i] != theirs->digests[i];
  return chunks * theirs->chunk;
}

FileStates::FileStates(const Plan& plan, int retries) : retries_(retries) {
  std::vector<const PlanItem*> planned;
  planned.reserve(plan.items.size());
  for (const PlanItem& item : plan.items) {
    if (item.parent != nullptr) planned.push_back(&item);
  }
  std::stable_sort(planned.begin(), planned.end(),
                   [](const PlanItem* a, const PlanItem* b) { return a->parent->stat.size < b->parent->stat.size; });
  items_.reserve(planned.size());
  for (const PlanItem* item : planned)
    items_.push_back({.action = item->action, .wanted = *item->parent, .child = item->child});
}

std::vector<size_t> FileStates::ToRecheck() const {
  std::vector<size_t> found;
  for (size_t i = 0; i < items_.size(); ++i) {
    if (items_[i].recheck_source && items_[i].state == FileState::State::kOpen) found.push_back(i);
  }
  return found;
}

bool FileStates::AnyOpen() const {
  return std::any_of(items_.begin(), items_.end(),
                     [](const FileState& item) { return item.state == FileState::State::kOpen; });
}

bool FileStates::AnyFailed() const {
  return std::any_of(items_.begin(), items_.end(),
                     [](const FileState& item) { return item.state == FileState::State::kFailed; });
}

bool FileStates::MayPublish() const {
  if (!together_) return true;
  while (settled_ < items_.size() && items_[settled_].state != FileState::State::kOpen) ++settled_;
  return complete_ && settled_ == items_.size() && !AnyFailed();
}

void FileStates::Refused(size_t index, const absl::Status& why) {
  items_[index].last_error =
      std::make_shared<const LastError>(LastError{.failure = FailureOf(why), .message = std::string(why.message())});
  items_[index].state = FileState::State::kFailed;
}

void FileStates::Failed(size_t index, const absl::Status& why, absl::string_view command, absl::string_view output,
                        int exit_status) {
  if (FailureOf(why) == Failure::kWaiting) return Refused(index, why);  // for its parent's file
  FileState& item = items_[index];
  ++item.tries;
  const bool again = absl::IsUnavailable(why) && item.tries <= retries_;
  item.last_error = std::make_shared<const LastError>(LastError{.failure = again ? Failure::kNone : FailureOf(why),
                                                                .message = std::string(why.message()),
                                                                .command = Shortened(command),
                                                                .output = Shortened(output),
                                                                .exit_status = exit_status});
  if (again) {
    item.recheck_source = true;  // the parent's file may have gone
    item.state = FileState::State::kOpen;
    settled_ = std::min(settled_, index);
    return;
  }
  item.state = FileState::State::kFailed;
}

void FileStates::SourceChanged(size_t index) {
  FileState& item = items_[index];
  item.state = FileState::State::kOpen;
  settled_ = std::min(settled_, index);
  item.recheck_source = item.changed = true;
}

void FileStates::PartsDiffer(size_t index) {
  FileState& item = items_[index];
  item.big = nullptr;
  item.parts = nullptr;
  item.created = false;
  item.folder.clear();
  item.partial_files.clear();
  item.recheck_source = item.mismatched = true;
}

void FileStates::Published(size_t index) {
  FileState& item = items_[index];
  item.state = FileState::State::kDone;
  item.last_error = nullptr;
}

void FileStates::SourceRechecked(size_t index, const absl::Status& error, const FileEntry* now) {
  FileState& item = items_[index];
  item.recheck_source = false;
  if (!error.ok()) return Failed(index, error, "", "", 0);
  if (now == nullptr) {
    item.state = FileState::State::kGone;
    return;
  }
  const bool mismatched = std::exchange(item.mismatched, false);
  const bool seen_changed = std::exchange(item.changed, false);
  const bool changed = seen_changed || now->digest != item.wanted.digest || !now->stat.SameVersion(item.wanted.stat);
  item.wanted.stat = now->stat;
  if (now->digest == item.wanted.digest && mismatched) {
    Failed(index,
           MakeError(Failure::kDigestMismatch,
                     "what arrived has another digest than the parent's file, which did not change"),
           "", "", 0);
    item.recheck_source = false;  // it was just looked at
    return;
  }
  if (now->digest != item.wanted.digest) {
    item.tries = 0;
    item.big = nullptr;
    item.parts = nullptr;
  }
  item.wanted.digest = now->digest;
  item.wanted.chunks = now->chunks;
  if (item.child != nullptr && now->digest == item.child->digest) {
    item.state = FileState::State::kKept;
  } else if (changed && ++item.changes > kMaxChanges) {
    Failed(index, MakeError(Failure::kSourceChanged, "source changed: the parent's file keeps changing"), "", "", 0);
  }
}

void FileStates::GaveUp(size_t index) {
  FileState& item = items_[index];
  if (item.created) item.big->StartOver(item.attempt(index).staged());
  item.partial_files.push_back(item.attempt(index).staged());
  item.folder.clear();
  item.created = false;
}

void FileStates::Supplied(size_t index, const FileEntry& now) {
  FileState& item = items_[index];
  const bool other = now.digest != item.wanted.digest;
  item.wanted = now;
  if (!other) return;
  item.tries = 0;
  item.big = nullptr;
  item.parts = nullptr;
  if (item.child != nullptr && now.digest == item.child->digest) item.state = FileState::State::kKept;
}

std::string WithoutSecrets(absl::string_view text, absl::Span<const std::string> secrets) {
  std::string clean(text);
  for (const std::string& secret : secrets) {
    if (secret.empty() || clean.empty()) continue;
    clean = absl::StrReplaceAll(clean,
                                {{ShellLiteral(secret), "'***'"}, {EscapeForTerminal(secret), "***"}, {secret, "***"}});
  }
  return clean;
}

void ConcealSecrets(absl::Span<const std::string> secrets, RepositoryReport* report) {
  if (secrets.empty()) return;
  const auto conceal = [&](auto& shown) {
    for (std::string* text : {&shown.message, &shown.command, &shown.output}) {
      if (!text->empty()) *text = WithoutSecrets(*text, secrets);
    }
  };
  conceal(*report);
  for (FileOutcome& file : report->files) conceal(file);
}

}  // namespace sshsync
