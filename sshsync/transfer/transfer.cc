#include "sshsync/transfer/transfer.h"

namespace sshsync {

HopTransfer::HopTransfer(RunContext& context, const Hop& hop, FileStates& states)
    : context_(context),
      parent_(hop.parent),
      child_(hop.child),
      lease_(hop.lease),
      lease_lost_(hop.lease_lost),
      feeds_children_(hop.received != nullptr),
      routes_(context, hop.parent, hop.child),
      hop_{context_, parent_, child_, routes_, queue_, hop.cut},
      queue_(states, context.events,
             {.run = context.run,
              .parent = hop.parent.config().name,
              .child = hop.child.config().name,
              .secrets = context.secrets},
             Rules(),
             {.source_files = hop.source_files,
              .received = hop.received,
              .monotonic = [this] { return context_.clock.Monotonic(); },
              .pause = [this](int tries) { return context_.backoff.Delay(tries); },
              .turn = hop.turn,
              .turns = hop.turns,
              .drain = context.drain,
              .stops = context.stops->changes()}),
      files_(hop_),
      ranges_(hop_),
      seen_(hop.seen),
      registration_(hop.relays, hop.parent.config().name, [this](const RelayBlock& block) {
        return !by_command() && routes_.relays() && queue_.Wants(block);
      }) {}

TaskRules HopTransfer::Rules() {
  TaskRules rules{.by_command = by_command(),
                  .streams = MostStreams(child_, context_.clock, feeds_children_),
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

absl::Status HopTransfer::Run() {
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
    std::jthread publisher = StartThread([this] { Publisher(context_, parent_, child_, lease_, queue_, seen_).Run(); });
    std::jthread watcher = StartThread([this] { WatchLoop(); });
    streams_ = queue_.Streams(MostStreams(child_, context_.clock, feeds_children_));
    {
      std::vector<std::jthread> running;
      for (int i = 0; i < streams_; ++i) running.push_back(StartThread([this, i] { RunStream(i); }));
    }
    queue_.AwaitPublished();
    queue_.End();
  }
  return context_.drain.stopped() ? context_.drain.status() : queue_.fatal();
}

void HopTransfer::RunStream(int number) {
  Stream stream{.number = number};
  if (feeds_children_) stream.bytes = std::max<int64_t>(child_.chunk(), 1);
  for (;;) {
    const Task task = TakeTask(stream);
    if (task.kind == Task::Kind::kNone) break;
    if (task.kind == Task::Kind::kIdle) {
      routes_.Close(stream);
      continue;
    }
    if (task.kind == Task::Kind::kRecheckSource) {
      RecheckSource(task);
      continue;
    }
    absl::Status status = Ready(task, stream);
    if (!status.ok()) {
      queue_.Return(task);
    } else if (IsFromParent(task) && stream.route == Route::kRelay && stream.group == nullptr) {
      queue_.Return(task);  // it was taken before it was known that it is to be relayed: others may want it, too
    } else {
      status = Do(task, stream);
      if (std::exchange(stream.left_behind, false)) registration_.Exclude();
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
    if (!absl::IsUnavailable(status) && !at_one_group) return queue_.SetFatal(status);
    if (failure != Failure::kOutputTooLarge && ++stream.lost_in_a_row > child_.config().retries)
      return queue_.SetFatal(child_.Located(status));
    context_.drain.WaitFor(context_.backoff.Delay(stream.lost_in_a_row));
  }
  routes_.Close(stream);
}

Task HopTransfer::TakeTask(Stream& stream) {
  stream.group = nullptr;
  while (!by_command() && routes_.relays()) {
    Task task;
    const int64_t pace = hop_.Share(streams_);
    const auto take = [&](const RelayBlock& block) { return block.pace == pace && queue_.TakeThis(block, &task); };
    const auto next = [&](RelayBlock* block) {
      task = queue_.TryTake(stream.bytes);
      if (!IsFromParent(task)) return false;
      *block = queue_.BlockOf(task);
      block->pace = pace;
      return true;
    };
    stream.group = registration_.Take(take, next, context_.drain);
    if (task.kind != Task::Kind::kIdle) return task;
    routes_.Close(stream);
    queue_.AwaitChange();
  }
  return queue_.Take(stream.bytes, stream.session != nullptr);
}

absl::Status HopTransfer::Ready(const Task& task, Stream& stream) {
  if (!IsFromParent(task)) return routes_.ReadyOnChild(stream, by_command());
  return routes_.Ready(stream, {.folder = task.folder, .file = task.first().wanted.path});
}

absl::Status HopTransfer::Do(const Task& task, Stream& stream) {
  const absl::Time began = context_.clock.Now(), start = context_.clock.Monotonic();
  stream.share = by_command() ? 0 : hop_.Share(streams_);
  int64_t bytes = 0;
  for (const auto& [index, item] : task.items) bytes += std::max<int64_t>(item.wanted.stat.size, 0);
  absl::Status status;
  switch (task.kind) {
    case Task::Kind::kCreate:
      return ranges_.Create(task, stream);
    case Task::Kind::kRange:
      bytes = task.big->BytesOf(task.range);
      status = ranges_.Bring(task, stream);
      break;
    default:
      status = files_.Bring(task, stream);
  }
  if (!status.ok() || (task.kind == Task::Kind::kRange && task.range.source != ChunkRange::kParent)) return status;
  queue_.EmitBlock(task, stream.number, IsFromParent(task) ? RouteName(stream.route) : "", began,
                   static_cast<int64_t>(task.indices.size()), bytes);
  // The next one is of a size that takes a few seconds: short enough to see it, and to lose it; long enough for its
  // round trip not to count.
  constexpr int64_t kLeast = int64_t{1} << 20, kMost = int64_t{128} << 20;
  const double seconds = feeds_children_ ? 0.5 : 4;  // a child of this child has a range when all of it is there
  if (stream.share > 0 && task.kind == Task::Kind::kFiles) {
    // An archive has no pace of its own: the next task waits until it would have come at the pace that is allowed.
    context_.drain.WaitFor(absl::Seconds(static_cast<double>(bytes) / static_cast<double>(stream.share)) -
                           (context_.clock.Monotonic() - start));
  }
  const double took = std::max(0.01, absl::ToDoubleSeconds(context_.clock.Monotonic() - start));
  stream.bytes = std::clamp(static_cast<int64_t>(static_cast<double>(bytes) / took * seconds),
                            std::max(kLeast, stream.bytes / 4), std::min(kMost, stream.bytes * 8));
  return status;
}

void HopTransfer::RecheckSource(const Task& task) {
  std::vector<std::string> names;
  for (const size_t index : task.indices) names.push_back(task.items.at(index).wanted.path);
  // The size and time are read before the digest: a change in between is seen before the file is published.
  const auto stats = parent_.Stat(names);
  if (!stats.ok()) return queue_.SetFatal(stats.status());
  std::vector<DigestRequest> questions;
  std::vector<size_t> asked;
  for (size_t i = 0; i < names.size(); ++i) {
    const FileState& item = task.items.at(task.indices[i]);
    if (!queue_.IsPublishedAtParent(task.indices[i])) {
      queue_.SourceRechecked(task.indices[i], absl::OkStatus(),
                             &item.wanted);  // in its stage, where nobody else writes
    } else if (!(*stats)[i]) {
      queue_.SourceRechecked(task.indices[i], absl::OkStatus(), nullptr);
    } else if (!item.mismatched && (*stats)[i]->stat.SameVersion(item.wanted.stat)) {
      queue_.SourceRechecked(task.indices[i], absl::OkStatus(), &item.wanted);
    } else {
      questions.push_back({names[i], (*stats)[i]->stat.size});
      asked.push_back(i);
    }
  }
  const auto answers = parent_.Digest(questions);
  if (!answers.ok()) return queue_.SetFatal(answers.status());
  for (size_t i = 0; i < asked.size(); ++i) {
    const auto& answer = (*answers)[i];
    const FileEntry now{.path = questions[i].path,
                        .stat = (*stats)[asked[i]]->stat,
                        .digest = answer.ok() ? answer->digest : Digest(),
                        .chunks = answer.ok() ? answer->chunks : nullptr};
    queue_.SourceRechecked(task.indices[asked[i]], answer.status(), answer.ok() && answer->missing ? nullptr : &now);
  }
}

// Shows how far files are, and sees when the lease was lost.
void HopTransfer::WatchLoop() {
  std::map<size_t, int64_t> shown;
  while (!queue_.WaitForEnd(absl::Seconds(1))) {
    if (lease_lost_())
      queue_.SetFatal(child_.Located(MakeError(Failure::kLocked, "the lease of the child was lost to another run")));
    if (!context_.events.watches()) continue;
    constexpr size_t kShown = 16;                         // of a batch a few say enough
    std::map<std::string, std::vector<Attempt>> growing;  // by folder: a question each
    size_t count = 0;
    for (const auto& [index, attempt] : queue_.UnderWay()) {
      if (++count <= kShown) growing[attempt.folder].push_back(attempt);
    }
    for (const auto& [folder, attempts] : growing) {
      std::vector<std::string> names;
      for (const Attempt& attempt : attempts) names.push_back(attempt.file);
      const auto stats = child_.StatIn(folder, names);
      for (size_t i = 0; stats.ok() && i < attempts.size(); ++i) {
        int64_t& size = shown[attempts[i].index];
        if (!(*stats)[i] || (*stats)[i]->stat.size == std::exchange(size, (*stats)[i]->stat.size)) continue;
        queue_.Progress(attempts[i].index, size);
      }
    }
  }
}

}  // namespace sshsync
