#include "sshsync/transfer/file_transfer.h"

namespace sshsync {

absl::Status FileTransfer::Bring(const Task& task, Stream& stream) {
  std::deque<Indices> batches = Cut(task, hop_.routes.carries(stream));
  absl::Status status;
  while (status.ok() && !batches.empty()) status = BringSome(task, batches, stream);
  for (const Indices& batch : batches) LeaveAll(batch);
  return status;
}

// As many of the batches as one script takes: all of them where they are pulled, one where it is carried.
absl::Status FileTransfer::BringSome(const Task& task, std::deque<Indices>& batches, Stream& stream) {
  TransferSession session = NewSession(task);
  while (!batches.empty()) {
    auto made = MakeGroup(task, batches.front(), stream);
    if (made.ok() && made->pipe && session.current() != nullptr) break;
    const Indices indices = std::move(batches.front());
    batches.pop_front();
    if (!made.ok()) {
      Drop(indices, made.status(), "");
    } else if (made->pipe) {
      return Carry(task, *std::move(made), stream);
    } else {
      session.Add(std::move(made->group));
    }
  }
  return session.current() == nullptr ? absl::OkStatus() : Lost(session, RunSession(task, session, stream));
}

// The end of a session, good or not.
absl::Status FileTransfer::Lost(TransferSession& session, const absl::Status& status) {
  if (status.ok() || absl::IsCancelled(status)) return status;
  // Another try of these comes later; what the lost session had not begun goes on at once.
  const std::string command = session.current() != nullptr ? session.current()->display : "";
  const bool counts = absl::IsUnavailable(status) || FailureOf(status) == Failure::kTimeout ||
                      FailureOf(status) == Failure::kOutputTooLarge;
  const Indices dropped = session.DropCurrent();
  if (counts) Drop(dropped, status, command);
  if (!counts) LeaveAll(dropped);
  LeaveAll(session.Remaining());
  return status;
}

void FileTransfer::Drop(const Indices& indices, const absl::Status& status, absl::string_view command) {
  const absl::Status why =
      FailureOf(status) == Failure::kOutputTooLarge ? MakeError(Failure::kCommandFailed, status.message()) : status;
  for (const size_t index : indices) {
    hop_.queue.Fail(index, why, command);
    hop_.queue.Leave(index);
  }
}

absl::Status FileTransfer::Carry(const Task& task, Prepared made, Stream& stream) {
  TransferSession::Group& group = made.group;
  Begin(&group);
  StallDetector silence;
  auto carried = hop_.routes.Carry(*made.pipe, stream, [&] { return MadeProgress(group.attempts, silence); });
  TransferSession session = NewSession(task);
  if (carried.ok()) group.text = *carried;
  int64_t bytes = 0;
  for (const Attempt& attempt : group.attempts)
    bytes += std::max<int64_t>(task.items.at(attempt.index).wanted.stat.size, 0);
  session.Add(std::move(group));
  if (!carried.ok()) return Lost(session, carried.status());
  const RemoteCommand command{.script = session.script(),
                              .timeout = hop_.child.config().timeout + absl::Seconds(bytes / (int64_t{4} << 20)),
                              .writes = true};
  absl::Status looked = hop_.routes.Look(command, [&](absl::string_view printed) {
    const TaskQueue::NotificationBatch batch(hop_.queue);
    return session.Feed(printed, [&](Arrival arrival) { return OnArrival(task, arrival); });
  });
  if (looked.ok() && session.current() != nullptr) looked = MakeError(Failure::kUnreachable, "the session ended early");
  return Lost(session, looked);
}

TransferSession FileTransfer::NewSession(const Task& task) {
  return TransferSession(hop_.child.facts(), hop_.in_place(),
                         [this, &task](absl::string_view output, int status, absl::Span<const Attempt> attempts) {
                           return ParseDigests(task, output, status, attempts);
                         });
}

// Whether a file may travel with others.
bool FileTransfer::GoesInArchive(const FileState& item) const {
  constexpr int64_t kSmall = int64_t{1} << 20;
  if (hop_.by_command() || item.wanted.stat.size > kSmall || !item.partial_files.empty()) return false;
  // A name that the child cannot hold spoils a try for its company: it goes with others where there is another try.
  if (hop_.child.config().retries == 0 && !FitsUstar(item.wanted.path)) return false;
  const bool tar = hop_.child.tools().can("unpack") && hop_.parent.tools().can("pack") && hop_.child.facts().has_tar &&
                   hop_.parent.facts().has_tar;
  return tar && ArchiveHolds(item.wanted.path, hop_.parent.tools(), hop_.child.tools());
}

std::deque<FileTransfer::Indices> FileTransfer::Cut(const Task& task, bool carries) {
  constexpr size_t kBatchFiles = 2000, kAgain = 8;
  constexpr int64_t kBatchBytes = int64_t{16} << 20;
  // What failed in a batch goes in smaller ones, and at last alone: then it is seen which file it was. Mostly it was
  // none, but a session that was lost.
  const auto failed =
      std::count_if(task.items.begin(), task.items.end(), [](const auto& item) { return item.second.tries > 0; });
  const size_t most_again = static_cast<size_t>(failed) / kAgain;
  std::deque<Indices> batches;
  Indices open;  // what goes together
  int64_t bytes = 0;
  bool failed_before = false;
  const auto close = [&] {
    while (!open.empty()) {
      const auto end = open.begin() + static_cast<ptrdiff_t>(CountOfOne(task, open, carries));
      batches.emplace_back(open.begin(), end);
      open.erase(open.begin(), end);
    }
    bytes = 0;
  };
  for (const size_t index : task.indices) {
    const FileState& item = task.items.at(index);
    const bool again = item.tries > 0;
    const bool last = again && (most_again < 2 || item.tries >= hop_.child.config().retries);
    if (last || !GoesInArchive(item)) {
      batches.push_back({index});
      continue;
    }
    if (again != failed_before || open.size() >= (again ? most_again : kBatchFiles) ||
        bytes + item.wanted.stat.size > kBatchBytes)
      close();
    failed_before = again;
    open.push_back(index);
    bytes += item.wanted.stat.size;
  }
  close();
  return batches;
}

// How many of these one script names. A writer that is carried is one line, with the folders that it makes.
size_t FileTransfer::CountOfOne(const Task& task, const Indices& indices, bool carries) const {
  constexpr size_t kOfEach = 100;  // what stands around a name
  std::vector<std::string> names;
  for (const size_t index : indices) names.push_back(task.items.at(index).wanted.path);
  const size_t most = hop_.parent.tools().NamesPerCall("pack", Operands(names));
  if (!carries) return most;
  const size_t limit = kMostTaken / 4 * 3;
  const size_t of_folder = TakenBytes(hop_.child.facts().root) + TakenBytes(hop_.child.config().stage) + 2 * kOfEach;
  std::set<absl::string_view> folders;
  size_t count = 0;
  for (size_t bytes = 0; count < most; ++count) {
    const absl::string_view name = names[count];
    const absl::string_view folder = name.substr(0, name.rfind('/') == absl::string_view::npos ? 0 : name.rfind('/'));
    if (folders.insert(folder).second) bytes += of_folder + TakenBytes(folder);
    if (count > 0 && bytes > limit) break;
  }
  return count;
}

absl::StatusOr<FileTransfer::Prepared> FileTransfer::MakeGroup(const Task& task, const Indices& indices,
                                                               Stream& stream) {
  const std::string& root = hop_.child.facts().root;
  const FileState& first = task.items.at(indices[0]);
  Prepared made;
  TransferSession::Group& group = made.group;
  std::vector<std::string> files;
  const std::string folder =
      hop_.in_place()
          ? root
          : NewAttempt(StageFolder(hop_.child.config().stage, root), 0, first.wanted.path, first.wanted.digest).folder;
  for (const size_t index : indices) {
    files.push_back(task.items.at(index).wanted.path);
    group.attempts.push_back({.index = index, .file = files.back(), .folder = folder});
  }
  bool builtin = !hop_.by_command();
  if (!builtin) {
    const auto bound = hop_.child.templates().Sync(hop_.parent.facts().root, folder, files[0]);
    // A name that the template's second parser would read goes by the builtin transfer, if that is free to choose.
    builtin = group.stands_in = FailureOf(bound.status()) == Failure::kUnsafeName &&
                                hop_.child.config().transfer == Transfer::kAuto && hop_.routes.status().ok();
    if (!builtin) {
      SSHSYNC_RETURN_IF_ERROR(bound.status());
      group.text = bound->script();
      group.display = bound->display();
    }
  }
  if (builtin && !first.partial_files.empty() && first.tries == 0) {
    // An earlier run brought it: it is copied from there, and verified as all others are.
    group.text = absl::StrCat("cp -p ", ShellLiteral(first.partial_files.back()), " ",
                              ShellLiteral(absl::StrCat(folder, "/", files[0])), "\n");
    group.display = "copy of what an earlier run brought";
  } else if (builtin) {
    if (hop_.by_command())
      SSHSYNC_RETURN_IF_ERROR(hop_.routes.Ready(stream, {.folder = task.folder, .file = files[0]}));
    TransferPipe pipe = PassageOf(files, task.folder, folder);
    group.display = hop_.routes.Display(stream);
    if (hop_.routes.carries(stream)) {
      pipe.writer.insert(0, TransferSession::MakeFoldersText(group.attempts, hop_.in_place()));
      made.pipe = std::move(pipe);
    } else {
      group.text = hop_.routes.pull().PullText(pipe.reader, pipe.writer, stream.control);
    }
  }
  if (hop_.child.templates().has("digestcmd")) {
    for (const std::string& file : files) {
      SSHSYNC_ASSIGN_OR_RETURN(std::string text, hop_.child.DigestText(folder, {file}));
      group.digest_texts.push_back(std::move(text));
    }
  } else if (first.wanted.chunks) {
    group.digest_texts.push_back(hop_.child.ChunksTextOf(absl::StrCat(folder, "/", files[0]), first.wanted.stat.size));
  } else {
    SSHSYNC_ASSIGN_OR_RETURN(std::string text, hop_.child.DigestText(folder, files));
    group.digest_texts.push_back(std::move(text));
  }
  return made;
}

// How the files of a batch get from one folder to another.
TransferPipe FileTransfer::PassageOf(absl::Span<const std::string> files, absl::string_view from,
                                     absl::string_view to) const {
  if (files.size() == 1) {
    const auto path = [&](absl::string_view folder) { return ShellLiteral(absl::StrCat(folder, "/", files[0])); };
    return {.reader = absl::StrCat("exec cat ", path(from)), .writer = absl::StrCat("cat >", path(to))};
  }
  const auto enter = [](absl::string_view folder) { return absl::StrCat("cd ", ShellLiteral(folder), " || exit 1\n"); };
  const std::string pack = HostTools::TextOnNames(PackText(hop_.parent.tools(), hop_.child.tools()), Operands(files));
  return {.reader = enter(from) + pack,
          .writer = absl::StrCat(enter(to), hop_.child.tools().text("unpack")),
          .in_one_piece = true};
}

std::vector<absl::StatusOr<DigestResult>> FileTransfer::ParseDigests(const Task& task, absl::string_view output,
                                                                     int status,
                                                                     absl::Span<const Attempt> attempts) const {
  if (attempts.size() == 1) {
    const FileState& item = task.items.at(attempts[0].index);
    if (item.wanted.chunks && !hop_.child.templates().has("digestcmd"))
      return {hop_.child.ChunksAnswer(output, item.wanted.stat.size)};
  }
  std::vector<std::string> files;
  for (const Attempt& attempt : attempts) files.push_back(attempt.file);
  return hop_.child.ParseDigest(output, status, attempts[0].folder, files);
}

absl::Status FileTransfer::RunSession(const Task& task, TransferSession& session, Stream& stream) {
  const RemoteCommand command{.script = session.script(), .timeout = hop_.child.config().timeout, .writes = true};
  SSHSYNC_ASSIGN_OR_RETURN(RemoteSession* const there, hop_.routes.OnChild(stream));
  StallDetector silence;
  Begin(session.current());
  const auto result = there->Run(
      command,
      [&](absl::string_view bytes) {
        const TaskQueue::NotificationBatch batch(hop_.queue);
        const TransferSession::Group* const before = session.current();
        SSHSYNC_RETURN_IF_ERROR(session.Feed(bytes, [&](Arrival arrival) { return OnArrival(task, arrival); }));
        if (session.current() != before) Begin(session.current());
        return hop_.queue.fatal();
      },
      [&] { return Moves(task, session, silence); }, hop_.context.drain);
  if (!result.ok()) return result.status();
  if (session.current() != nullptr)
    return MakeError(Failure::kUnreachable, absl::StrCat("the session ended early: ", result->err.substr(0, 500)));
  return absl::OkStatus();
}

absl::Status FileTransfer::OnArrival(const Task& task, const Arrival& arrival) {
  const absl::Status status = TakeArrival(task, arrival);
  hop_.queue.Leave(arrival.attempt.index);  // only now: nobody is to begin it anew before it is known what became of it
  return status;
}

absl::Status FileTransfer::TakeArrival(const Task& task, const Arrival& arrival) {
  const FileState& item = task.items.at(arrival.attempt.index);
  if (!arrival.transfer.ok()) {
    if (hop_.queue.MovedAtParent(task)) return absl::OkStatus();
    const absl::Status why =
        arrival.stood_in
            ? Annotate(arrival.transfer, "by the builtin transfer, for its name cannot be given to synccmd")
            : arrival.transfer;
    hop_.queue.Fail(arrival.attempt.index, why, arrival.command, arrival.output, arrival.exit_status);
    if (arrival.stood_in) return absl::OkStatus();
    // What stops one file here stops all of them: said once.
    constexpr Failure kForAll[] = {Failure::kReadOnly, Failure::kCommandNotFound, Failure::kAuth, Failure::kHostKey};
    const bool all =
        std::find(std::begin(kForAll), std::end(kForAll), FailureOf(arrival.transfer)) != std::end(kForAll);
    return all ? hop_.child.Located(arrival.transfer) : absl::OkStatus();
  }
  if (!arrival.digest.ok()) {
    const auto asked = hop_.child.templates().Digest(arrival.attempt.folder, arrival.attempt.file);
    hop_.queue.Fail(arrival.attempt.index, Annotate(arrival.digest.status(), "of the transferred file"),
                    asked.ok() ? asked->display() : "", arrival.output, arrival.exit_status);
  } else if (arrival.digest->missing || arrival.digest->digest != item.wanted.digest) {
    hop_.queue.Mismatch(arrival.attempt.index);
  } else {
    hop_.queue.Verified(arrival.attempt, arrival.stat->stat);
  }
  return absl::OkStatus();
}

bool FileTransfer::Moves(const Task& task, const TransferSession& session, StallDetector& silence) {
  if (session.current() == nullptr) return false;
  silence.count = session.records() == silence.records ? silence.count + 1 : 1;
  silence.records = session.records();
  const absl::Span<const Attempt> attempts = session.current()->attempts;
  if (!session.digesting()) return MadeProgress(attempts, silence);
  // A digest says nothing while it reads: 4 MiB a second is the slowest that is waited for.
  int64_t wanted = 0;
  for (const Attempt& attempt : attempts) wanted += std::max<int64_t>(task.items.at(attempt.index).wanted.stat.size, 0);
  return silence.count * hop_.child.config().timeout <= absl::Seconds(wanted / (int64_t{4} << 20));
}

bool FileTransfer::MadeProgress(absl::Span<const Attempt> attempts, StallDetector& silence) {
  std::vector<std::string> files;
  for (const Attempt& attempt : attempts) files.push_back(attempt.file);
  const auto stats = hop_.child.StatIn(attempts[0].folder, files);
  if (!stats.ok()) return false;
  int64_t size = 0;
  for (const auto& stat : *stats) size += stat ? stat->stat.size + 1 : 0;
  return size > std::exchange(silence.size, size);
}

}  // namespace sshsync
