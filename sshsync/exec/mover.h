#ifndef SSHSYNC_EXEC_MOVER_H_
#define SSHSYNC_EXEC_MOVER_H_

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "sshsync/exec/peer.h"
#include "sshsync/exec/heartbeat.h"
#include "sshsync/exec/lease.h"
#include "sshsync/exec/publisher.h"
#include "sshsync/exec/range_step.h"
#include "sshsync/exec/remote_repository.h"
#include "sshsync/exec/stage.h"
#include "sshsync/exec/transfer_session.h"
#include "sshsync/exec/work_board.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {

/// Moves the files of one hop, by the operator's synccmd or by the builtin transfer: into the stage, verified there, published; until every
/// file is done or failed. `streams` threads take jobs from the board: files that are brought whole (one by one by the synccmd, small ones in archives)
/// or a range of chunks of a big one; each has a session on the child, and in it a connection to the parent that stays. What a job brought is read back
/// in the same session, while other streams move; what is verified is published meanwhile. A session that is lost costs the try of the job it was at:
/// that attempt is never published, though its good chunks are copied from it.
/// Sessions are per stream, not per file: a thousand files cost one login, and what each transfer itself needs.
///
/// Ownership: refers to everything. Threads: its own, all ended when Run returns; Run is called once.
/// Errors: of the child as a whole (unreachable, lease lost, stopped); those of single files are in their outcomes.
template <Runner R, Clock C>
class Mover {
 public:
  struct Hop {
    RemoteRepository<R, C>& parent;
    RemoteRepository<R, C>& child;
    const Lease& lease;
    const Heartbeat<R, C>& heartbeat;
    const Supply& supply;
    Flow* flow = nullptr;                      ///< of the child; nullptr: nobody waits for it
    std::function<WorkBoard::Turn()> turn = {};  ///< to publish; empty: at once
  };

  Mover(RunContext<R, C>& context, const Hop& hop, Work& work);

  absl::Status Run();

 private:
  // What one stream has.
  struct Stream {
    int number = 0;
    std::unique_ptr<RemoteSession> session = {};
    std::string control = {};     // the folder of its connection to the parent; empty: none
    bool silent = false;          // the login at its other end prints nothing of its own
    int64_t bytes = int64_t{16} << 20;  // of one job: what takes a few seconds
    int lost_in_a_row = 0;
  };
  // What a session said and did when it was last silent for `timeout`.
  struct Silence {
    int count = 0;
    size_t records = 0;
    int64_t size = -1, mtime = -1;
  };

  bool in_place() const { return child_.config().stage == "no"; }
  bool by_command() const { return child_.config().transfer != Transfer::kStream && child_.templates().has("synccmd"); }
  int MostStreams() const { return child_.config().streams > 0 ? child_.config().streams : by_command() ? 1 : 4; }
  JobRules Rules();

  void RunStream(int number);
  absl::Status OpenSession(Stream& stream);
  void CloseSession(Stream& stream);
  absl::Status Do(const Job& job, Stream& stream);
  absl::Status BringFiles(const Job& job, Stream& stream);
  absl::Status Create(const Job& job, Stream& stream);
  absl::Status BringRange(const Job& job, Stream& stream);
  bool TakesShortWay(const Stream& stream) const { return stream.silent && !broke_ && child_.tools().can("seek"); }
  std::string RangePullText(const RangeStep& step, const Stream& stream) const;
  void LookAgain(const Job& job);

  TransferSession Prepare(const Job& job, const Stream& stream);
  absl::StatusOr<TransferSession::Group> MakeGroup(const Job& job, const std::vector<size_t>& indices, const Stream& stream);
  absl::Status RunSession(const Job& job, TransferSession& session, Stream& stream);
  absl::Status OnArrival(const Job& job, const Arrival& arrival);
  absl::Status TakeArrival(const Job& job, const Arrival& arrival);
  std::vector<absl::StatusOr<DigestAnswer>> ParseDigests(absl::string_view output, int status, absl::Span<const Attempt> attempts) const;
  bool Moves(const TransferSession& session, Silence& silence);
  bool Grows(const std::string& folder, const std::string& file, Silence& silence);
  void WatchLoop();

  RunContext<R, C>& context_;
  RemoteRepository<R, C>& parent_;
  RemoteRepository<R, C>& child_;
  const Lease& lease_;
  const Heartbeat<R, C>& heartbeat_;
  const absl::StatusOr<Peer> pull_;
  std::atomic<bool> broke_ = false;  // a range did not come to its end
  WorkBoard board_;
};

// Implementation details follow.

template <Runner R, Clock C>
Mover<R, C>::Mover(RunContext<R, C>& context, const Hop& hop, Work& work)
    : context_(context),
      parent_(hop.parent),
      child_(hop.child),
      lease_(hop.lease),
      heartbeat_(hop.heartbeat),
      pull_(Peer::Make(hop.child.config(), hop.parent.config(), hop.child.config().peerssh)),
      board_(work, context.events, {.run = context.run, .parent = hop.parent.config().name, .child = hop.child.config().name, .secrets = context.secrets}, Rules(),
             {.supply = hop.supply, .flow = hop.flow, .monotonic = [this] { return context_.clock.Monotonic(); },
              .pause = [this](int tries) { return context_.backoff.Delay(tries); }, .turn = hop.turn, .closing = context.closing}) {}

template <Runner R, Clock C>
JobRules Mover<R, C>::Rules() {
  JobRules rules{.by_command = by_command(), .streams = MostStreams(), .stage_folder = StageFolder(child_.config().stage, child_.facts().root),
                 .child_root = child_.facts().root};
  const bool ranges = !by_command() && !in_place() && child_.digests_chunks() && parent_.digests_chunks();
  if (ranges) rules.chunk = child_.chunk(), rules.algorithm = child_.algorithm();
  return rules;
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::Run() {
  if (!by_command()) SSHSYNC_RETURN_IF_ERROR(pull_.status());
  {
    std::jthread publisher([this] { Publisher<R, C>(context_, parent_, child_, lease_, board_).Run(); });
    std::jthread watcher([this] { WatchLoop(); });
    {
      std::vector<std::jthread> running;
      for (int i = 0; i < board_.Streams(MostStreams()); ++i) running.emplace_back([this, i] { RunStream(i); });
    }
    board_.AwaitPublished();
    board_.End();
  }
  return context_.closing.stopped() ? context_.closing.status() : board_.fatal();
}

template <Runner R, Clock C>
void Mover<R, C>::RunStream(int number) {
  Stream stream{.number = number};
  for (;;) {
    const Job job = board_.Take(stream.bytes, stream.session != nullptr);
    if (job.kind == Job::Kind::kNone) break;
    if (job.kind == Job::Kind::kIdle) {
      CloseSession(stream);
      continue;
    }
    if (job.kind == Job::Kind::kLookAgain) {
      LookAgain(job);
      continue;
    }
    absl::Status status = stream.session ? absl::OkStatus() : OpenSession(stream);
    if (!status.ok()) {
      board_.Return(job);
    } else {
      status = Do(job, stream);
    }
    if (absl::IsCancelled(status)) break;
    if (status.ok()) {
      stream.lost_in_a_row = 0;
      continue;
    }
    stream.session = nullptr;
    const Failure failure = FailureOf(status);
    const bool at_one_group = failure == Failure::kTimeout || failure == Failure::kOutputTooLarge;
    if (!absl::IsUnavailable(status) && !at_one_group) return board_.SetFatal(status);
    if (failure != Failure::kOutputTooLarge && ++stream.lost_in_a_row > child_.config().retries) return board_.SetFatal(child_.Located(status));
    context_.closing.WaitFor(context_.backoff.Delay(stream.lost_in_a_row));
  }
  CloseSession(stream);
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::OpenSession(Stream& stream) {
  SSHSYNC_ASSIGN_OR_RETURN(stream.session, context_.runner.Open(child_.config().endpoint, context_.closing));
  stream.control.clear();
  if (by_command() || !pull_.ok() || !pull_->keeps_connections()) return absl::OkStatus();
  const std::string control = absl::StrCat("/tmp/.sshsync-", context_.run, "-", RandomMark().substr(0, 8));
  const bool fast = child_.facts().fast_ciphers && parent_.facts().fast_ciphers;
  std::string said;
  const auto connected = stream.session->Run({.script = pull_->ConnectText(control, fast), .timeout = child_.config().timeout, .writes = true},
                                             [&](absl::string_view bytes) {
                                               said.append(bytes.data(), std::min<size_t>(bytes.size(), 100));
                                               return absl::OkStatus();
                                             },
                                             [] { return false; }, context_.closing);
  if (!connected.ok()) return connected.status();
  stream.silent = said == "silent\n";
  // Where it does not come up, each transfer logs in by itself and says what hinders it.
  stream.control = control;
  return absl::OkStatus();
}

template <Runner R, Clock C>
void Mover<R, C>::CloseSession(Stream& stream) {
  if (stream.session && !stream.control.empty()) {
    (void)stream.session->Run({.script = pull_->DisconnectText(stream.control), .timeout = absl::Seconds(10), .writes = true},
                              [](absl::string_view) { return absl::OkStatus(); }, [] { return false; }, context_.stop);
  }
  stream.session = nullptr;
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::Do(const Job& job, Stream& stream) {
  const absl::Time began = context_.clock.Now(), start = context_.clock.Monotonic();
  int64_t bytes = 0;
  for (const size_t index : job.indices) bytes += std::max<int64_t>(board_.item(index).wanted.stat.size, 0);
  absl::Status status;
  switch (job.kind) {
    case Job::Kind::kCreate: return Create(job, stream);
    case Job::Kind::kRange:
      bytes = job.big->BytesOf(job.range);
      status = BringRange(job, stream);
      break;
    default: status = BringFiles(job, stream);
  }
  if (!status.ok() || (job.kind == Job::Kind::kRange && job.range.source != ChunkRange::kParent)) return status;
  board_.TellBlock(job, stream.number, began, static_cast<int64_t>(job.indices.size()), bytes);
  // The next one is of a size that takes a few seconds: short enough to see it, and to lose it; long enough for its round trip not to count.
  constexpr int64_t kLeast = int64_t{1} << 20, kMost = int64_t{128} << 20;
  constexpr double kSeconds = 4;
  const double took = std::max(0.01, absl::ToDoubleSeconds(context_.clock.Monotonic() - start));
  stream.bytes = std::clamp(static_cast<int64_t>(static_cast<double>(bytes) / took * kSeconds), std::max(kLeast, stream.bytes / 4), std::min(kMost, stream.bytes * 8));
  return status;
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::BringFiles(const Job& job, Stream& stream) {
  TransferSession session = Prepare(job, stream);
  if (session.current() == nullptr) return absl::OkStatus();
  const absl::Status status = RunSession(job, session, stream);
  if (status.ok() || absl::IsCancelled(status)) return status;
  // Another try of these comes later; what the lost session had not begun goes on at once.
  const std::string command = session.current() != nullptr ? session.current()->display : "";
  const absl::Status why = FailureOf(status) == Failure::kOutputTooLarge ? MakeError(Failure::kCommandFailed, status.message()) : status;
  const bool counts = absl::IsUnavailable(status) || FailureOf(status) == Failure::kTimeout || FailureOf(status) == Failure::kOutputTooLarge;
  for (const size_t index : session.DropCurrent()) {
    if (counts) board_.Fail(index, why, command);
    board_.Leave(index);
  }
  for (const size_t index : session.Remaining()) board_.Leave(index);
  return status;
}

template <Runner R, Clock C>
TransferSession Mover<R, C>::Prepare(const Job& job, const Stream& stream) {
  constexpr size_t kBatchFiles = 1000;
  constexpr int64_t kBatchBytes = int64_t{16} << 20, kSmall = int64_t{1} << 20;
  TransferSession session(child_.facts(), in_place(), [this](absl::string_view output, int status, absl::Span<const Attempt> attempts) {
    return ParseDigests(output, status, attempts);
  });
  const bool tar = child_.tools().can("unpack") && parent_.tools().can("pack") && child_.facts().has_tar && parent_.facts().has_tar;
  std::vector<size_t> indices;
  int64_t bytes = 0;
  const auto flush = [&] {
    while (!indices.empty()) {
      std::vector<std::string> names;
      for (const size_t index : indices) names.push_back(board_.item(index).wanted.path);
      const size_t count = indices.size() == 1 ? 1 : parent_.tools().NamesPerCall("pack", Operands(names));
      const std::vector<size_t> some(indices.begin(), indices.begin() + static_cast<ptrdiff_t>(count));
      indices.erase(indices.begin(), indices.begin() + static_cast<ptrdiff_t>(count));
      auto group = MakeGroup(job, some, stream);
      if (group.ok()) {
        session.Add(*std::move(group));
        continue;
      }
      for (const size_t index : some) {
        board_.Fail(index, group.status());
        board_.Leave(index);
      }
    }
    bytes = 0;
  };
  for (const size_t index : job.indices) {
    const WorkItem item = board_.item(index);
    // A file that failed in a batch is tried alone: then it is seen which one it was.
    const bool alone = by_command() || !tar || !parent_.tools().TakesName("pack", item.wanted.path) || item.tries > 0 || item.wanted.stat.size > kSmall ||
                       !item.leftovers.empty();
    if (alone || indices.size() >= kBatchFiles || bytes + item.wanted.stat.size > kBatchBytes) flush();
    indices.push_back(index);
    bytes += item.wanted.stat.size;
    if (alone) flush();
  }
  flush();
  return session;
}

template <Runner R, Clock C>
absl::StatusOr<TransferSession::Group> Mover<R, C>::MakeGroup(const Job& job, const std::vector<size_t>& indices, const Stream& stream) {
  const std::string& root = child_.facts().root;
  const WorkItem first = board_.item(indices[0]);
  TransferSession::Group group;
  std::vector<std::string> files;
  std::string folder = in_place() ? root : NewAttempt(StageFolder(child_.config().stage, root), 0, first.wanted.path, first.wanted.digest).folder;
  for (const size_t index : indices) {
    files.push_back(board_.item(index).wanted.path);
    group.attempts.push_back({.index = index, .file = files.back(), .folder = folder});
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
  if (builtin && !first.leftovers.empty() && first.tries == 0) {
    // An earlier run brought it: it is copied from there, and verified as all others are.
    group.text = absl::StrCat("cp -p ", ShellLiteral(first.leftovers.back()), " ", ShellLiteral(absl::StrCat(folder, "/", files[0])), "\n");
    group.display = "copy of what an earlier run brought";
  } else if (builtin) {
    group.text = files.size() == 1
                     ? pull_->PullText(absl::StrCat("exec cat ", ShellLiteral(absl::StrCat(job.folder, "/", files[0]))),
                                       absl::StrCat("cat >", ShellLiteral(absl::StrCat(folder, "/", files[0]))), stream.control)
                     : pull_->PullText(absl::StrCat("cd ", ShellLiteral(job.folder), " || exit 1\n", parent_.tools().OnNames("pack", Operands(files))),
                                       absl::StrCat("cd ", ShellLiteral(folder), " || exit 1\n", child_.tools().text("unpack")), stream.control);
    group.display = absl::StrCat("builtin transfer through ", pull_->display());
  }
  if (child_.templates().has("digestcmd")) {
    for (const std::string& file : files) {
      SSHSYNC_ASSIGN_OR_RETURN(std::string text, child_.DigestText(folder, {file}));
      group.digest_texts.push_back(std::move(text));
    }
  } else if (first.wanted.chunks) {
    group.digest_texts.push_back(child_.ChunksTextOf(absl::StrCat(folder, "/", files[0]), first.wanted.stat.size));
  } else {
    SSHSYNC_ASSIGN_OR_RETURN(std::string text, child_.DigestText(folder, files));
    group.digest_texts.push_back(std::move(text));
  }
  return group;
}

template <Runner R, Clock C>
std::vector<absl::StatusOr<DigestAnswer>> Mover<R, C>::ParseDigests(absl::string_view output, int status, absl::Span<const Attempt> attempts) const {
  if (attempts.size() == 1) {
    const WorkItem item = board_.item(attempts[0].index);
    if (item.wanted.chunks && !child_.templates().has("digestcmd")) return {child_.ChunksAnswer(output, item.wanted.stat.size)};
  }
  std::vector<std::string> files;
  for (const Attempt& attempt : attempts) files.push_back(attempt.file);
  return child_.ParseDigest(output, status, attempts[0].folder, files);
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::RunSession(const Job& job, TransferSession& session, Stream& stream) {
  const RemoteCommand command{.script = session.script(), .timeout = child_.config().timeout, .writes = true};
  Silence silence;
  const auto begin = [&] {
    if (session.current() == nullptr) return;
    for (const Attempt& attempt : session.current()->attempts) board_.Begin(attempt);
  };
  begin();
  const auto result = stream.session->Run(
      command,
      [&](absl::string_view bytes) {
        const TransferSession::Group* const before = session.current();
        SSHSYNC_RETURN_IF_ERROR(session.Feed(bytes, [&](Arrival arrival) { return OnArrival(job, arrival); }));
        if (session.current() != before) begin();
        return board_.fatal();
      },
      [&] { return Moves(session, silence); }, context_.closing);
  if (!result.ok()) return result.status();
  if (session.current() != nullptr) return MakeError(Failure::kUnreachable, absl::StrCat("the session ended early: ", result->err.substr(0, 500)));
  return absl::OkStatus();
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::OnArrival(const Job& job, const Arrival& arrival) {
  const absl::Status status = TakeArrival(job, arrival);
  board_.Leave(arrival.attempt.index);  // only now: nobody is to begin it anew before it is known what became of it
  return status;
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::TakeArrival(const Job& job, const Arrival& arrival) {
  const WorkItem item = board_.item(arrival.attempt.index);
  if (!arrival.transfer.ok()) {
    if (board_.MovedAtParent(job)) return absl::OkStatus();
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
bool Mover<R, C>::Grows(const std::string& folder, const std::string& file, Silence& silence) {
  const auto stats = child_.StatIn(folder, {file});
  if (!stats.ok() || !(*stats)[0]) return false;
  const FileStat& stat = (*stats)[0]->stat;
  const bool same = stat.size == silence.size && stat.mtime == silence.mtime;
  silence.size = stat.size;
  silence.mtime = stat.mtime;
  return !same;
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::Create(const Job& job, Stream& stream) {
  const WorkItem item = board_.item(job.indices[0]);
  RecordScript script(RandomMark());
  script.Add("create", CreateText(job.attempt.staged(), job.attempt.folder, job.big->size(), child_.tools()));
  for (size_t i = 0; i < item.leftovers.size(); ++i) script.Add(absl::StrCat(i), child_.ChunksTextOf(item.leftovers[i], job.big->size()));
  RecordReader reader(script.mark(), size_t{16} << 20);
  absl::Status created = MakeError(Failure::kUnreachable, "the session ended early");
  std::string said;
  std::vector<std::pair<std::string, ChunkList>> leftovers;
  const auto result = stream.session->Run(
      {.script = script.text(), .timeout = child_.config().timeout + absl::Seconds(job.big->size() / (int64_t{4} << 20)), .writes = true},
      [&](absl::string_view bytes) {
        return reader.Feed(bytes, [&](const Record& record) {
          size_t index = 0;
          if (record.label == "create") {
            created = record.status == 0 ? absl::OkStatus() : MakeError(FailureFromWords(record.output, record.status, Failure::kCommandFailed), "the staged file cannot be made");
          } else if (absl::SimpleAtoi(record.label, &index) && index < item.leftovers.size()) {
            leftovers.emplace_back(item.leftovers[index], ChunkList{.chunk = job.big->wanted().chunk, .digests = ParseChunks(record.output)});
          }
          return absl::OkStatus();
        });
      },
      [] { return false; }, context_.closing);
  if (!result.ok()) {
    if (!absl::IsCancelled(result.status())) board_.Abandon(job, result.status(), "");
    return result.status();
  }
  if (created.ok()) {
    board_.Created(job, leftovers);
    return absl::OkStatus();
  }
  created = Annotate(created, CleanForTerminal(absl::StripAsciiWhitespace(result->err).substr(0, 400)));
  created = MakeError(FailureFromWords(result->err, 1, FailureOf(created)), created.message());
  board_.Abandon(job, created, "");
  return FailureOf(created) == Failure::kReadOnly ? child_.Located(created) : absl::OkStatus();
}

// Once a way broke off it is seen how far each range comes, block by block; until then it goes the short way, and is seen chunk by chunk.
template <Runner R, Clock C>
std::string Mover<R, C>::RangePullText(const RangeStep& step, const Stream& stream) const {
  const std::string reader = ReaderText(step, parent_.tools());
  if (!TakesShortWay(stream)) return pull_->PullText(reader, WriterText(step, child_.tools()), stream.control);
  return pull_->PullIntoText(reader, step.staged, absl::StrCat("SEEK=", step.first_block(), "\n", child_.tools().text("seek")), stream.control);
}

template <Runner R, Clock C>
absl::Status Mover<R, C>::BringRange(const Job& job, Stream& stream) {
  const WorkItem item = board_.item(job.indices[0]);
  const std::string& path = job.attempt.file;
  RangeStep step{.staged = job.attempt.staged(), .wanted = absl::StrCat(job.folder, "/", path), .fallback = absl::StrCat(parent_.facts().root, "/", path),
                 .zeros = job.range.source == ChunkRange::kZeros, .range = job.range, .blocks_per_chunk = job.big->blocks_per_chunk()};
  if (job.range.source >= 0) step.local = job.big->source(job.range.source);
  const bool local = job.range.source != ChunkRange::kParent;
  step.look_always = !local && TakesShortWay(stream);
  const std::string bring = local ? CopyText(step, child_.tools()) : RangePullText(step, stream);
  RangeScript script(step, bring, child_.chunks_text(), child_.facts());
  const std::string display = local ? "" : absl::StrCat("builtin transfer through ", pull_->display());
  Silence silence;
  const RemoteCommand command{.script = script.text(), .timeout = child_.config().timeout, .writes = true};
  const auto result = stream.session->Run(
      command, [&](absl::string_view bytes) { return script.Feed(bytes); },
      [&] { return Grows(job.attempt.folder, path, silence) || (script.writer_ended() && ++silence.count * child_.config().timeout <= absl::Seconds(job.big->BytesOf(job.range) / (int64_t{4} << 20))); },
      context_.closing);
  if (!result.ok()) {
    if (!absl::IsCancelled(result.status())) board_.Abandon(job, result.status(), display);
    return result.status();
  }
  const RangeResult& range = script.result();
  bool whole = false;
  if (range.brought.ok()) {
    whole = board_.Arrived(job, range.digests);
  } else if (local && absl::IsUnavailable(range.brought)) {
    whole = board_.Arrived(job, {});  // the copy is no good: the parent has it
  } else if (!local && board_.MovedAtParent(job)) {
    board_.Return(job);
  } else if (!local && range.checked) {
    whole = board_.BrokeOffAfter(job, range.digests, range.brought, display, range.output, range.exit_status);  // what came whole is seen by its digest
  } else {
    board_.BrokeOff(job, range.blocks, range.brought, display, range.output, range.exit_status);
  }
  if (!range.brought.ok() && !local) broke_ = true;
  constexpr Failure kForAll[] = {Failure::kReadOnly, Failure::kAuth, Failure::kHostKey};
  if (std::find(std::begin(kForAll), std::end(kForAll), FailureOf(range.brought)) != std::end(kForAll)) return child_.Located(range.brought);
  if (!whole) return absl::OkStatus();
  if (!range.stat || range.stat->stat.size != job.big->size()) {
    board_.Abandon(job, MakeError(Failure::kCommandFailed, "the staged file is not what was written"), display);
    return absl::OkStatus();
  }
  board_.Verified(job.attempt, range.stat->stat);
  return absl::OkStatus();
}

template <Runner R, Clock C>
void Mover<R, C>::LookAgain(const Job& job) {
  std::vector<std::string> names;
  for (const size_t index : job.indices) names.push_back(board_.item(index).wanted.path);
  // The size and time are read before the digest: a change in between is seen before the file is published.
  const auto stats = parent_.Stat(names);
  if (!stats.ok()) return board_.SetFatal(stats.status());
  std::vector<DigestQuestion> questions;
  std::vector<size_t> asked;
  for (size_t i = 0; i < names.size(); ++i) {
    const WorkItem item = board_.item(job.indices[i]);
    if (!board_.IsPublishedAtParent(job.indices[i])) {
      board_.LookedAgain(job.indices[i], absl::OkStatus(), &item.wanted);  // in its stage, where nobody else writes
    } else if (!(*stats)[i]) {
      board_.LookedAgain(job.indices[i], absl::OkStatus(), nullptr);
    } else if (!item.mismatched && (*stats)[i]->stat.SameVersion(item.wanted.stat)) {
      board_.LookedAgain(job.indices[i], absl::OkStatus(), &item.wanted);
    } else {
      questions.push_back({names[i], (*stats)[i]->stat.size});
      asked.push_back(i);
    }
  }
  const auto answers = parent_.Digest(questions);
  if (!answers.ok()) return board_.SetFatal(answers.status());
  for (size_t i = 0; i < asked.size(); ++i) {
    const auto& answer = (*answers)[i];
    const FileEntry now{.path = questions[i].path, .stat = (*stats)[asked[i]]->stat, .digest = answer.ok() ? answer->digest : Digest(),
                        .chunks = answer.ok() ? answer->chunks : nullptr};
    board_.LookedAgain(job.indices[asked[i]], answer.status(), answer.ok() && answer->missing ? nullptr : &now);
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
