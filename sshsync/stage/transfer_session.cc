#include "sshsync/stage/transfer_session.h"

#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/stage/scripts.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

constexpr size_t kMaxOutput = size_t{16} << 20;  // of one command

std::string FolderOfStaged(const Attempt& attempt) {
  const std::string staged = attempt.staged();
  return staged.substr(0, staged.rfind('/'));
}

// The last line of what a command said: where the cause stands. The rest is in the output.
std::string LastLine(absl::string_view output) {
  constexpr size_t kSaid = 400;  // bytes
  const absl::string_view text = absl::StripAsciiWhitespace(output);
  const size_t newline = text.rfind('\n');
  return CleanForTerminal((newline == absl::string_view::npos ? text : text.substr(newline + 1)).substr(0, kSaid));
}

}  // namespace

TransferSession::TransferSession(const HostFacts& facts, bool in_place, DigestParser parse_digest)
    : TransferSession(facts, in_place, std::move(parse_digest), RandomMark()) {}

TransferSession::TransferSession(const HostFacts& facts, bool in_place, DigestParser parse_digest,
                                 absl::string_view mark)
    : facts_(facts),
      in_place_(in_place),
      parse_digest_(std::move(parse_digest)),
      script_(mark),
      reader_(mark, kMaxOutput) {
  script_.AddRaw(kReceiveScript);
}

std::string TransferSession::MakeFoldersText(absl::Span<const Attempt> attempts, bool in_place) {
  std::set<std::string> folders;
  for (const Attempt& attempt : attempts) folders.insert(FolderOfStaged(attempt));
  const std::vector<std::string> to_make(folders.begin(), folders.end());
  std::string make;
  for (const auto& piece : ArgumentPieces(to_make))
    absl::StrAppend(&make, "( ", in_place ? "" : "umask 077; ", WithArguments("mkdir -p", piece), " ) || exit\n");
  return make;
}

void TransferSession::Add(Group group) {
  std::vector<std::string> names;
  for (const Attempt& attempt : group.attempts) names.push_back(attempt.file);
  const std::string make = MakeFoldersText(group.attempts, in_place_);
  const std::string& folder = group.attempts.front().folder;
  script_.AddRaw(absl::StrCat("_ss_transfer ", ShellLiteral(absl::StrCat(make, group.text)), " ",
                              ShellLiteral(in_place_ ? "" : folder), "\nif [ $_ss_ok = 0 ]; then\n"));
  for (const std::string& text : group.digest_texts) script_.Add("digest", text);
  script_.Add("stat", StatText(facts_, folder, names));
  script_.AddRaw("fi\n");
  groups_.push_back(std::move(group));
}

absl::Status TransferSession::Feed(absl::string_view bytes,
                                   absl::FunctionRef<absl::Status(Arrival arrival)> on_arrival) {
  return reader_.Feed(bytes, [&](const Record& record) { return OnRecord(record, on_arrival); });
}

absl::Status TransferSession::OnRecord(const Record& record,
                                       absl::FunctionRef<absl::Status(Arrival arrival)> on_arrival) {
  ++records_;
  if (groups_.empty())
    return MakeError(Failure::kInternal, absl::StrCat("a record that nobody waits for: ", record.label));
  const Group& group = groups_.front();
  const absl::Span<const Attempt> attempts = group.attempts;
  // A host whose disk is full, or which has no memory, may lose any line: then nothing that follows is what it seems.
  if ((record.label == "transfer") != arrivals_.empty())
    return MakeError(Failure::kUnreachable, "an answer of the session is missing");
  if (record.label == "transfer") {
    digested_ = 0;
    for (const Attempt& attempt : attempts)
      arrivals_.push_back({.attempt = attempt, .command = group.display, .stood_in = group.stands_in});
    if (record.status == 0) return absl::OkStatus();
    const std::string last = LastLine(record.output);
    Failure failure = FailureFromWords(record.output, record.status, Failure::kCommandFailed);
    // Whose name that was is found out when they go alone.
    if (failure == Failure::kPathTooLong && attempts.size() > 1) failure = Failure::kCommandFailed;
    const absl::Status failed = MakeError(
        failure, absl::StrCat("the transfer ended with status ", record.status, last.empty() ? "" : ": ", last));
    for (Arrival& arrival : arrivals_) {
      arrival.transfer = failed;
      arrival.output = record.output;
      arrival.exit_status = record.status;
    }
    return Finish(on_arrival);
  }
  if (record.label == "digest") {
    const bool together = group.digest_texts.size() < attempts.size();
    const absl::Span<const Attempt> asked =
        together ? attempts : attempts.subspan(digested_, std::min<size_t>(1, attempts.size() - digested_));
    if (asked.empty()) return MakeError(Failure::kUnreachable, "an answer of the session is missing");
    auto answers = parse_digest_(record.output, record.status, asked);
    if (record.status != 0) {
      arrivals_[digested_].output = record.output;
      arrivals_[digested_].exit_status = record.status;
    }
    for (auto& answer : answers) {
      if (digested_ < arrivals_.size()) arrivals_[digested_++].digest = std::move(answer);
    }
    return absl::OkStatus();
  }
  std::vector<std::string> names;
  for (const Attempt& attempt : attempts) names.push_back(attempt.file);
  auto stats = ParseStats(facts_, record.output, names);
  for (size_t i = 0; i < arrivals_.size(); ++i) {
    arrivals_[i].stat = stats[i];
    if (!stats[i] || stats[i]->type != RemoteStat::Type::kFile) {
      arrivals_[i].transfer =
          MakeError(Failure::kCommandFailed, "the transfer ended with status 0, but there is no file in the stage");
    }
  }
  return Finish(on_arrival);
}

absl::Status TransferSession::Finish(absl::FunctionRef<absl::Status(Arrival arrival)> on_arrival) {
  const std::vector<Arrival> arrived = std::exchange(arrivals_, {});
  groups_.pop_front();
  for (const Arrival& arrival : arrived) SSHSYNC_RETURN_IF_ERROR(on_arrival(arrival));
  return absl::OkStatus();
}

std::vector<size_t> TransferSession::DropCurrent() {
  std::vector<size_t> dropped;
  arrivals_.clear();
  if (groups_.empty()) return dropped;
  for (const Attempt& attempt : groups_.front().attempts) dropped.push_back(attempt.index);
  groups_.pop_front();
  return dropped;
}

std::vector<size_t> TransferSession::Remaining() const {
  std::vector<size_t> remaining;
  for (const Group& group : groups_) {
    for (const Attempt& attempt : group.attempts) remaining.push_back(attempt.index);
  }
  return remaining;
}

}  // namespace sshsync
