#include "sshsync/transfer/speculative_copies.h"

namespace sshsync {

void Drafts::Begin(const RepositorySnapshot& parent, const RemoteListing& listing, const std::set<std::string>& links,
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
  std::vector<Entry*> entries;
  for (const FileEntry& file : parent.manifest.files) {
    if (file.stat.size <= child_.chunk() || !parent.usable(file.path) || paths_.contains(file.path) ||
        (known != nullptr && known->Find(file.path) != nullptr))
      continue;
    const auto there = listing.Find(file.path);
    if (!there || there->type != RemoteStat::Type::kFile || there->stat.size <= child_.chunk() ||
        !LikelyChanged(file.stat, there->stat))
      continue;
    // All of the old version is copied; what is much larger than the new one is not worth it.
    const int64_t bytes = std::max(file.stat.size, there->stat.size);
    if (!LinkAbove(file.path, links).empty() || bytes_ + bytes > most || there->stat.size / 2 > file.stat.size)
      continue;
    bytes_ += bytes;
    paths_.insert(file.path);
    child_.Emit(LogLevel::kDebug, "it has probably changed: it is copied into the stage, and compared there",
                file.path);
    entries_.push_back(
        {.path = file.path, .folder = NewDraftFolder(stage), .size = there->stat.size, .wanted = file.stat.size});
    entries.push_back(&entries_.back());
  }
  if (!entries.empty()) threads_.push_back(StartThread([this, entries] { Make(entries); }));
}

void Drafts::Make(std::vector<Entry*> entries) {
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
  std::vector<DigestRun::BigFile> files;
  for (const Entry* entry : made) files.push_back({entry->staged(), entry->wanted});
  auto answers = child_.NewDigestRun().AskChunks(files, child_.chunk(), child_.algorithm(), child_.chunks_text());
  for (size_t i = 0; answers.ok() && i < made.size(); ++i) made[i]->answer = std::move((*answers)[i]);
}

absl::Status Drafts::End(const RepositorySnapshot& parent, RepositorySnapshot& child) {
  threads_.clear();
  std::vector<DigestRequest> questions;
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
  child.Remove(child.vanished);
  return absl::OkStatus();
}

void Drafts::GiveTo(FileStates& states) {
  if (entries_.empty()) return;
  std::map<absl::string_view, FileState*> moved;
  for (FileState& item : states.items()) {
    if (item.state == FileState::State::kOpen) moved[item.wanted.path] = &item;
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

void Drafts::TakeBack(FileStates& states) {
  for (FileState& item : states.items()) {
    if (const auto draft = std::exchange(item.draft, nullptr))
      entries_.push_back({.path = item.wanted.path, .folder = draft->folder});
  }
}

std::string Drafts::DiscardText() {
  threads_.clear();
  std::string text;
  for (const Entry& entry : entries_) absl::StrAppend(&text, "rm -rf ", ShellLiteral(entry.folder), "\n");
  return text;
}

}  // namespace sshsync
