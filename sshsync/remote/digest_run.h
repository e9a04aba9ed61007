#ifndef SSHSYNC_REMOTE_DIGEST_RUN_H_
#define SSHSYNC_REMOTE_DIGEST_RUN_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/host/digest_session.h"
#include "sshsync/host/range_command.h"
#include "sshsync/host/record_script.h"
#include "sshsync/model/repository.h"
#include "sshsync/plan/shares.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/run_context.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {

using DigestResults = std::vector<absl::StatusOr<DigestResult>>;

/// Asks one host for digests, in several sessions at once where it has cores and there is much to read: each takes
/// neighbours, so that a disk is read in order, and about as much as the others. What a lost session left unanswered is
/// asked again, `retries` times in a row at most. Ownership: refers to its arguments. Threads: one calls; starts one a
/// session, all gone on return.
///
///     DigestRun run(context, repository, facts.cpus, nice);
///     auto answers = run.Ask(questions, cost_of_a_call, [&](absl::Span<const DigestRequest> some, bool batch) {
///     return DigestSession(...); });
class DigestRun {
 public:
  /// `prefix`: shell text in front of each script.
  DigestRun(RunContext& context, const Repository& repository, int cpus, std::string prefix)
      : context_(context),
        repository_(repository),
        most_(static_cast<size_t>(std::clamp(cpus, 1, 8))),
        prefix_(std::move(prefix)) {}

  /// One answer for each question, in the same order. `cost`: of a file besides its bytes, in bytes that could be read
  /// instead. `make`: the session for some of the questions; without `batch` one that asks the template alone. One
  /// batch that is discarded discards all.
  absl::StatusOr<DigestResults> Ask(
      absl::Span<const DigestRequest> questions, int64_t cost,
      const std::function<DigestSession(absl::Span<const DigestRequest>, bool batch)>& make);

  /// Whether the last Ask discarded what batches said.
  bool batch_discarded() const { return batch_discarded_; }

  /// A big file, absolute.
  struct BigFile {
    std::string file;
    int64_t size = 0;  ///< bytes
  };

  /// The digests of all chunks of these files; one answer for each, in the same order. A single file is divided among
  /// sessions, too.
  absl::StatusOr<DigestResults> AskChunks(const std::vector<BigFile>& files, int64_t chunk, absl::string_view algorithm,
                                          absl::string_view chunks_text);

 private:
  static constexpr int64_t kWorthASession =
      int64_t{256} << 20;  // bytes: some 150 ms of reading; a session takes 20 ms of processor time at its ends

  // Neighbouring chunks of a file, and what the host printed of them.
  struct Batch {
    size_t file = 0;
    int64_t first = 0, count = 0;
    std::string output;
  };

  absl::Status Finish(DigestSession& session);
  absl::Status Finish(absl::Span<Batch> pieces, const std::vector<BigFile>& files, int64_t chunk,
                      absl::string_view chunks_text);

  size_t SessionsFor(absl::Span<const int64_t> costs) const {
    int64_t total = 0;
    for (const int64_t cost : costs) total += cost;
    return std::min(most_, static_cast<size_t>(total / kWorthASession) + 1);
  }

  // Calls `work(i)` for i below `count`, all at once; the first error, if there is one.
  template <class Work>
  static absl::Status AllAtOnce(size_t count, Work work) {
    std::vector<absl::Status> done(count);
    {
      std::vector<std::jthread> threads;
      for (size_t i = 1; i < count; ++i) threads.push_back(StartThread([&, i] { done[i] = work(i); }));
      if (count > 0) done[0] = work(0);
    }
    for (const absl::Status& status : done) SSHSYNC_RETURN_IF_ERROR(status);
    return absl::OkStatus();
  }

  RetryPolicy Retries() const { return RetryPolicy(context_.backoff, context_.stop, repository_.retries); }

  RunContext& context_;
  const Repository& repository_;
  const size_t most_;
  const std::string prefix_;
  bool batch_discarded_ = false;
};

}  // namespace sshsync

#endif  // SSHSYNC_REMOTE_DIGEST_RUN_H_
