#ifndef SSHSYNC_STAGE_TRANSFER_SESSION_H_
#define SSHSYNC_STAGE_TRANSFER_SESSION_H_

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "sshsync/base/status.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/host/record_script.h"
#include "sshsync/plan/digest_result.h"
#include "sshsync/stage/stage.h"

namespace sshsync {

/// What became of one file of a session.
struct Arrival {
  Attempt attempt;
  absl::Status transfer;  ///< of the synccmd, or of the builtin transfer of its group
  absl::StatusOr<DigestResult> digest =
      MakeError(Failure::kCommandFailed,
                "the host did not digest what arrived");  ///< of what arrived; only where the transfer is OK
  absl::optional<RemoteStat> stat;                        ///< of what arrived; the same
  std::string command, output;                            ///< of a failed transfer, for people
  bool stood_in = false;                                  ///< its group stood in for a synccmd
  int exit_status = 0;
};

/// One session on a child that transfers files, one group after the other: a group is one file (by a synccmd, or a big
/// one by the builtin transfer) or many small ones in one stream. Its script makes the folders, runs the transfer, then
/// digests and shows what arrived; a group's files are told as arrived when the last of that was seen. What a failed
/// transfer left is removed. Ownership: refers to the facts. Threads: one at a time. Pure: text goes out, bytes come
/// in.
///
///     TransferSession session(facts, false, parse_digest);
///     session.Add({{attempt}, "scp ...", {"sha1sum ..."}, "scp ..."});
///     runner.RunLong(host, {.script = session.script()}, [&](auto bytes) { return session.Feed(bytes, on_arrival); },
///     ...);
class TransferSession {
 public:
  struct Group {
    std::vector<Attempt> attempts;          ///< all in one folder
    std::string text;                       ///< of the transfer
    std::vector<std::string> digest_texts;  ///< one for each attempt, or one for all of them together
    std::string display;                    ///< of the transfer, for people
    bool stands_in = false;                 ///< for the synccmd, which cannot be given this name
  };
  /// Reads what a digest text printed about `attempts` (one, or all of the group).
  using DigestParser = absl::AnyInvocable<std::vector<absl::StatusOr<DigestResult>>(
      absl::string_view output, int status, absl::Span<const Attempt> attempts)>;

  /// `in_place`: the attempts' folder is the repository itself, and nothing is ever removed.
  TransferSession(const HostFacts& facts, bool in_place, DigestParser parse_digest);

  void Add(Group group);

  /// Shell text that makes the folders of a group, as its script does by itself.
  static std::string MakeFoldersText(absl::Span<const Attempt> attempts, bool in_place);
  const std::string& script() const { return script_.text(); }

  /// The session's stdout. Each file of the plan is told once, in the order of the groups.
  absl::Status Feed(absl::string_view bytes, absl::FunctionRef<absl::Status(Arrival arrival)> on_arrival);

  /// The group under way; nullptr when all have arrived.
  const Group* current() const { return groups_.empty() ? nullptr : &groups_.front(); }

  /// Whether that group has been transferred and is being digested.
  bool digesting() const { return !arrivals_.empty(); }
  /// How many answers have come.
  size_t records() const { return records_; }

  /// Takes the group under way out (the session was lost in it) and gives its files; the rest can go on in another
  /// session.
  std::vector<size_t> DropCurrent();
  /// What no session has begun.
  std::vector<size_t> Remaining() const;

 private:
  TransferSession(const HostFacts& facts, bool in_place, DigestParser parse_digest, absl::string_view mark);
  absl::Status OnRecord(const Record& record, absl::FunctionRef<absl::Status(Arrival arrival)> on_arrival);
  absl::Status Finish(absl::FunctionRef<absl::Status(Arrival arrival)> on_arrival);

  const HostFacts& facts_;
  const bool in_place_;
  DigestParser parse_digest_;
  RecordScript script_;
  RecordReader reader_;
  std::deque<Group> groups_;
  std::vector<Arrival> arrivals_;  // of the group under way
  size_t digested_ = 0;            // of them
  size_t records_ = 0;
};

}  // namespace sshsync

#endif  // SSHSYNC_STAGE_TRANSFER_SESSION_H_
