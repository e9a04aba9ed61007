#ifndef SSHSYNC_EXEC_MOVER_H_
#define SSHSYNC_EXEC_MOVER_H_

#include <algorithm>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/exec/builtin_pull.h"
#include "sshsync/exec/heartbeat.h"
#include "sshsync/exec/lease.h"
#include "sshsync/exec/publisher.h"
#include "sshsync/exec/remote_repository.h"
#include "sshsync/exec/stage.h"
#include "sshsync/exec/transfer_session.h"
#include "sshsync/exec/work_board.h"

namespace sshsync {

/// Moves the files of one hop, by the operator's synccmd or by the builtin transfer: into the stage, verified there, published; until every
/// file is done or failed. It works in rounds: each deals the open files to `streams` sessions on the child; in each session one group of files
/// after the other is transferred, digested and shown; what is verified is published meanwhile. Between rounds the sources of
/// doubtful files are looked at again. A session that is lost costs the try of the one group it was at: those attempts are never published.
/// Sessions are per stream, not per file: a thousand files cost one login, and what each transfer itself needs.
///
/// Ownership: refers to everything. Threads: its own, all ended when Run returns; Run is called once.
/// Errors: of the child as a whole (unreachable, lease lost, stopped); those of single files are in their outcomes.
template <Runner R, Clock C>
class Mover {
 public:
  Mover(RunContext<R, C>& context, RemoteRepository<R, C>& parent, RemoteRepository<R, C>& child, const Lease& lease, const Heartbeat<R, C>& heartbeat,
        Work& work)
      : context_(context),
        parent_(parent),
        child_(child),
        lease_(lease),
        heartbeat_(heartbeat),
        board_(work, context.events,
               {.run = context.run, .parent = parent.config().name, .child = child.config().name, .secrets = context.secrets}),
        pull_(BuiltinPull::Make(child.config(), parent.config())) {}

  absl::Status Run();

 private:
  bool in_place() const { return child_.config().stage == "no"; }
  bool by_command() const { return child_.config().transfer != Transfer::kStream && child_.templates().has("synccmd"); }

  // What a session said and did when it was last silent for `timeout`.
  struct Silence {
    int count = 0;
    size_t records = 0;
    int64_t size = -1;
  };

  void RunStream(std::vector<size_t> list);
  absl::Status RunSession(TransferSession& session);
  absl::Status OnArrival(Arrival arrival);
  TransferSession Prepare(const std::vector<size_t>& list);
  absl::StatusOr<TransferSession::Group> MakeGroup(const std::vector<WorkItem>& items, const std::vector<size_t>& indices);
  std::vector<absl::StatusOr<DigestAnswer>> ParseDigests(absl::string_view output, int status, absl::Span<const Attempt> attempts) const;
  bool Moves(const TransferSession& session, Silence& silence);
  void LookAgain();
  void WatchLoop();

  RunContext<R, C>& context_;
  RemoteRepository<R, C>& parent_;
  RemoteRepository<R, C>& child_;
  const Lease& lease_;
  const Heartbeat<R, C>& heartbeat_;
  WorkBoard board_;
  const absl::StatusOr<BuiltinPull> pull_;
};

// Implementation details follow.

template <Runner R, Clock C>
absl::Status Mover<R, C>::Run() {
  if (!by_command()) SSHSYNC_RETURN_IF_ERROR(pull_.status());
  {
    std::jthread publisher([this] { Publisher<R, C>(context_, parent_, child_, lease_, board_).Run(); });
    std::jthread watcher([this] { WatchLoop(); });
    for (int round = 0; board_.AnyOpen() && board_.fatal().ok() && !context_.closing.stopped(); ++round) {
      if (round > 0) {
        context_.closing.WaitFor(context_.backoff.Delay(round - 1));
        LookAgain();
      }
      const int streams = child_.config().streams > 0 ? child_.config().streams : by_command() ? 1 : 4;
      {
        std::vector<std::jthread> running;
        for (auto& list : board_.Deal(streams)) running.emplace_back([this, list = std::move(list)] { RunStream(list); });
      }
      board_.AwaitPublished();
    }
    board_.End();
  }
  return context_.closing.stopped() ? context_.closing.status() : board_.fatal();
}

template <Runner R, Clock C>
void Mover<R, C>::RunStream(std::vector<size_t> list) {
  constexpr size_t kFilesInSession = 1000;  // a script of a megabyte or two; a login for so many is nothing
  int lost_in_a_row = 0;
  while (!list.empty() && board_.fatal().ok() && !context_.closing.stopped()) {
    const auto cut = list.begin() + static_cast<ptrdiff_t>(std::min(kFilesInSession, list.size()));
    TransferSession session = Prepare({list.begin(), cut});
    list.erase(list.begin(), cut);
    if (session.current() == nullptr) continue;
    const size_t before = session.Remaining().size();
    const absl::Status status = RunSession(session);
    if (absl::IsCancelled(status)) return;
    if (status.ok()) continue;
    const Failure failure = FailureOf(status);
    const bool at_one_group = failure == Failure::kTimeout || failure == Failure::kOutputTooLarge;
    if (!absl::IsUnavailable(status) && !at_one_group) return board_.SetFatal(status);
    const bool moved = session.Remaining().size() < before;
    const std::string command = session.current() != nullptr ? session.current()->display : "";
    // Another try of these comes with the next round; what the lost session had not begun goes on at once.
    const absl::Status why = failure == Failure::kOutputTooLarge ? MakeError(Failure::kCommandFailed, status.message()) : status;
    for (const size_t index : session.DropCurrent()) board_.Fail(index, why, command);
    const std::vector<size_t> rest = session.Remaining();
    list.insert(list.begin(), rest.begin(), rest.end());
    lost_in_a_row = moved || failure == Failure::kOutputTooLarge ? 0 : lost_in_a_row + 1;
    if (lost_in_a_row > child_.config().retries) return board_.SetFatal(child_.Located(status));
    context_.closing.WaitFor(context_.backoff.Delay(lost_in_a_row));
  }
}

template <Runner R, Clock C>
TransferSession Mover<R, C>::Prepare(const std::vector<size_t>& list) {
  constexpr size_t kBatchFiles = 400;
  constexpr int64_t kBatchBytes = int64_t{8} << 20, kSmall = int64_t{1} << 20;
  TransferSession session(child_.facts(), in_place(), [this](absl::string_view output, int status, absl::Span<const Attempt> attempts) {
    return ParseDigests(output, status, attempts);
  });
  std::vector<WorkItem> items;
  std::vector<size_t> indices;
  int64_t bytes = 0;
  const auto flush = [&] {
    if (items.empty()) return;
    auto group = MakeGroup(items, indices);
    if (group.ok()) session.Add(*std::move(group));
    for (const size_t index : indices) {
      if (!group.ok()) board_.Fail(index, group.status());
    }
    items.clear();
    indices.clear();
    bytes = 0;
  };
  for (const size_t index : list) {
    const WorkItem item = board_.item(index);
    // A file that failed in a batch is tried alone: then it is seen which one it was.
    const bool alone = by_command() || !child_.facts().has_tar || !parent_.facts().has_tar || item.tries > 0 || item.wanted.stat.size > kSmall;
    if (alone || items.size() >= kBatchFiles || bytes + item.wanted.stat.size > kBatchBytes) flush();
    items.push_back(item);
    indices.push_back(index);
    bytes += item.wanted.stat.size;
    if (alone) flush();
  }
  flush();
  return session;
}

template <Runner R, Clock C>
absl::StatusOr<TransferSession::Group> Mover<R, C>::MakeGroup(const std::vector<WorkItem>& items, const std::vector<size_t>& indices) {
  const std::string& root = child_.facts().root;
  TransferSession::Group group;
  std::vector<std::string> files;
  std::string folder = in_place() ? root : NewAttempt(StageFolder(child_.config().stage, root), 0, items[0].wanted.path, items[0].wanted.digest).folder;
  for (size_t i = 0; i < items.size(); ++i) {
    files.push_back(items[i].wanted.path);
    group.attempts.push_back({.index = indices[i], .file = files.back(), .folder = folder});
  }
  bool builtin = !by_command();
  if (!builtin) {
    const auto bound = child_.templates().Sync(parent_.facts().root, folder, files[0]);
    // A name that the template's second parser would read goes by the builtin transfer, if that is free to choose.
    builtin = group.stands_in = FailureOf(bound.status()) == Failure::kUnsafeName && child_.config().transfer == Transfer::kAuto && pull_.ok();
    if (!builtin) {
      SSHSYNC_RETURN_IF_ERROR(bound.status());
      group.text = bound->script();
      group.display = bound->display();
    }
  }
  if (builtin) {
    group.text = files.size() == 1 ? pull_->FileText(parent_.facts().root, folder, files[0]) : pull_->BatchText(parent_.facts().root, folder, files);
    group.display = absl::StrCat("builtin transfer through ", pull_->display());
  }
  if (child_.templates().has("digestcmd")) {
    for (const std::string& file : files) {
      SSHSYNC_ASSIGN_OR_RETURN(std::string text, child_.DigestText(folder, {file}));
      group.digest_texts.push_back(std::move(text));
    }
  } else {
    SSHSYNC_ASSIGN_OR_RETURN(std::string text, child_.DigestText(folder, files));
    group.digest_texts.push_back(std::move(text));
  }
  return group;
}

template <Runner R, Clock C>
std::vector<absl::StatusOr<DigestAnswer>> Mover<R, C>::ParseDigests(absl::string_view output, int status, absl::Span<const Attempt> attempts) const {
  std::vector<std::string> files;
  for (const Attempt& attempt : attempts) files.push_back(attempt.file);
  return child_.ParseDigest(output, status, attempts[0].folder, files);
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::RunSession(TransferSession& session) {
  const RemoteCommand command{.script = session.script(), .timeout = child_.config().timeout, .writes = true};
  Silence silence;
  const auto begin = [&] {
    if (session.current() == nullptr) return;
    for (const Attempt& attempt : session.current()->attempts) board_.Begin(attempt);
  };
  begin();
  const auto result = context_.runner.RunLong(
      child_.config().endpoint, command,
      [&](absl::string_view bytes) {
        const TransferSession::Group* const before = session.current();
        SSHSYNC_RETURN_IF_ERROR(session.Feed(bytes, [&](Arrival arrival) { return OnArrival(std::move(arrival)); }));
        if (session.current() != before) begin();
        return board_.fatal();
      },
      [&] { return Moves(session, silence); }, context_.closing);
  for (const size_t index : session.Remaining()) board_.Leave(index);
  if (!result.ok()) return result.status();
  if (session.current() != nullptr) return MakeError(Failure::kUnreachable, absl::StrCat("the session ended early: ", result->err.substr(0, 500)));
  return absl::OkStatus();
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::OnArrival(Arrival arrival) {
  board_.Leave(arrival.attempt.index);
  const WorkItem item = board_.item(arrival.attempt.index);
  if (!arrival.transfer.ok()) {
    const absl::Status why = arrival.stood_in ? Annotate(arrival.transfer, "by the builtin transfer, for its name cannot be given to synccmd") : arrival.transfer;
    board_.Fail(arrival.attempt.index, why, arrival.command, arrival.output, arrival.exit_status);
    if (arrival.stood_in) return absl::OkStatus();
    // What stops one file here stops all of them: said once.
    constexpr Failure kForAll[] = {Failure::kReadOnly, Failure::kCommandNotFound, Failure::kAuth, Failure::kHostKey};
    const bool all = std::find(std::begin(kForAll), std::end(kForAll), FailureOf(arrival.transfer)) != std::end(kForAll);
    return all ? child_.Located(arrival.transfer) : absl::OkStatus();
  }
  if (!arrival.digest.ok()) {
    const auto asked = child_.templates().Digest(arrival.attempt.folder, arrival.attempt.file);
    board_.Fail(arrival.attempt.index, Annotate(arrival.digest.status(), "of the transferred file"), asked.ok() ? asked->display() : "", arrival.output,
                arrival.exit_status);
  } else if (arrival.digest->missing || arrival.digest->digest != item.wanted.digest) {
    board_.Mismatch(arrival.attempt.index);
  } else {
    board_.Verified(arrival.attempt, arrival.stat->stat);
  }
  return absl::OkStatus();
}

template <Runner R, Clock C>
bool Mover<R, C>::Moves(const TransferSession& session, Silence& silence) {
  if (session.current() == nullptr) return false;
  silence.count = session.records() == silence.records ? silence.count + 1 : 1;
  silence.records = session.records();
  std::vector<std::string> files;
  int64_t wanted = 0;
  for (const Attempt& attempt : session.current()->attempts) {
    files.push_back(attempt.file);
    wanted += std::max<int64_t>(board_.item(attempt.index).wanted.stat.size, 0);
  }
  // A digest says nothing while it reads: 4 MiB a second is the slowest that is waited for.
  if (session.digesting()) return silence.count * child_.config().timeout <= absl::Seconds(wanted / (int64_t{4} << 20));
  const auto stats = child_.StatIn(session.current()->attempts[0].folder, files);
  if (!stats.ok()) return false;
  int64_t size = 0;
  for (const auto& stat : *stats) size += stat ? stat->stat.size + 1 : 0;
  return size > std::exchange(silence.size, size);
}

template <Runner R, Clock C>
void Mover<R, C>::LookAgain() {
  const std::vector<size_t> doubtful = board_.ToLookAgain();
  if (doubtful.empty()) return;
  std::vector<std::string> names;
  for (const size_t index : doubtful) names.push_back(board_.item(index).wanted.path);
  // The size and time are read before the digest: a change in between is seen before the file is published.
  const auto stats = parent_.Stat(names);
  if (!stats.ok()) return board_.SetFatal(stats.status());
  std::vector<DigestQuestion> questions;
  std::vector<size_t> asked;
  for (size_t i = 0; i < doubtful.size(); ++i) {
    const WorkItem item = board_.item(doubtful[i]);
    if (!(*stats)[i]) {
      board_.LookedAgain(doubtful[i], absl::OkStatus(), nullptr);
    } else if (!item.mismatched && (*stats)[i]->stat.SameVersion(item.wanted.stat)) {
      board_.LookedAgain(doubtful[i], absl::OkStatus(), &item.wanted);
    } else {
      questions.push_back({names[i], (*stats)[i]->stat.size});
      asked.push_back(i);
    }
  }
  const auto answers = parent_.Digest(questions);
  if (!answers.ok()) return board_.SetFatal(answers.status());
  for (size_t i = 0; i < asked.size(); ++i) {
    const auto& answer = (*answers)[i];
    const FileEntry now{.path = questions[i].path, .stat = (*stats)[asked[i]]->stat, .digest = answer.ok() ? answer->digest : Digest()};
    board_.LookedAgain(doubtful[asked[i]], answer.status(), answer.ok() && answer->missing ? nullptr : &now);
  }
}

// Shows how far files are, and sees when the lease was lost.
template <Runner R, Clock C>
void Mover<R, C>::WatchLoop() {
  std::map<size_t, int64_t> shown;
  while (!board_.WaitForEnd(absl::Seconds(1))) {
    if (heartbeat_.lost()) board_.SetFatal(child_.Located(MakeError(Failure::kLocked, "the lease of the child was lost to another run")));
    constexpr size_t kShown = 16;  // of a batch a few say enough
    size_t count = 0;
    for (const auto& [index, attempt] : board_.UnderWay()) {
      if (++count > kShown) break;
      const auto stats = child_.StatIn(attempt.folder, {attempt.file});
      if (!stats.ok() || !(*stats)[0] || (*stats)[0]->stat.size == shown[index]) continue;
      shown[index] = (*stats)[0]->stat.size;
      board_.Progress(index, shown[index]);
    }
  }
}

}  // namespace sshsync

#endif  // SSHSYNC_EXEC_MOVER_H_
