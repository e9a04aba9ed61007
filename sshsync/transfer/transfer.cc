#include "sshsync/transfer/transfer.h"

namespace sshsync {

Mover::Mover(RunContext& context, const Hop& hop, Work& work)
    : context_(context),
      parent_(hop.parent),
      child_(hop.child),
      lease_(hop.lease),
      heartbeat_(hop.heartbeat),
      flows_(hop.flow != nullptr),
      early_(hop.early),
      routes_(early_.routes()),
      hop_{context_, parent_, child_, routes_, board_, hop.cut},
      board_(work, context.events,
             {.run = context.run,
              .parent = hop.parent.config().name,
              .child = hop.child.config().name,
              .secrets = context.secrets},
             Rules(),
             {.supply = hop.supply,
              .flow = hop.flow,
              .monotonic = [this] { return context_.clock.Monotonic(); },
              .pause = [this](int tries) { return context_.backoff.Delay(tries); },
              .turn = hop.turn,
              .turns = hop.turns,
              .closing = context.closing,
              .stops = context.stops->bell()}),
      files_(hop_),
      ranges_(hop_),
      seen_(hop.seen),
      seat_(*context.relay_desk, hop.parent.config().name,
            [this](const RelayBlock& block) { return !by_command() && routes_.relays() && board_.Wants(block); }) {}

JobRules Mover::Rules() {
  JobRules rules{.by_command = by_command(),
                 .streams = MostStreams(child_, context_.clock, flows_),
                 .stage_folder = StageFolder(child_.config().stage, child_.facts().root),
                 .child_root = child_.facts().root,
                 .keeps_old = child_.config().trash};
  // A file system takes some of it for itself, and so do we.
  if (const int64_t free = child_.facts().free_bytes; free >= 0 && !hop_.in_place()) rules.room = free - free / 64;
  const bool ranges = !by_command() && !hop_.in_place() && child_.digests_chunks() && parent_.digests_chunks();
  if (ranges) rules.chunk = child_.chunk(), rules.algorithm = child_.algorithm();
  if (hop_.cut.chunk > 0) rules.chunk = hop_.cut.chunk, rules.algorithm = hop_.cut.algorithm;
  return rules;
}

absl::Status Mover::Run() {
  if (!by_command()) SSHSYNC_RETURN_IF_ERROR(routes_.status());
  {
    // How files are moved is found out on both hosts at once.
    absl::Status there;
    std::jthread meanwhile = StartThread([&] { there = parent_.PrepareTransfer(); });
    SSHSYNC_RETURN_IF_ERROR(child_.PrepareTransfer());
    meanwhile.join();
    SSHSYNC_RETURN_IF_ERROR(there);
  }
  {
    std::jthread publisher = StartThread([this] { Publisher(context_, parent_, child_, lease_, board_, seen_).Run(); });
    std::jthread watcher = StartThread([this] { WatchLoop(); });
    streams_ = board_.Streams(MostStreams(child_, context_.clock, flows_));
    {
      std::vector<std::jthread> running;
      for (int i = 0; i < streams_; ++i) running.push_back(StartThread([this, i] { RunStream(i); }));
    }
    board_.AwaitPublished();
    board_.End();
  }
  return context_.closing.stopped() ? context_.closing.status() : board_.fatal();
}

void Mover::RunStream(int number) {
  auto [stream, begun] = early_.Take(number);
  if (!by_command() && stream.session == nullptr && begun.ok() && routes_.IsNeedless(stream)) return;
  if (flows_) stream.bytes = std::max<int64_t>(child_.chunk(), 1);
  for (;;) {
    const Job job = TakeJob(stream);
    if (job.kind == Job::Kind::kNone) break;
    if (job.kind == Job::Kind::kIdle) {
      routes_.Close(stream);
      continue;
    }
    if (job.kind == Job::Kind::kLookAgain) {
      LookAgain(job);
      continue;
    }
    // What hindered it at its early start counts as its first try.
    absl::Status status = IsFromParent(job) ? std::exchange(begun, absl::OkStatus()) : absl::OkStatus();
    if (status.ok()) status = Ready(job, stream);
    if (!status.ok()) {
      board_.Return(job);
    } else if (IsFromParent(job) && stream.route == Route::kRelay && stream.company == nullptr) {
      board_.Return(job);  // it was taken before it was known that it is to be relayed: others may want it, too
    } else {
      status = Do(job, stream);
      if (std::exchange(stream.left_behind, false)) seat_.KeepToItself();
    }
    if (absl::IsCancelled(status)) break;
    if (status.ok()) {
      stream.lost_in_a_row = 0;
      continue;
    }
    stream.session = nullptr;
    routes_.Doubt();
    const Failure failure = FailureOf(status);
    const bool at_one_group = failure == Failure::kTimeout || failure == Failure::kOutputTooLarge;
    if (!absl::IsUnavailable(status) && !at_one_group) return board_.SetFatal(status);
    if (failure != Failure::kOutputTooLarge && ++stream.lost_in_a_row > child_.config().retries)
      return board_.SetFatal(child_.Located(status));
    context_.closing.WaitFor(context_.backoff.Delay(stream.lost_in_a_row));
  }
  routes_.Close(stream);
}

Job Mover::TakeJob(Stream& stream) {
  stream.company = nullptr;
  while (!by_command() && routes_.relays()) {
    Job job;
    const int64_t pace = hop_.Share(streams_);
    const auto take = [&](const RelayBlock& block) { return block.pace == pace && board_.TakeThis(block, &job); };
    const auto next = [&](RelayBlock* block) {
      job = board_.TryTake(stream.bytes);
      if (!IsFromParent(job)) return false;
      *block = board_.BlockOf(job);
      block->pace = pace;
      return true;
    };
    stream.company = seat_.Take(take, next, context_.closing);
    if (job.kind != Job::Kind::kIdle) return job;
    routes_.Close(stream);
    board_.AwaitChange();
  }
  return board_.Take(stream.bytes, stream.session != nullptr);
}

absl::Status Mover::Ready(const Job& job, Stream& stream) {
  if (!IsFromParent(job)) return routes_.ReadyOnChild(stream, by_command());
  return routes_.Ready(stream, {.folder = job.folder, .file = board_.item(job.indices[0]).wanted.path});
}

absl::Status Mover::Do(const Job& job, Stream& stream) {
  const absl::Time began = context_.clock.Now(), start = context_.clock.Monotonic();
  stream.share = by_command() ? 0 : hop_.Share(streams_);
  int64_t bytes = 0;
  for (const size_t index : job.indices) bytes += std::max<int64_t>(board_.item(index).wanted.stat.size, 0);
  absl::Status status;
  switch (job.kind) {
    case Job::Kind::kCreate:
      return ranges_.Create(job, stream);
    case Job::Kind::kRange:
      bytes = job.big->BytesOf(job.range);
      status = ranges_.Bring(job, stream);
      break;
    default:
      status = files_.Bring(job, stream);
  }
  if (!status.ok() || (job.kind == Job::Kind::kRange && job.range.source != ChunkRange::kParent)) return status;
  board_.TellBlock(job, stream.number, IsFromParent(job) ? RouteName(stream.route) : "", began,
                   static_cast<int64_t>(job.indices.size()), bytes);
  // The next one is of a size that takes a few seconds: short enough to see it, and to lose it; long enough for its
  // round trip not to count.
  constexpr int64_t kLeast = int64_t{1} << 20, kMost = int64_t{128} << 20;
  const double seconds = flows_ ? 0.5 : 4;  // a child of this child has a range when all of it is there
  if (stream.share > 0 && job.kind == Job::Kind::kFiles) {
    // An archive has no pace of its own: the next job waits until it would have come at the pace that is allowed.
    context_.closing.WaitFor(absl::Seconds(static_cast<double>(bytes) / static_cast<double>(stream.share)) -
                             (context_.clock.Monotonic() - start));
  }
  const double took = std::max(0.01, absl::ToDoubleSeconds(context_.clock.Monotonic() - start));
  stream.bytes = std::clamp(static_cast<int64_t>(static_cast<double>(bytes) / took * seconds),
                            std::max(kLeast, stream.bytes / 4), std::min(kMost, stream.bytes * 8));
  return status;
}

void Mover::LookAgain(const Job& job) {
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
    const FileEntry now{.path = questions[i].path,
                        .stat = (*stats)[asked[i]]->stat,
                        .digest = answer.ok() ? answer->digest : Digest(),
                        .chunks = answer.ok() ? answer->chunks : nullptr};
    board_.LookedAgain(job.indices[asked[i]], answer.status(), answer.ok() && answer->missing ? nullptr : &now);
  }
}

// Shows how far files are, and sees when the lease was lost.
void Mover::WatchLoop() {
  std::map<size_t, int64_t> shown;
  while (!board_.WaitForEnd(absl::Seconds(1))) {
    if (heartbeat_.lost())
      board_.SetFatal(child_.Located(MakeError(Failure::kLocked, "the lease of the child was lost to another run")));
    if (!context_.events.watches()) continue;
    constexpr size_t kShown = 16;                         // of a batch a few say enough
    std::map<std::string, std::vector<Attempt>> growing;  // by folder: a question each
    size_t count = 0;
    for (const auto& [index, attempt] : board_.UnderWay()) {
      if (++count <= kShown) growing[attempt.folder].push_back(attempt);
    }
    for (const auto& [folder, attempts] : growing) {
      std::vector<std::string> names;
      for (const Attempt& attempt : attempts) names.push_back(attempt.file);
      const auto stats = child_.StatIn(folder, names);
      for (size_t i = 0; stats.ok() && i < attempts.size(); ++i) {
        int64_t& size = shown[attempts[i].index];
        if (!(*stats)[i] || (*stats)[i]->stat.size == std::exchange(size, (*stats)[i]->stat.size)) continue;
        board_.Progress(attempts[i].index, size);
      }
    }
  }
}

}  // namespace sshsync
