#include "sshsync/transfer/range_transfer.h"

namespace sshsync {

bool RangeTransfer::MadeProgress(const std::string& folder, const std::string& file, StallDetector& silence) {
  const auto stats = hop_.child.StatIn(folder, {file});
  if (!stats.ok() || !(*stats)[0]) return false;
  const FileStat& stat = (*stats)[0]->stat;
  const bool same = stat.size == silence.size && stat.mtime == silence.mtime;
  silence.size = stat.size;
  silence.mtime = stat.mtime;
  return !same;
}

// What earlier attempts left, and is of no more use: else a file that is cut off each night would lie there as often as
// it was begun.
void RangeTransfer::Remove(const std::vector<std::string>& partial_files) {
  std::string text;
  for (const std::string& file : partial_files) absl::StrAppend(&text, "rm -f ", ShellLiteral(file), "\n");
  if (!text.empty()) hop_.child.Ask({.script = text, .writes = true}).IgnoreError();  // it goes with the stage
}

absl::Status RangeTransfer::Create(const Task& task, Stream& stream) {
  const FileState& item = task.first();
  RecordScript script(RandomMark());
  script.Add("create", CreateText(task.attempt.staged(), task.attempt.folder, task.big->size(), hop_.child.tools()));
  for (size_t i = 0; i < item.partial_files.size(); ++i) {
    const ChunkList& wanted = task.big->wanted();
    script.Add(absl::StrCat(i), ChunksText(item.partial_files[i], 0, static_cast<int64_t>(wanted.digests.size()),
                                           task.big->blocks_per_chunk(), hop_.chunks_text()));
  }
  RecordReader reader(script.mark(), size_t{16} << 20);
  absl::Status created = MakeError(Failure::kUnreachable, "the session ended early");
  std::string said;
  std::vector<std::pair<std::string, ChunkList>> partial_files;
  const auto result = stream.session->Run(
      {.script = script.text(),
       .timeout = hop_.child.config().timeout + absl::Seconds(task.big->size() / (int64_t{4} << 20)),
       .writes = true},
      [&](absl::string_view bytes) {
        return reader.Feed(bytes, [&](const Record& record) {
          size_t index = 0;
          if (record.label == "create") {
            created = record.status == 0
                          ? absl::OkStatus()
                          : MakeError(FailureFromWords(record.output, record.status, Failure::kCommandFailed),
                                      "the staged file cannot be made");
          } else if (absl::SimpleAtoi(record.label, &index) && index < item.partial_files.size()) {
            partial_files.emplace_back(item.partial_files[index], ChunkList{.chunk = task.big->wanted().chunk,
                                                                            .digests = ParseChunks(record.output)});
          }
          return absl::OkStatus();
        });
      },
      [] { return false; }, hop_.context.drain);
  if (!result.ok()) {
    if (!absl::IsCancelled(result.status())) hop_.queue.Abandon(task, result.status(), "");
    return result.status();
  }
  if (created.ok()) {
    Remove(hop_.queue.Created(task, partial_files));
    return absl::OkStatus();
  }
  created = Annotate(created, CleanForTerminal(absl::StripAsciiWhitespace(result->err).substr(0, 400)));
  created = MakeError(FailureFromWords(result->err, 1, FailureOf(created)), created.message());
  hop_.queue.Abandon(task, created, "");
  return FailureOf(created) == Failure::kReadOnly ? hop_.child.Located(created) : absl::OkStatus();
}

// Once a way broke off it is seen how far each range comes, block by block; until then it goes the short way, and is
// seen chunk by chunk.
absl::StatusOr<std::string> RangeTransfer::BringText(const RangeStep& step, Stream& stream, ProgressProbe moved) const {
  const std::string reader = ReaderText(step, hop_.parent.tools());
  if (hop_.routes.carries(stream))
    return hop_.routes.Carry({.reader = reader, .writer = WriterText(step, hop_.child.tools())}, stream, moved);
  if (!TakesShortWay(stream))
    return hop_.routes.pull().PullText(reader, WriterText(step, hop_.child.tools()), stream.control);
  return hop_.routes.pull().PullIntoText(
      reader, step.staged, absl::StrCat("SEEK=", step.first_block(), "\n", hop_.child.tools().text("seek")),
      stream.control);
}

absl::Status RangeTransfer::Bring(const Task& task, Stream& stream) {
  const FileState& item = task.first();
  const std::string& path = task.attempt.file;
  RangeStep step{.staged = task.attempt.staged(),
                 .wanted = absl::StrCat(task.folder, "/", path),
                 .fallback = absl::StrCat(hop_.parent.facts().root, "/", path),
                 .zeros = task.range.source == ChunkRange::kZeros,
                 .range = task.range,
                 .blocks_per_chunk = task.big->blocks_per_chunk()};
  if (task.range.source >= 0) step.local = task.big->source(task.range.source);
  if (stream.share > 0) {
    step.pace = std::max<int64_t>(1, stream.share / kBlockBytes);
    step.rest = std::max<int64_t>(1, kBlockBytes / stream.share);
  }
  const bool local = task.range.source != ChunkRange::kParent;
  step.look_always = !local;
  const std::string display = local ? "" : hop_.routes.Display(stream);
  StallDetector silence;
  const auto grows = [&] { return MadeProgress(task.attempt.folder, path, silence); };
  const absl::StatusOr<std::string> bring = local ? CopyText(step, hop_.child.tools()) : BringText(step, stream, grows);
  if (!bring.ok()) {
    if (!absl::IsCancelled(bring.status())) hop_.queue.Abandon(task, bring.status(), display);
    return bring.status();
  }
  RangeScript script(step, *bring, hop_.chunks_text(), hop_.child.facts());
  const absl::Duration patience = absl::Seconds(task.big->BytesOf(task.range) / (int64_t{4} << 20));
  RemoteCommand command{.script = script.text(), .timeout = hop_.child.config().timeout, .writes = true};
  absl::Status ran;
  if (!local && hop_.routes.carries(stream)) {
    command.timeout += patience;
    ran = hop_.routes.Look(command, [&](absl::string_view bytes) { return script.Feed(bytes); });
  } else {
    ran = stream.session
              ->Run(
                  command, [&](absl::string_view bytes) { return script.Feed(bytes); },
                  [&] {
                    return grows() ||
                           (script.writer_ended() && ++silence.count * hop_.child.config().timeout <= patience);
                  },
                  hop_.context.drain)
              .status();
  }
  if (!ran.ok()) {
    if (!absl::IsCancelled(ran)) hop_.queue.Abandon(task, ran, display);
    return ran;
  }
  const RangeResult& range = script.result();
  bool whole = false;
  if (range.brought.ok()) {
    whole = hop_.queue.Arrived(task, range.digests);
    Remove(hop_.queue.UsedUp(task));
  } else if (local && absl::IsUnavailable(range.brought)) {
    whole = hop_.queue.Arrived(task, {});  // the copy is no good: the parent has it
  } else if (!local && hop_.queue.MovedAtParent(task)) {
    hop_.queue.Return(task);
  } else {
    whole = hop_.queue.BrokeOff(task, range, display);
  }
  // On the short way nobody says that the disk is full: what was written is not what was read, and that is all.
  const auto wanted = task.big->wanted().digests.begin() + task.range.first;
  if (!local && (!range.brought.ok() ||
                 !std::equal(range.digests.begin(), range.digests.end(), wanted, wanted + task.range.count)))
    broke_ = true;
  constexpr Failure kForAll[] = {Failure::kReadOnly, Failure::kAuth, Failure::kHostKey};
  if (std::find(std::begin(kForAll), std::end(kForAll), FailureOf(range.brought)) != std::end(kForAll))
    return hop_.child.Located(range.brought);
  if (!whole) return absl::OkStatus();
  if (!range.stat || range.stat->stat.size != task.big->size()) {
    hop_.queue.Abandon(task, MakeError(Failure::kCommandFailed, "the staged file is not what was written"), display);
    return absl::OkStatus();
  }
  if (item.parts) return VerifyWhole(task, stream, range.stat->stat);
  hop_.queue.Verified(task.attempt, range.stat->stat);
  return absl::OkStatus();
}

// Its chunks are right; what decides is the digest of the whole.
absl::Status RangeTransfer::VerifyWhole(const Task& task, Stream& stream, const FileStat& stat) {
  const auto text = hop_.child.DigestText(task.attempt.folder, {task.attempt.file});
  absl::Status why = text.status();
  std::vector<absl::StatusOr<DigestResult>> answers;
  if (text.ok()) {
    RecordScript script(RandomMark());
    script.Add("digest", *text);
    RecordReader reader(script.mark(), size_t{4} << 20);
    const auto there = hop_.routes.OnChild(stream);
    if (!there.ok()) {
      if (!absl::IsCancelled(there.status())) hop_.queue.Abandon(task, there.status(), "");
      return there.status();
    }
    const auto result = (*there)->Run(
        {.script = script.text(),
         .timeout = hop_.child.config().timeout + absl::Seconds(task.big->size() / (int64_t{4} << 20)),
         .writes = true},
        [&](absl::string_view bytes) {
          return reader.Feed(bytes, [&](const Record& record) {
            answers = hop_.child.ParseDigest(record.output, record.status, task.attempt.folder, {task.attempt.file});
            return absl::OkStatus();
          });
        },
        [] { return false; }, hop_.context.drain);
    if (!result.ok()) {
      if (!absl::IsCancelled(result.status())) hop_.queue.Abandon(task, result.status(), "");
      return result.status();
    }
    if (answers.empty()) answers.push_back(MakeError(Failure::kUnreachable, "the session ended early"));
    why = answers[0].status();
  }
  if (!why.ok()) {
    hop_.queue.Abandon(task, Annotate(why, "of the transferred file"), "");
  } else if (answers[0]->missing || answers[0]->digest != task.first().wanted.digest) {
    hop_.queue.PartsDiffer(task);
  } else {
    hop_.queue.Verified(task.attempt, stat);
  }
  return absl::OkStatus();
}

}  // namespace sshsync
