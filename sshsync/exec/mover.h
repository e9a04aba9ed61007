#ifndef SSHSYNC_EXEC_MOVER_H_
#define SSHSYNC_EXEC_MOVER_H_

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "sshsync/exec/lease.h"
#include "sshsync/exec/remote_repository.h"
#include "sshsync/exec/stage.h"
#include "sshsync/exec/work.h"
#include "sshsync/text/escape.h"

namespace sshsync {

/// Moves the files of one hop with the operator's synccmd: transfer into the stage, verification, publishing; until every file is done or
/// failed. It works in rounds: each deals the open files to `streams` sessions on the child; in each session one file after the other is
/// transferred, digested and shown; what is verified is published meanwhile, by a thread of its own, in groups as they come (a group costs
/// a round trip to the parent, whose sizes and times are read again, and one to the child). Between rounds the sources of doubtful
/// files are looked at again. A session that is lost costs the try of the one file it was at: that attempt is never published.
/// Sessions are per stream, not per file: a thousand files cost one login, and what each synccmd itself needs.
///
/// Ownership: refers to everything. Threads: its own, all ended when Run returns; Run is called once.
/// Errors: of the child as a whole (unreachable, lease lost, stopped); those of single files are in their outcomes.
template <Runner R, Clock C>
class Mover {
 public:
  Mover(RunContext<R, C>& context, RemoteRepository<R, C>& parent, RemoteRepository<R, C>& child, const Lease& lease, Work& work)
      : context_(context), parent_(parent), child_(child), lease_(lease), work_(work) {}

  absl::Status Run();

 private:
  // One session's view of its files.
  struct Stream {
    std::vector<size_t> open;            // in the order of the script, not yet answered
    std::map<size_t, Attempt> attempts;
    std::map<size_t, std::string> commands;  // as run, for the report
    bool digested = false;               // the digest of the first of `open` was seen,
    bool right_digest = false;           // and was the wanted one
    bool transferred = false;            // the end of its synccmd was seen
    int silences = 0;                    // since the last record
  };

  void RunStream(const std::vector<size_t>& list);
  absl::Status RunSession(Stream& stream);
  std::string Script(Stream& stream, absl::string_view mark);
  absl::Status OnRecord(Stream& stream, const Record& record);
  void OnDigest(size_t index, const Record& record, Stream& stream);
  bool Digesting(Stream& stream);
  bool Grew(const Stream& stream, int64_t* last);
  void LookAgain();
  void LookedAgain(size_t index, const absl::Status& error, const FileEntry* now);
  void PublishLoop();
  void PublishGroup(std::vector<Publication> group);
  void WatchLoop();

  absl::Status fatal() {
    const std::lock_guard lock(mu_);
    return fatal_;
  }
  void SetFatal(const absl::Status& status) {
    const std::lock_guard lock(mu_);
    if (fatal_.ok()) fatal_ = status;
  }
  void Fail(size_t index, const absl::Status& why, absl::string_view command = "", absl::string_view output = "", int exit_status = 0);
  void Tell(EventKind kind, const WorkItem& item, int64_t bytes, absl::string_view message = "");
  std::vector<std::string> Secrets() const { return {child_.config().password, parent_.config().password}; }
  bool in_place() const { return child_.config().stage == "no"; }

  RunContext<R, C>& context_;
  RemoteRepository<R, C>& parent_;
  RemoteRepository<R, C>& child_;
  const Lease& lease_;
  Work& work_;

  std::mutex mu_;
  std::condition_variable changed_;
  absl::Status fatal_;                      // Protected by mu_.
  std::vector<Publication> verified_;       // Protected by mu_.
  std::map<size_t, Attempt> under_way_;     // Protected by mu_.
  bool publishing_ = false;                 // Protected by mu_.
  bool ended_ = false;                      // Protected by mu_.
};

// Implementation details follow.

template <Runner R, Clock C>
absl::Status Mover<R, C>::Run() {
  std::jthread publisher([this] { PublishLoop(); });
  std::jthread watcher([this] { WatchLoop(); });
  for (int round = 0; work_.AnyOpen() && fatal().ok() && !context_.closing.stopped(); ++round) {
    if (round > 0) {
      context_.closing.WaitFor(context_.backoff.Delay(round - 1));
      LookAgain();
    }
    const int streams = child_.config().streams > 0 ? child_.config().streams : 1;
    {
      std::vector<std::jthread> running;
      for (auto& list : work_.Deal(streams)) running.emplace_back([this, list = std::move(list)] { RunStream(list); });
    }
    std::unique_lock lock(mu_);
    changed_.wait(lock, [this] { return verified_.empty() && !publishing_; });
  }
  {
    const std::lock_guard lock(mu_);
    ended_ = true;
  }
  changed_.notify_all();
  publisher.join();
  watcher.join();
  if (context_.closing.stopped()) return context_.closing.status();
  return fatal();
}

template <Runner R, Clock C>
void Mover<R, C>::RunStream(const std::vector<size_t>& list) {
  constexpr size_t kFilesInSession = 500;  // a script of about a megabyte; a login for so many is nothing
  Stream stream;
  size_t dealt = 0;
  int lost_in_a_row = 0;
  while (fatal().ok() && !context_.closing.stopped()) {
    if (stream.open.empty()) {
      if (dealt == list.size()) return;
      const size_t count = std::min(kFilesInSession, list.size() - dealt);
      stream = {};
      stream.open.assign(list.begin() + static_cast<ptrdiff_t>(dealt), list.begin() + static_cast<ptrdiff_t>(dealt + count));
      dealt += count;
    }
    const size_t before = stream.open.size();
    const absl::Status status = RunSession(stream);
    if (status.ok()) continue;
    if (absl::IsCancelled(status)) return;
    const Failure failure = FailureOf(status);
    const bool at_one_file = failure == Failure::kTimeout || failure == Failure::kOutputTooLarge;
    if (!absl::IsUnavailable(status) && !at_one_file) return SetFatal(status);
    if (!stream.open.empty()) {
      const size_t index = stream.open.front();
      stream.open.erase(stream.open.begin());  // another try comes with the next round
      Fail(index, failure == Failure::kOutputTooLarge ? MakeError(Failure::kCommandFailed, status.message()) : status, stream.commands[index]);
    }
    lost_in_a_row = failure == Failure::kOutputTooLarge || stream.open.size() + 1 < before ? 0 : lost_in_a_row + 1;
    if (lost_in_a_row > child_.config().retries) return SetFatal(child_.Located(status));
    context_.closing.WaitFor(context_.backoff.Delay(lost_in_a_row));
  }
}

template <Runner R, Clock C>
std::string Mover<R, C>::Script(Stream& stream, absl::string_view mark) {
  RecordScript script(mark);
  AddTransferFunctions(&script);
  const std::string stage = StageFolder(child_.config().stage, child_.facts().root);
  std::erase_if(stream.open, [&](size_t index) {
    const WorkItem& item = work_.at(index);
    Attempt attempt = NewAttempt(stage, index, item.wanted.path, item.wanted.digest);
    if (in_place()) attempt.folder = child_.facts().root;
    const auto sync = child_.templates().Sync(parent_.facts().root, attempt.folder, attempt.file);
    const auto digest = child_.DigestText(attempt.folder, attempt.file);
    if (!sync.ok() || !digest.ok()) {
      Fail(index, sync.ok() ? digest.status() : sync.status());
      return true;
    }
    AddTransfer(child_.facts(), attempt, sync->script(), *digest, in_place(), &script);
    stream.commands[index] = sync->display();
    stream.attempts[index] = std::move(attempt);
    return false;
  });
  return script.text();
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::RunSession(Stream& stream) {
  constexpr size_t kMaxOutput = size_t{16} << 20;  // of one synccmd
  const std::string mark = RandomMark();
  RemoteCommand command{.script = Script(stream, mark), .writes = true};
  if (stream.open.empty()) return absl::OkStatus();
  command.timeout = child_.config().timeout;
  stream.transferred = stream.digested = stream.right_digest = false;
  stream.silences = 0;
  RecordReader reader(mark, kMaxOutput);
  int64_t last_size = -1;
  const auto begin = [this, &stream] {
    if (stream.open.empty()) return;
    const std::lock_guard lock(mu_);
    const size_t index = stream.open.front();
    under_way_[index] = stream.attempts[index];
    Tell(EventKind::kFileStarted, work_.at(index), 0);
  };
  begin();
  const auto result = context_.runner.RunLong(
      child_.config().endpoint, command,
      [&](absl::string_view bytes) {
        return reader.Feed(bytes, [&](const Record& record) {
          const size_t open = stream.open.size();
          SSHSYNC_RETURN_IF_ERROR(OnRecord(stream, record));
          if (stream.open.size() < open) begin();
          return fatal();
        });
      },
      [&] { return Digesting(stream) || Grew(stream, &last_size); }, context_.closing);
  if (!stream.open.empty()) {
    const std::lock_guard lock(mu_);
    under_way_.erase(stream.open.front());
  }
  if (!result.ok()) return result.status();
  if (!stream.open.empty()) return MakeError(Failure::kUnreachable, absl::StrCat("the session ended early: ", result->err.substr(0, 500)));
  return absl::OkStatus();
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::OnRecord(Stream& stream, const Record& record) {
  const std::pair<absl::string_view, absl::string_view> label = absl::StrSplit(record.label, ':');
  size_t index = 0;
  if (!absl::SimpleAtoi(label.first, &index) || stream.open.empty() || stream.open.front() != index) {
    return MakeError(Failure::kInternal, absl::StrCat("a record that nobody waits for: ", record.label));
  }
  stream.silences = 0;
  const auto finish = [&] {
    stream.transferred = stream.digested = stream.right_digest = false;
    stream.open.erase(stream.open.begin());
    const std::lock_guard lock(mu_);
    under_way_.erase(index);
  };
  if (label.second == "S" && record.status != 0) {
    constexpr size_t kSaid = 400;  // bytes of the last line; the rest is in the output
    const std::string said = WithoutSecrets(absl::StripAsciiWhitespace(record.output), Secrets());
    const size_t newline = said.rfind('\n');
    const std::string last = CleanForTerminal(absl::string_view(said).substr(newline == std::string::npos ? 0 : newline + 1).substr(0, kSaid));
    const Failure failure = FailureFromWords(record.output, record.status, Failure::kCommandFailed);
    Fail(index, MakeError(failure, absl::StrCat("synccmd ended with status ", record.status, last.empty() ? "" : ": ", last)), stream.commands[index],
         record.output, record.status);
    finish();
    // What stops one file here stops all of them: said once.
    constexpr Failure kForAll[] = {Failure::kReadOnly, Failure::kCommandNotFound, Failure::kAuth, Failure::kHostKey};
    if (std::find(std::begin(kForAll), std::end(kForAll), failure) != std::end(kForAll)) return child_.Located(MakeError(failure, last));
  } else if (label.second == "S") {
    stream.transferred = true;
  } else if (label.second == "D") {
    stream.digested = true;
    OnDigest(index, record, stream);
  } else if (label.second == "I") {
    if (std::exchange(stream.right_digest, false)) {
      const auto stat = ParseStagedStat(child_.facts(), stream.attempts[index], record.output);
      const WorkItem& item = work_.at(index);
      if (!stat) {
        Fail(index, MakeError(Failure::kCommandFailed, "the staged file cannot be looked at"));
      } else {
        const std::lock_guard lock(mu_);
        work_.at(index).state = WorkItem::State::kVerified;
        verified_.push_back({.index = index, .file = item.wanted.path, .staged = stream.attempts[index].staged(), .verified = stat->stat,
                             .parent = item.wanted.stat});
        Tell(EventKind::kFileVerified, item, item.wanted.stat.size);
        changed_.notify_all();
      }
    } else if (!stream.digested) {
      Fail(index, MakeError(Failure::kCommandFailed, "the host did not digest what arrived"));
    }
    finish();
  }
  return absl::OkStatus();
}

template <Runner R, Clock C>
void Mover<R, C>::OnDigest(size_t index, const Record& record, Stream& stream) {
  WorkItem& item = work_.at(index);
  const Attempt& attempt = stream.attempts[index];
  const auto answer = child_.ParseDigest(record.output, record.status, attempt.folder, attempt.file);
  stream.right_digest = answer.ok() && !answer->missing && answer->digest == item.wanted.digest;
  if (stream.right_digest) return;
  if (!answer.ok()) {
    const auto asked = child_.templates().Digest(attempt.folder, attempt.file);
    return Fail(index, Annotate(answer.status(), "of the transferred file"), asked.ok() ? asked->display() : "", record.output, record.status);
  }
  const std::lock_guard lock(mu_);
  item.look_again = item.mismatched = true;
}

// A digest says nothing while it reads: 4 MiB a second is the slowest that is waited for.
template <Runner R, Clock C>
bool Mover<R, C>::Digesting(Stream& stream) {
  if (!stream.transferred || stream.open.empty()) return false;
  const int64_t size = work_.at(stream.open.front()).wanted.stat.size;
  return ++stream.silences * child_.config().timeout <= absl::Seconds(std::max<int64_t>(size, 0) / (int64_t{4} << 20));
}

template <Runner R, Clock C>
bool Mover<R, C>::Grew(const Stream& stream, int64_t* last) {
  if (stream.open.empty()) return false;
  const Attempt& attempt = stream.attempts.at(stream.open.front());
  const auto stats = child_.StatIn(attempt.folder, {attempt.file});
  if (!stats.ok() || !(*stats)[0]) return false;
  return (*stats)[0]->stat.size > std::exchange(*last, (*stats)[0]->stat.size);
}

template <Runner R, Clock C>
void Mover<R, C>::LookAgain() {
  const std::vector<size_t> doubtful = work_.ToLookAgain();
  if (doubtful.empty()) return;
  std::vector<std::string> names;
  for (const size_t index : doubtful) names.push_back(work_.at(index).wanted.path);
  // The size and time are read before the digest: a change in between is seen before the file is published.
  const auto stats = parent_.Stat(names);
  if (!stats.ok()) return SetFatal(stats.status());
  std::vector<DigestQuestion> questions;
  std::vector<size_t> asked;
  for (size_t i = 0; i < doubtful.size(); ++i) {
    const WorkItem& item = work_.at(doubtful[i]);
    if (!(*stats)[i]) {
      LookedAgain(doubtful[i], absl::OkStatus(), nullptr);
    } else if (!item.mismatched && (*stats)[i]->stat.SameVersion(item.wanted.stat)) {
      LookedAgain(doubtful[i], absl::OkStatus(), &item.wanted);
    } else {
      questions.push_back({names[i], (*stats)[i]->stat.size});
      asked.push_back(i);
    }
  }
  const auto answers = parent_.Digest(questions);
  if (!answers.ok()) return SetFatal(answers.status());
  for (size_t i = 0; i < asked.size(); ++i) {
    const auto& answer = (*answers)[i];
    const FileEntry now{.path = questions[i].path, .stat = (*stats)[asked[i]]->stat, .digest = answer.ok() ? answer->digest : Digest()};
    LookedAgain(doubtful[asked[i]], answer.status(), answer.ok() && answer->missing ? nullptr : &now);
  }
}

template <Runner R, Clock C>
void Mover<R, C>::LookedAgain(size_t index, const absl::Status& error, const FileEntry* now) {
  const std::lock_guard lock(mu_);
  const FileEntry copy = now != nullptr ? *now : FileEntry();
  work_.LookedAgain(index, error, now != nullptr ? &copy : nullptr);
  const WorkItem& item = work_.at(index);
  if (item.state == WorkItem::State::kFailed) Tell(EventKind::kFileFailed, item, 0, item.outcome.message);
  if (item.state == WorkItem::State::kGone) {
    parent_.Tell(LogLevel::kWarning, "the file went away while it was copied; it is left as it is on the child", item.wanted.path);
  }
}

template <Runner R, Clock C>
void Mover<R, C>::PublishLoop() {
  while (true) {
    std::vector<Publication> group;
    {
      std::unique_lock lock(mu_);
      publishing_ = false;
      changed_.notify_all();
      changed_.wait(lock, [this] { return ended_ || !verified_.empty(); });
      if (verified_.empty()) return;
      constexpr size_t kGroup = 200;
      const size_t count = std::min(verified_.size(), kGroup);
      group.assign(verified_.begin(), verified_.begin() + static_cast<ptrdiff_t>(count));
      verified_.erase(verified_.begin(), verified_.begin() + static_cast<ptrdiff_t>(count));
      publishing_ = true;
    }
    if (fatal().ok() && !context_.stop.stopped()) PublishGroup(std::move(group));
  }
}

template <Runner R, Clock C>
void Mover<R, C>::PublishGroup(std::vector<Publication> group) {
  std::vector<std::string> names;
  for (const Publication& file : group) names.push_back(file.file);
  const auto stats = parent_.Stat(names);
  if (!stats.ok()) return SetFatal(stats.status());
  std::vector<Publication> unchanged;
  for (size_t i = 0; i < group.size(); ++i) {
    const std::lock_guard lock(mu_);
    WorkItem& item = work_.at(group[i].index);
    if ((*stats)[i] && (*stats)[i]->stat.SameVersion(item.wanted.stat)) {
      unchanged.push_back(group[i]);
      continue;
    }
    item.state = WorkItem::State::kOpen;
    item.look_again = item.changed = true;
  }
  if (unchanged.empty()) return;
  std::vector<Published> published(unchanged.size(), Published{PublishResult::kDone, ""});
  if (!in_place()) {
    const std::string mark = RandomMark();
    const auto result = child_.Ask(PublishCommand(child_.facts(), lease_, unchanged, child_.config().follow_symlinks, mark));
    auto parsed = result.ok() ? ParsePublish(*result, unchanged, mark) : result.status();
    if (!parsed.ok()) return SetFatal(child_.Located(parsed.status()));
    published = *std::move(parsed);
  }
  for (size_t i = 0; i < unchanged.size(); ++i) {
    WorkItem& item = work_.at(unchanged[i].index);
    const std::string said = CleanForTerminal(published[i].said);
    switch (published[i].result) {
      case PublishResult::kDone: {
        const std::lock_guard lock(mu_);
        item.state = WorkItem::State::kDone;
        item.outcome.bytes = item.wanted.stat.size;
        item.outcome.digest = item.wanted.digest.text();
        item.outcome.message.clear();
        item.outcome.command.clear();
        item.outcome.output.clear();
        item.outcome.exit_status = 0;
        Tell(EventKind::kFilePublished, item, item.wanted.stat.size);
        break;
      }
      case PublishResult::kLinkInPath: Fail(unchanged[i].index, MakeError(Failure::kLinkInPath, said)); break;
      case PublishResult::kObstructed: Fail(unchanged[i].index, MakeError(Failure::kObstructed, said)); break;
      case PublishResult::kChanged:
        item.state = WorkItem::State::kOpen;
        Fail(unchanged[i].index, MakeError(Failure::kCommandFailed, said));
        break;
      case PublishResult::kFailed: {
        const Failure failure = FailureFromWords(said, 1, Failure::kPermission);
        Fail(unchanged[i].index, MakeError(failure, absl::StrCat("publishing failed: ", said)));
        if (failure == Failure::kReadOnly) SetFatal(child_.Located(MakeError(failure, said)));
      }
    }
  }
}

template <Runner R, Clock C>
void Mover<R, C>::WatchLoop() {
  const absl::Duration beat_every = std::min(child_.config().timeout / 4, absl::Seconds(60));
  absl::Time beaten = context_.clock.Monotonic();
  std::map<size_t, int64_t> shown;
  while (true) {
    std::map<size_t, Attempt> under_way;
    {
      std::unique_lock lock(mu_);
      if (changed_.wait_for(lock, std::chrono::seconds(1), [this] { return ended_; })) return;
      under_way = under_way_;
    }
    for (const auto& [index, attempt] : under_way) {
      const auto stats = child_.StatIn(attempt.folder, {attempt.file});
      if (!stats.ok() || !(*stats)[0] || (*stats)[0]->stat.size == shown[index]) continue;
      shown[index] = (*stats)[0]->stat.size;
      const std::lock_guard lock(mu_);
      if (under_way_.contains(index)) Tell(EventKind::kFileProgress, work_.at(index), shown[index]);
    }
    if (in_place() || context_.clock.Monotonic() - beaten < beat_every) continue;
    beaten = context_.clock.Monotonic();
    const auto result = child_.Ask(BeatCommand(lease_));
    if (result.ok() && result->status == 71) SetFatal(child_.Located(MakeError(Failure::kLocked, "the lease of the child was lost to another run")));
  }
}

template <Runner R, Clock C>
void Mover<R, C>::Fail(size_t index, const absl::Status& why, absl::string_view command, absl::string_view output, int exit_status) {
  const std::lock_guard lock(mu_);
  WorkItem& item = work_.at(index);
  const absl::Status said = MakeError(FailureOf(why), WithoutSecrets(why.message(), Secrets()));
  work_.Failed(index, said, command, WithoutSecrets(output, Secrets()), exit_status);
  if (item.state == WorkItem::State::kFailed) {
    Tell(EventKind::kFileFailed, item, 0, item.outcome.message);
  } else {
    child_.Tell(LogLevel::kInfo, absl::StrCat("try ", item.tries, " failed: ", said.message()), item.wanted.path);
  }
}

template <Runner R, Clock C>
void Mover<R, C>::Tell(EventKind kind, const WorkItem& item, int64_t bytes, absl::string_view message) {
  context_.events.On({.kind = kind, .run = context_.run, .repository = child_.config().name, .parent = parent_.config().name, .path = item.wanted.path,
                      .action = item.outcome.action, .bytes = bytes, .total = item.wanted.stat.size, .level = LogLevel::kInfo,
                      .failure = item.outcome.failure, .message = std::string(message), .command = item.outcome.command, .output = item.outcome.output});
}

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_MOVER_H_
