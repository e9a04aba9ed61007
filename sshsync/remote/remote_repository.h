#ifndef SSHSYNC_REMOTE_REMOTE_REPOSITORY_H_
#define SSHSYNC_REMOTE_REMOTE_REPOSITORY_H_

#include <algorithm>
#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "sshsync/host/digest_session.h"
#include "sshsync/host/host_facts.h"
#include "sshsync/host/host_tools.h"
#include "sshsync/host/probe/survey_probe.h"
#include "sshsync/host/probe/tool_probe.h"
#include "sshsync/host/range_command.h"
#include "sshsync/host/record_script.h"
#include "sshsync/host/repository_templates.h"
#include "sshsync/model/event.h"
#include "sshsync/model/repository.h"
#include "sshsync/plan/big_file.h"
#include "sshsync/plan/listing.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/digest_run.h"
#include "sshsync/remote/remote_listing.h"
#include "sshsync/remote/run_context.h"
#include "sshsync/stage/link_copy.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {

/// One repository on its host, as the questions one can ask of it. The part that does not depend on the runner (the
/// text of the commands, the reading of their answers) lies in the .cc files of host_facts, digest_session and
/// repository_templates. Errors carry the host: `Permission denied (publickey); ssh deploy@10.0.0.3; repository
/// "appnode1"`. A question whose answer was lost is asked again, `retries` times, with backoff. Ownership: refers to
/// the context and the repository. Threads: any number may ask at once, after Open.
class RemoteRepository {
 public:
  RemoteRepository(RunContext& context, const Repository& repository, RepositoryTemplates templates)
      : context_(context), repository_(repository), templates_(std::move(templates)) {}

  RunContext& context() const { return context_; }
  const Repository& config() const { return repository_; }
  const RepositoryTemplates& templates() const { return templates_; }
  const HostFacts& facts() const { return facts_; }

  /// The commands in force here. Those that move files are settled by PrepareTransfer: before it they are what the
  /// preset says, with `preset = auto` plain POSIX.
  const HostTools& tools() const { return *tools_; }

  /// Finds out, with `preset = auto`, how this host moves files: one round trip, the first time it is called. To be
  /// called before the actions of ToolGroup::kTransfer are used, and after Open.
  absl::Status PrepareTransfer() { return Prepare(ToolProbe::Extent::kOpen); }
  absl::Status PrepareChunks(const DigestTool& tool) { return Prepare(ToolProbe::Extent::kChunks, tool); }
  DigestRun NewDigestRun() const { return DigestRun(context_, repository_, facts_.cpus, Nice()); }

  /// Connects, resolves the folder, learns what the host has. `create` makes the folder where only it is missing.
  absl::Status Open(bool create);

  /// Which digest tools the host has, of these algorithms. The first such question also finds out how the host is
  /// surveyed best.
  absl::StatusOr<DigestTools> ProbeDigests(const std::vector<std::string>& algorithms, SurveyProbe::Extent extent);

  /// The files, by the operator's listcmd or our own.
  absl::StatusOr<RemoteListing> List();

  /// All symbolic links below the folder; no question where the listing has seen them.
  absl::StatusOr<std::set<std::string>> Links(const RemoteListing& listing);

  /// Where these links lead, as far as that stays inside the repository.
  absl::StatusOr<LinkTargets> Targets(const std::vector<std::string>& links);

  /// What the host's directories say of these names, in the same order; nothing for one that does not exist.
  absl::StatusOr<std::vector<absl::optional<RemoteStat>>> Stat(absl::Span<const std::string> names) {
    return StatIn(facts_.root, names);
  }

  /// The same below another folder of the host.
  absl::StatusOr<std::vector<absl::optional<RemoteStat>>> StatIn(absl::string_view folder,
                                                                 absl::Span<const std::string> names);

  /// One answer for each question, in the same order: by the digestcmd, or by the tool that was chosen in its place.
  absl::StatusOr<DigestResults> Digest(absl::Span<const DigestRequest> questions) {
    if (!templates_.has("digestcmd")) return DigestByTool(questions);
    absl::optional<DigestTool> tool;
    if (repository_.batch_digest) tool = RecogniseDigestTool(templates_.digest_text());
    return DigestIn(facts_, &templates_, tool, questions, tools());
  }

  /// The same by a tool of our choice.
  absl::StatusOr<DigestResults> DigestWith(const DigestTool& tool, absl::Span<const DigestRequest> questions);

  /// Digest of files below another folder of the host, which templates are given in the place of the repository.
  absl::StatusOr<DigestResults> DigestBelow(absl::string_view folder, absl::Span<const DigestRequest> questions) {
    if (!templates_.has("digestcmd")) SSHSYNC_RETURN_IF_ERROR(tool_.status());
    HostFacts there = facts_;
    there.root = std::string(folder);
    const bool own = templates_.has("digestcmd");
    return DigestIn(there, own ? &templates_ : nullptr, own ? absl::nullopt : absl::optional<DigestTool>(*tool_),
                    questions, HostTools());
  }

  /// For a repository without a digestcmd: the tool, or why there is none. To be called before the first Digest.
  /// `chunk` bytes: files larger than that are digested chunk by chunk; 0: as a whole.
  void UseDigestTool(absl::StatusOr<DigestTool> tool, std::string algorithm = "", int64_t chunk = 0) {
    const std::lock_guard lock(tools_mu_);
    tool_ = std::move(tool);
    algorithm_ = std::move(algorithm);
    chunk_ = (chunk + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
  }

  // Chunks of big files, where the chain has agreed on them.
  bool digests_chunks() const { return tool_.ok() && chunk_ > 0; }
  int64_t chunk() const { return chunk_; }  ///< bytes, whole blocks; 0: none
  const std::string& algorithm() const { return algorithm_; }
  std::string chunks_text() const { return tools().Chunks(algorithm_, tool()->words); }
  /// Shell text that digests all chunks of a file of that size, and what it printed.
  std::string ChunksTextOf(absl::string_view file, int64_t size) const {
    return ChunksText(file, 0, ChunkCount(size, chunk_), chunk_ / kBlockBytes, chunks_text());
  }
  absl::StatusOr<DigestResult> ChunksAnswer(absl::string_view output, int64_t size) const {
    return ParseChunksAnswer(output, size, chunk_, algorithm_);
  }

  /// Shell text that digests files below any folder of the host, and what it printed as one answer for each. A
  /// digestcmd takes one file.
  absl::StatusOr<std::string> DigestText(absl::string_view folder, absl::Span<const std::string> files) const;
  std::vector<absl::StatusOr<DigestResult>> ParseDigest(absl::string_view output, int status, absl::string_view folder,
                                                        absl::Span<const std::string> files) const;

  /// A short command through the channel; asked again when its answer was lost. It is silent for the repository's
  /// `timeout` at most.
  absl::StatusOr<RemoteResult> Ask(RemoteCommand command) {
    command.timeout = std::min(command.timeout, repository_.timeout);
    return Again([&] { return context_.runner.Run(repository_.endpoint, command, context_.stop); });
  }

  /// Nothing is asked of the host for a while.
  void Release() const { context_.runner.Release(repository_.endpoint); }

  /// A long command whose whole output is wanted.
  absl::StatusOr<RemoteResult> AskLong(const RemoteCommand& command, size_t longest_line = 0);

  /// Adds where it happened.
  absl::Status Located(const absl::Status& status) const {
    return Annotate(status, absl::StrCat("repository \"", repository_.name, "\""));
  }

  void Emit(LogLevel level, std::string message, std::string path = "") const {
    context_.events.On({.kind = EventKind::kMessage,
                        .run = context_.run,
                        .repository = repository_.name,
                        .path = std::move(path),
                        .level = level,
                        .message = std::move(message)});
  }

  std::string Nice() const { return NiceText(repository_.nice); }

 private:
  absl::Status Prepare(ToolProbe::Extent extent, DigestTool of_chunks = {});
  absl::StatusOr<DigestResults> DigestIn(const HostFacts& there, const RepositoryTemplates* templates,
                                         const absl::optional<DigestTool>& tool,
                                         absl::Span<const DigestRequest> questions, const HostTools& tools);
  absl::StatusOr<DigestResults> DigestByTool(absl::Span<const DigestRequest> questions);
  absl::StatusOr<DigestResults> DigestChunks(absl::Span<const DigestRequest> questions);

  absl::StatusOr<DigestTool> tool() const {
    const std::lock_guard lock(tools_mu_);
    return tool_;
  }

  void UseTools(HostTools tools) {
    known_tools_.push_back(std::move(tools));
    tools_ = &known_tools_.back();
  }

  // A command that stayed silent for its `timeout` is not given another one, and a host that has not answered yet has
  // `wait`, no more.
  template <class Call>
  absl::StatusOr<RemoteResult> Again(Call call) {
    const absl::Time begun = context_.clock.Monotonic();
    RetryPolicy again(context_.backoff, context_.stop, repository_.retries, false);
    for (;;) {
      auto result = call();
      if (result.ok()) {
        answered_ = true;
        return result;
      }
      const absl::Time until = answered_ ? absl::InfiniteFuture() : begun + repository_.wait;
      const absl::Status waited = again.Wait(result.status(), until - context_.clock.Monotonic());
      if (!waited.ok()) return Located(waited);
      Emit(LogLevel::kInfo, absl::StrCat("trying again: ", result.status().message()));
    }
  }

  RunContext& context_;
  const Repository& repository_;
  const RepositoryTemplates templates_;
  HostFacts facts_;
  // What was known of the host's tools, in the course of time: who has a reference to one keeps it.
  std::deque<HostTools> known_tools_{1};
  std::atomic<const HostTools*> tools_ = &known_tools_.front();
  mutable std::mutex tools_mu_;  // of those who add to them
  bool made_tools_ = false;      // Protected by tools_mu_
  struct Preparation {
    std::mutex mu;  // held while the host is asked
    bool done = false;
  };
  Preparation of_chunks_, of_transfer_;
  absl::optional<std::pair<HostFacts, absl::Time>> asked_;  // before Open, and when
  std::atomic<bool> answered_ = false;
  std::string algorithm_;
  int64_t chunk_ = 0;
  absl::StatusOr<DigestTool> tool_ = MakeError(Failure::kBadDigest, "no digestcmd, and no digest tool was chosen");
};

}  // namespace sshsync

#endif  // SSHSYNC_REMOTE_REMOTE_REPOSITORY_H_
