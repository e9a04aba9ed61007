#ifndef SSHSYNC_TRANSFER_SPECULATIVE_COPIES_H_
#define SSHSYNC_TRANSFER_SPECULATIVE_COPIES_H_

#include <algorithm>
#include <deque>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sshsync/plan/diff.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/remote/survey.h"
#include "sshsync/schedule/file_states.h"
#include "sshsync/stage/stage.h"
#include "sshsync/text/shell_quote.h"
#include "sshsync/transfer/transfer_policy.h"

namespace sshsync {

/// Drafts: a child's big files that have LikelyChanged are copied into its stage before anybody knows what of them
/// differs, each into an attempt of its own, and the copies are digested in the place of the files. What of them is as
/// it is wanted is staged and verified by then, in one reading, while the parent is still digested; only the rest is to
/// be brought. Otherwise an old version would be read to compare it, read again to copy it, and its copy read back. A
/// draft is never needed: where one cannot be made, or there is little room, the file is digested and brought as all
/// others are. One that turns out to be as the parent's, or of which nothing is wanted, is taken away again. Its name
/// is used once, as an attempt's is, so it is tried once, and nothing is ever removed but by its name.
///
/// Ownership: refers to its arguments. Threads: one calls; one for each Begin, ended by End or the destructor.
///
///     drafts.Begin(theirs, listing, links);
///     auto ours = SurveyChild(child, listing, links, theirs, {}, drafts.paths());   // meanwhile
///     drafts.End(theirs, *ours);
///     drafts.GiveTo(work);
template <Runner R, Clock C>
class Drafts {
 public:
  /// `on_host`: how many hops of the run have their child on that host, and may do the same.
  Drafts(RunContext<R, C>& context, RemoteRepository<R, C>& child, int on_host = 1)
      : context_(context), child_(child), on_host_(on_host) {}

  /// Chooses among what the parent (probably) holds, and begins with what is not `known` already. The child is leased
  /// and listed.
  void Begin(const Contents& parent, const RemoteListing& listing, const std::set<std::string>& links,
             const Manifest* known = nullptr);

  /// The files that were chosen.
  const std::set<std::string>& paths() const { return paths_; }

  /// Waits for all of them; their digests are what the child's files have. Those that have no draft after all are
  /// digested, and those that the parent turned out to have in another size than was expected. Errors: the child's.
  absl::Status End(const Contents& parent, Contents& child);

  /// To the files that will be moved; what is left is of no use, and taken away. `TakeBack`: what none of them went on
  /// with.
  void GiveTo(Work& work);
  void TakeBack(Work& work);

  /// Waits for all of them. Shell text that takes away what nobody has; empty for nothing.
  std::string DiscardText();

  /// When the child last equalled its parent.
  absl::Time last_equal() const {
    return context_.last_equal ? context_.last_equal(child_.config().name) : absl::InfinitePast();
  }

 private:
  struct Entry {
    std::string path, folder;
    int64_t size = 0;    // of the child's file
    int64_t wanted = 0;  // of the parent's
    absl::StatusOr<DigestAnswer> answer = MakeError(Failure::kCommandFailed, "not made");
    std::string staged() const { return absl::StrCat(folder, "/", path); }
  };

  void Make(std::vector<Entry*> entries);

  RunContext<R, C>& context_;
  RemoteRepository<R, C>& child_;
  const int on_host_;
  std::set<std::string> paths_;
  std::deque<Entry> entries_;
  int64_t bytes_ = 0;
  std::vector<std::jthread> threads_;  // Last, so that they end first.
};

// Implementation details follow.

template <Runner R, Clock C>
void Drafts<R, C>::Begin(const Contents& parent, const RemoteListing& listing, const std::set<std::string>& links,
                         const Manifest* known) {
  const Repository& config = child_.config();
  // What is remembered need not be read, and a filter may yet leave out what is expected.
  const bool sure = known != nullptr || config.filter.empty();
  if (!child_.digests_chunks() || !listing.own || !sure || config.recheck || config.stage == "no" ||
      MovesByCommand(child_))
    return;
  const int64_t free = child_.facts().free_bytes,
                most = free < 0 ? std::numeric_limits<int64_t>::max() : free / 2 / on_host_;
  const std::string stage = StageFolder(config.stage, child_.facts().root);
  const absl::Time equal = last_equal();
  std::vector<Entry*> entries;
  for (const FileEntry& file : parent.manifest.files) {
    if (file.stat.size <= child_.chunk() || !parent.usable(file.path) || paths_.contains(file.path) ||
        (known != nullptr && known->Find(file.path) != nullptr))
      continue;
    const auto there = listing.Find(file.path);
    if (!there || there->type != RemoteStat::Type::kFile || there->stat.size <= child_.chunk() ||
        !LikelyChanged(file.stat, there->stat, equal))
      continue;
    // All of the old version is copied; what is much larger than the new one is not worth it.
    const int64_t bytes = std::max(file.stat.size, there->stat.size);
    if (!LinkAbove(file.path, links).empty() || bytes_ + bytes > most || there->stat.size / 2 > file.stat.size)
      continue;
    bytes_ += bytes;
    paths_.insert(file.path);
    child_.Tell(LogLevel::kDebug, "it has probably changed: it is copied into the stage, and compared there",
                file.path);
    entries_.push_back(
        {.path = file.path, .folder = NewDraftFolder(stage), .size = there->stat.size, .wanted = file.stat.size});
    entries.push_back(&entries_.back());
  }
  if (!entries.empty()) threads_.push_back(StartThread([this, entries] { Make(entries); }));
}

template <Runner R, Clock C>
void Drafts<R, C>::Make(std::vector<Entry*> entries) {
  if (!child_.PrepareTransfer().ok()) return;
  const std::string mark = RandomMark();
  RecordScript script(mark);
  script.AddRaw(child_.Nice());
  int64_t longest = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = *entries[i];
    script.Add(absl::StrCat(i), DraftText(absl::StrCat(child_.facts().root, "/", entry.path), entry.size,
                                          entry.staged(), entry.folder, entry.wanted, child_.tools()));
    longest = std::max({longest, entry.size, entry.wanted});
  }
  std::vector<Entry*> made;
  RecordReader reader(mark, size_t{1} << 20);
  const auto take = [&](const Record& record) {
    size_t index = 0;
    if (record.status == 0 && absl::SimpleAtoi(record.label, &index) && index < entries.size())
      made.push_back(entries[index]);
    return absl::OkStatus();
  };
  const RemoteCommand command{.script = script.text(),
                              .timeout = child_.config().timeout + absl::Seconds(longest / (int64_t{4} << 20)),
                              .writes = true};
  const auto copied = context_.runner.RunLong(
      child_.config().endpoint, command, [&](absl::string_view bytes) { return reader.Feed(bytes, take); },
      [] { return false; }, context_.stop);
  // What was not seen to its end may be written to yet.
  if (!copied.ok()) return;
  std::vector<typename DigestRun<R, C>::BigFile> files;
  for (const Entry* entry : made) files.push_back({entry->staged(), entry->wanted});
  auto answers = child_.NewDigestRun().AskChunks(files, child_.chunk(), child_.algorithm(), child_.chunks_text());
  for (size_t i = 0; answers.ok() && i < made.size(); ++i) made[i]->answer = std::move((*answers)[i]);
}

template <Runner R, Clock C>
absl::Status Drafts<R, C>::End(const Contents& parent, Contents& child) {
  threads_.clear();
  std::vector<DigestQuestion> questions;
  for (Entry& entry : entries_) {
    FileEntry* const file = child.manifest.Find(entry.path);
    if (file == nullptr || !file->digest.empty() || child.failed.contains(entry.path)) continue;
    const FileEntry* const theirs = parent.manifest.Find(entry.path);
    const bool resized =
        entry.size != entry.wanted;  // then it is what the file is to become: that has no digest, and differs
    if (!entry.answer.ok() || entry.answer->chunks == nullptr ||
        (resized && theirs != nullptr && theirs->stat.size != entry.wanted)) {
      questions.push_back({entry.path, entry.size});
    } else if (!resized) {
      file->digest = entry.answer->digest;
      file->chunks = entry.answer->chunks;
    }
  }
  if (questions.empty()) return absl::OkStatus();
  SSHSYNC_RETURN_IF_ERROR(TakeDigestsOf(child_, std::move(questions), false, child));
  child.Forget(child.vanished);
  return absl::OkStatus();
}

template <Runner R, Clock C>
void Drafts<R, C>::GiveTo(Work& work) {
  if (entries_.empty()) return;
  std::map<absl::string_view, WorkItem*> moved;
  for (WorkItem& item : work.items()) {
    if (item.state == WorkItem::State::kOpen) moved[item.wanted.path] = &item;
  }
  const auto given = [&](const Entry& entry) {
    const auto at = moved.find(entry.path);
    if (at == moved.end() || !entry.answer.ok() || entry.answer->chunks == nullptr ||
        entry.wanted != at->second->wanted.stat.size)
      return false;
    const ChunkList* const wanted = at->second->wanted_chunks();
    if (wanted == nullptr || !AnyAlike(*wanted, *entry.answer->chunks)) return false;
    at->second->draft = std::make_shared<const Draft>(
        Draft{.folder = entry.folder, .size = entry.wanted, .chunks = *entry.answer->chunks});
    return true;
  };
  std::erase_if(entries_, given);
  if (const std::string text = DiscardText(); !text.empty()) child_.Ask({.script = text, .writes = true}).IgnoreError();
  entries_.clear();
}

template <Runner R, Clock C>
void Drafts<R, C>::TakeBack(Work& work) {
  for (WorkItem& item : work.items()) {
    if (const auto draft = std::exchange(item.draft, nullptr))
      entries_.push_back({.path = item.wanted.path, .folder = draft->folder});
  }
}

template <Runner R, Clock C>
std::string Drafts<R, C>::DiscardText() {
  threads_.clear();
  std::string text;
  for (const Entry& entry : entries_) absl::StrAppend(&text, "rm -rf ", ShellLiteral(entry.folder), "\n");
  return text;
}

}  // namespace sshsync

#endif  // SSHSYNC_TRANSFER_SPECULATIVE_COPIES_H_
