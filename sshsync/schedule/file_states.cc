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

FileOutcome WorkItem::outcome() const {
  FileOutcome outcome{.path = wanted.path, .action = std::string(ActionName(action)), .attempts = tries};
  if (state == State::kDone) {
    outcome.bytes = wanted.stat.size;
    outcome.digest = wanted.digest.text();
    ++outcome.attempts;
  } else if (trouble) {
    outcome.failure = trouble->failure;
    outcome.message = trouble->message;
    outcome.command = trouble->command;
    outcome.output = trouble->output;
    outcome.exit_status = trouble->exit_status;
  }
  return outcome;
}

int64_t WorkItem::bytes_to_bring() const {
  const ChunkList *const theirs = wanted_chunks(), *const ours = draft ? &draft->chunks : held_chunks();
  if (theirs == nullptr || ours == nullptr || theirs->chunk != ours->chunk)
    return std::max<int64_t>(wanted.stat.size, 0);
  int64_t chunks = 0;
  for (size_t i = 0; i < theirs->digests.size(); ++i)
    chunks += i >= ours->digests.size() || ours->digests[i] != theirs->digests[i];
  return chunks * theirs->chunk;
}

Work::Work(const Plan& plan, int retries) : retries_(retries) {
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

std::vector<size_t> Work::ToLookAgain() const {
  std::vector<size_t> found;
  for (size_t i = 0; i < items_.size(); ++i) {
    if (items_[i].look_again && items_[i].state == WorkItem::State::kOpen) found.push_back(i);
  }
  return found;
}

bool Work::AnyOpen() const {
  return std::any_of(items_.begin(), items_.end(),
                     [](const WorkItem& item) { return item.state == WorkItem::State::kOpen; });
}

bool Work::AnyFailed() const {
  return std::any_of(items_.begin(), items_.end(),
                     [](const WorkItem& item) { return item.state == WorkItem::State::kFailed; });
}

bool Work::MayPublish() const {
  if (!together_) return true;
  while (settled_ < items_.size() && items_[settled_].state != WorkItem::State::kOpen) ++settled_;
  return complete_ && settled_ == items_.size() && !AnyFailed();
}

void Work::Refused(size_t index, const absl::Status& why) {
  items_[index].trouble =
      std::make_shared<const Trouble>(Trouble{.failure = FailureOf(why), .message = std::string(why.message())});
  items_[index].state = WorkItem::State::kFailed;
}

void Work::Failed(size_t index, const absl::Status& why, absl::string_view command, absl::string_view output,
                  int exit_status) {
  if (FailureOf(why) == Failure::kWaiting) return Refused(index, why);  // for its parent's file
  WorkItem& item = items_[index];
  ++item.tries;
  const bool again = absl::IsUnavailable(why) && item.tries <= retries_;
  item.trouble = std::make_shared<const Trouble>(Trouble{.failure = again ? Failure::kNone : FailureOf(why),
                                                         .message = std::string(why.message()),
                                                         .command = Shortened(command),
                                                         .output = Shortened(output),
                                                         .exit_status = exit_status});
  if (again) {
    item.look_again = true;  // the parent's file may have gone
    item.state = WorkItem::State::kOpen;
    settled_ = std::min(settled_, index);
    return;
  }
  item.state = WorkItem::State::kFailed;
}

void Work::SourceChanged(size_t index) {
  WorkItem& item = items_[index];
  item.state = WorkItem::State::kOpen;
  settled_ = std::min(settled_, index);
  item.look_again = item.changed = true;
}

void Work::PartsDiffer(size_t index) {
  WorkItem& item = items_[index];
  item.big = nullptr;
  item.parts = nullptr;
  item.created = false;
  item.folder.clear();
  item.leftovers.clear();
  item.look_again = item.mismatched = true;
}

void Work::Published(size_t index) {
  WorkItem& item = items_[index];
  item.state = WorkItem::State::kDone;
  item.trouble = nullptr;
}

void Work::LookedAgain(size_t index, const absl::Status& error, const FileEntry* now) {
  WorkItem& item = items_[index];
  item.look_again = false;
  if (!error.ok()) return Failed(index, error, "", "", 0);
  if (now == nullptr) {
    item.state = WorkItem::State::kGone;
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
    item.look_again = false;  // it was just looked at
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
    item.state = WorkItem::State::kKept;
  } else if (changed && ++item.changes > kMaxChanges) {
    Failed(index, MakeError(Failure::kSourceChanged, "source changed: the parent's file keeps changing"), "", "", 0);
  }
}

void Work::GaveUp(size_t index) {
  WorkItem& item = items_[index];
  if (item.created) {
    item.big->StartOver(item.attempt(index).staged());
  } else {
    item.big = nullptr;  // where a draft was to become it, it is not known whether it did
  }
  item.leftovers.push_back(item.attempt(index).staged());
  item.folder.clear();
  item.created = false;
}

void Work::Supplied(size_t index, const FileEntry& now) {
  WorkItem& item = items_[index];
  const bool other = now.digest != item.wanted.digest;
  item.wanted = now;
  if (!other) return;
  item.tries = 0;
  item.big = nullptr;
  item.parts = nullptr;
  if (item.child != nullptr && now.digest == item.child->digest) item.state = WorkItem::State::kKept;
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
