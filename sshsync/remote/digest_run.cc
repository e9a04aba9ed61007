#include "sshsync/remote/digest_run.h"

namespace sshsync {

absl::StatusOr<DigestResults> DigestRun::Ask(
    absl::Span<const DigestRequest> questions, int64_t cost,
    const std::function<DigestSession(absl::Span<const DigestRequest>, bool)>& make) {
  std::vector<int64_t> costs;
  for (const DigestRequest& question : questions) costs.push_back(cost + std::max<int64_t>(question.size, 0));
  const std::vector<size_t> bounds = Shares(costs, SessionsFor(costs));
  std::vector<std::unique_ptr<DigestSession>> sessions;
  const auto begin = [&](size_t i, bool batch) {
    return std::make_unique<DigestSession>(make(questions.subspan(bounds[i], bounds[i + 1] - bounds[i]), batch));
  };
  for (size_t i = 0; i + 1 < bounds.size(); ++i) sessions.push_back(begin(i, true));
  SSHSYNC_RETURN_IF_ERROR(AllAtOnce(sessions.size(), [&](size_t i) { return Finish(*sessions[i]); }));
  batch_discarded_ =
      std::any_of(sessions.begin(), sessions.end(), [](const auto& session) { return session->batch_discarded(); });
  if (batch_discarded_) {
    SSHSYNC_RETURN_IF_ERROR(AllAtOnce(sessions.size(), [&](size_t i) {
      if (sessions[i]->batch_discarded()) return absl::OkStatus();
      sessions[i] = begin(i, false);
      return Finish(*sessions[i]);
    }));
  }
  DigestResults answers;
  answers.reserve(questions.size());
  for (auto& session : sessions) {
    for (auto& answer : std::move(*session).TakeAnswers()) answers.push_back(*std::move(answer));
    session.reset();
  }
  return answers;
}

absl::Status DigestRun::Finish(DigestSession& session) {
  for (RetryPolicy again = Retries(); session.unanswered() > 0;) {
    RemoteCommand command{.script = absl::StrCat(prefix_, session.NextScript())};
    if (session.unanswered() == 0) break;
    // A digest says nothing while it reads: 4 MiB a second is the slowest that is waited for.
    command.timeout = repository_.timeout + absl::Seconds(session.largest_command() / (int64_t{4} << 20));
    const auto result = context_.runner.RunLong(
        repository_.endpoint, command, [&session](absl::string_view bytes) { return session.Feed(bytes); },
        [] { return false; }, context_.stop);
    const absl::Status error =
        result.ok() ? MakeError(Failure::kCommandFailed, absl::StrCat("the host does not answer; ", result->err))
                    : result.status();
    if (result.ok() ? session.EndSession(result->err) : session.LoseSession(error)) {
      again.Restart();
      continue;
    }
    SSHSYNC_RETURN_IF_ERROR(again.Wait(error));
  }
  return absl::OkStatus();
}

absl::StatusOr<DigestResults> DigestRun::AskChunks(const std::vector<BigFile>& files, int64_t chunk,
                                                   absl::string_view algorithm, absl::string_view chunks_text) {
  std::vector<int64_t> sizes;
  int64_t total = 0;
  for (const BigFile& file : files) sizes.push_back(file.size), total += file.size;
  const auto most = static_cast<int64_t>(SessionsFor(sizes));
  const int64_t longest = std::max<int64_t>(1, ((total + most - 1) / most + chunk - 1) / chunk);  // chunks in a piece
  std::vector<Batch> pieces;
  std::vector<int64_t> costs;
  for (size_t i = 0; i < files.size(); ++i) {
    const int64_t chunks = ChunkCount(files[i].size, chunk);
    for (int64_t first = 0; first < chunks; first += longest) {
      pieces.push_back({.file = i, .first = first, .count = std::min(longest, chunks - first), .output = ""});
      costs.push_back(pieces.back().count * chunk);
    }
  }
  const std::vector<size_t> bounds = Shares(costs, static_cast<size_t>(most));
  SSHSYNC_RETURN_IF_ERROR(AllAtOnce(bounds.size() - 1, [&](size_t i) {
    return Finish(absl::MakeSpan(pieces).subspan(bounds[i], bounds[i + 1] - bounds[i]), files, chunk, chunks_text);
  }));
  std::vector<std::string> outputs(files.size());
  for (const Batch& piece : pieces) {
    std::string& output = outputs[piece.file];
    // It may have gone away between two pieces.
    if (absl::StripAsciiWhitespace(output) == kNoFile || absl::StripAsciiWhitespace(piece.output) == kNoFile) {
      output = std::string(kNoFile);
    } else {
      absl::StrAppend(&output, piece.output, "\n");
    }
  }
  DigestResults answers;
  for (size_t i = 0; i < files.size(); ++i)
    answers.push_back(ParseChunksAnswer(outputs[i], files[i].size, chunk, algorithm));
  return answers;
}

absl::Status DigestRun::Finish(absl::Span<Batch> pieces, const std::vector<BigFile>& files, int64_t chunk,
                               absl::string_view chunks_text) {
  constexpr size_t kInSession = 1000;
  size_t answered = 0;
  for (RetryPolicy again = Retries(); answered < pieces.size();) {
    RecordScript script(RandomMark());
    for (const Batch& piece : pieces.subspan(answered, kInSession)) {
      const std::string& file = files[piece.file].file;
      script.Add("chunks", absl::StrCat("[ -f ", ShellLiteral(file), " ] || { echo ", kNoFile, "; exit 0; }\n[ -r ",
                                        ShellLiteral(file), " ] || { echo ", kClosedFile, "; exit 0; }\n",
                                        ChunksText(file, piece.first, piece.count, chunk / kBlockBytes, chunks_text)));
    }
    RecordReader reader(script.mark(), size_t{64} << 20);
    const size_t before = answered;
    const RemoteCommand command{.script = absl::StrCat(prefix_, script.text()),
                                .timeout = repository_.timeout + absl::Seconds(chunk / (int64_t{4} << 20))};
    const auto result = context_.runner.RunLong(
        repository_.endpoint, command,
        [&](absl::string_view bytes) {
          return reader.Feed(bytes, [&](const Record& record) {
            if (answered == pieces.size()) return MakeError(Failure::kBadDigest, "an answer to what was not asked");
            pieces[answered++].output = record.output;
            return absl::OkStatus();
          });
        },
        [] { return false; }, context_.stop);
    if (answered > before) again.Restart();
    if (result.ok() && answered > before) continue;
    SSHSYNC_RETURN_IF_ERROR(again.Wait(
        result.ok() ? MakeError(Failure::kCommandFailed, absl::StrCat("the host does not answer; ", result->err))
                    : result.status()));
  }
  return absl::OkStatus();
}

}  // namespace sshsync
