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
#include "sshsync/remote/digest_race.h"
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
template <Runner R, Clock C>
class RemoteRepository {
 public:
  RemoteRepository(RunContext<R, C>& context, const Repository& repository, RepositoryTemplates templates)
      : context_(context), repository_(repository), templates_(std::move(templates)) {}

  RunContext<R, C>& context() const { return context_; }
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
  DigestRun<R, C> NewDigestRun() const { return DigestRun<R, C>(context_, repository_, facts_.cpus, Nice()); }

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
  absl::StatusOr<DigestAnswers> Digest(absl::Span<const DigestQuestion> questions) {
    if (!templates_.has("digestcmd")) return DigestByTool(questions);
    absl::optional<DigestTool> tool;
    if (repository_.batch_digest) tool = RecogniseDigestTool(templates_.digest_text());
    return DigestIn(facts_, &templates_, tool, questions, tools());
  }

  /// The same by a tool of our choice.
  absl::StatusOr<DigestAnswers> DigestWith(const DigestTool& tool, absl::Span<const DigestQuestion> questions);

  /// Digest of files below another folder of the host, which templates are given in the place of the repository.
  absl::StatusOr<DigestAnswers> DigestBelow(absl::string_view folder, absl::Span<const DigestQuestion> questions) {
    if (!templates_.has("digestcmd")) SSHSYNC_RETURN_IF_ERROR(tool_.status());
    HostFacts there = facts_;
    there.root = std::string(folder);
    const bool own = templates_.has("digestcmd");
    return DigestIn(there, own ? &templates_ : nullptr, own ? absl::nullopt : absl::optional<DigestTool>(*tool_),
                    questions, HostTools());
  }

  /// For a repository without a digestcmd: the tool, or why there is none; and all that compute the same, of which
  /// another may be faster here. To be called before the first Digest. `chunk` bytes: files larger than that are
  /// digested chunk by chunk; 0: as a whole.
  void UseDigestTool(absl::StatusOr<DigestTool> tool, std::vector<DigestTool> equals = {}, std::string algorithm = "",
                     int64_t chunk = 0) {
    const std::lock_guard lock(tools_mu_);
    tool_ = std::move(tool);
    equal_tools_ = std::move(equals);
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
  absl::StatusOr<DigestAnswer> ChunksAnswer(absl::string_view output, int64_t size) const {
    return ParseChunksAnswer(output, size, chunk_, algorithm_);
  }

  /// Shell text that digests files below any folder of the host, and what it printed as one answer for each. A
  /// digestcmd takes one file.
  absl::StatusOr<std::string> DigestText(absl::string_view folder, absl::Span<const std::string> files) const;
  std::vector<absl::StatusOr<DigestAnswer>> ParseDigest(absl::string_view output, int status, absl::string_view folder,
                                                        absl::Span<const std::string> files) const;

  /// A short command through the channel; asked again when its answer was lost. It is silent for the repository's
  /// `timeout` at most.
  absl::StatusOr<RemoteResult> Ask(RemoteCommand command) {
    command.timeout = std::min(command.timeout, repository_.timeout);
    return Again([&] { return context_.runner.Run(repository_.endpoint, command, context_.stop); });
  }

  /// Nothing is asked of the host for a while.
  void Release() const {
    if constexpr (KeepsOpen<R>) context_.runner.Release(repository_.endpoint);
  }

  /// A long command whose whole output is wanted.
  absl::StatusOr<RemoteResult> AskLong(const RemoteCommand& command, size_t longest_line = 0);

  /// Adds where it happened.
  absl::Status Located(const absl::Status& status) const {
    return Annotate(status, absl::StrCat("repository \"", repository_.name, "\""));
  }

  void Tell(LogLevel level, std::string message, std::string path = "") const {
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
  absl::StatusOr<DigestAnswers> DigestIn(const HostFacts& there, const RepositoryTemplates* templates,
                                         const absl::optional<DigestTool>& tool,
                                         absl::Span<const DigestQuestion> questions, const HostTools& tools);
  absl::StatusOr<DigestAnswers> DigestByTool(absl::Span<const DigestQuestion> questions);
  absl::StatusOr<DigestAnswers> DigestChunks(absl::Span<const DigestQuestion> questions);

  absl::StatusOr<DigestTool> tool() const {
    const std::lock_guard lock(tools_mu_);
    return tool_;
  }

  // The tool, after a race of all that compute the same where there is enough to read for it to matter.
  absl::StatusOr<DigestTool> ChooseDigestTool(absl::Span<const DigestQuestion> questions);

  void UseTools(HostTools tools) {
    known_tools_.push_back(std::move(tools));
    tools_ = &known_tools_.back();
  }

  // A command that stayed silent for its `timeout` is not given another one, and a host that has not answered yet has
  // `wait`, no more.
  template <class Call>
  absl::StatusOr<RemoteResult> Again(Call call) {
    const absl::Time begun = context_.clock.Monotonic();
    for (int tries = 0;; ++tries) {
      auto result = call();
      if (result.ok()) answered_ = true;
      const bool over = !answered_ && context_.clock.Monotonic() - begun >= repository_.wait;
      if (result.ok() || !absl::IsUnavailable(result.status()) || FailureOf(result.status()) == Failure::kTimeout ||
          over || tries >= repository_.retries) {
        return result.ok() ? std::move(result) : absl::StatusOr<RemoteResult>(Located(result.status()));
      }
      Tell(LogLevel::kInfo, absl::StrCat("trying again: ", result.status().message()));
      if (context_.stop.WaitFor(context_.backoff.Delay(tries))) return context_.stop.status();
    }
  }

  RunContext<R, C>& context_;
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
  std::vector<DigestTool> equal_tools_;
  std::string algorithm_;
  int64_t chunk_ = 0;
  absl::StatusOr<DigestTool> tool_ = MakeError(Failure::kBadDigest, "no digestcmd, and no digest tool was chosen");
};

// Implementation details follow.

template <Runner R, Clock C>
absl::Status RemoteRepository<R, C>::Open(bool create) {
  constexpr absl::Duration kFresh = absl::Minutes(1);  // how long the host's clock and free space are good
  SSHSYNC_RETURN_IF_ERROR(ProbeDigests({}, SurveyProbe::Extent::kFirst).status());
  const auto asked = std::exchange(asked_, absl::nullopt);
  if (asked && context_.clock.Monotonic() - asked->second < kFresh) {
    facts_ = asked->first;
  } else {
    SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result,
                             Ask(HostFactsCommand(repository_.path, create, tools().text("space"))));
    auto facts = ParseHostFacts(result, repository_.path);
    if (!facts.ok()) return Located(facts.status());
    facts_ = *std::move(facts);
  }
  const std::lock_guard lock(tools_mu_);
  HostTools tools = *tools_;
  if (tools.open("stat")) tools.Choose("stat", Presets::Shipped().Find(PresetOf(facts_.stat_tool)));
  facts_.stat_text = std::string(tools.text("stat"));
  for (const absl::string_view action : {"rename", "settime", "flush"}) {
    if (tools.origin(action) == "action") facts_.actions[std::string(action)] = std::string(tools.text(action));
  }
  UseTools(std::move(tools));
  return absl::OkStatus();
}

template <Runner R, Clock C>
absl::StatusOr<DigestTools> RemoteRepository<R, C>::ProbeDigests(const std::vector<std::string>& algorithms,
                                                                 SurveyProbe::Extent extent) {
  const std::lock_guard lock(tools_mu_);
  bool first = !made_tools_;
  if (first) {
    SSHSYNC_ASSIGN_OR_RETURN(HostTools made, HostTools::Make(repository_));
    UseTools(std::move(made));
    made_tools_ = true;
  }
  HostTools tools = *tools_;
  SurveyProbe probe(tools, algorithms, extent);
  while (!probe.done()) {
    // The first question of all brings what Open will want to know: a round trip less.
    const FactsInFront facts(repository_.path, tools.text("space"));
    SSHSYNC_ASSIGN_OR_RETURN(RemoteResult result, Ask(first ? facts.Of(probe.Next()) : probe.Next()));
    if (first) {
      auto found = facts.Take(&result);
      if (found.ok()) asked_.emplace(*std::move(found), context_.clock.Monotonic());
    }
    first = false;
    probe.Read(result);
  }
  UseTools(std::move(tools));
  return probe.digests();
}

template <Runner R, Clock C>
absl::Status RemoteRepository<R, C>::Prepare(ToolProbe::Extent extent, DigestTool of_chunks) {
  Preparation& preparation = extent == ToolProbe::Extent::kChunks ? of_chunks_ : of_transfer_;
  const std::lock_guard lock(preparation.mu);
  if (preparation.done) return absl::OkStatus();
  HostTools settled = *tools_;
  if (const auto chosen = tool(); chosen.ok() && of_chunks.words.empty()) of_chunks = *chosen;
  ToolProbe probe(settled, extent, of_chunks);
  if (!probe.empty()) {
    SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result, Ask(probe.command()));
    probe.Read(result);
  }
  const std::lock_guard tools_lock(tools_mu_);
  HostTools tools = *tools_;
  tools.Adopt(settled);  // the other question may have been answered meanwhile
  UseTools(std::move(tools));
  preparation.done = true;
  return absl::OkStatus();
}

template <Runner R, Clock C>
absl::StatusOr<RemoteResult> RemoteRepository<R, C>::AskLong(const RemoteCommand& command, size_t longest_line) {
  return Again([&]() -> absl::StatusOr<RemoteResult> {
    std::string out;
    size_t line_start = 0;
    const auto sink = [&](absl::string_view bytes) {
      out.append(bytes.data(), bytes.size());
      if (const size_t newline = bytes.rfind('\n'); newline != absl::string_view::npos)
        line_start = out.size() - bytes.size() + newline + 1;
      if (out.size() > command.max_output || (longest_line > 0 && out.size() - line_start > longest_line)) {
        return MakeError(Failure::kOutputTooLarge,
                         absl::StrCat("the command printed too much (", out.size(), " bytes so far)"));
      }
      return absl::OkStatus();
    };
    SSHSYNC_ASSIGN_OR_RETURN(RemoteResult result,
                             context_.runner.RunLong(
                                 repository_.endpoint, command, sink, [] { return false; }, context_.stop));
    result.out = std::move(out);
    return result;
  });
}

template <Runner R, Clock C>
absl::StatusOr<std::vector<absl::optional<RemoteStat>>> RemoteRepository<R, C>::StatIn(
    absl::string_view folder, absl::Span<const std::string> names) {
  constexpr size_t kShort = 4000;   // names in a channel's round trip; more get a session of their own,
  constexpr size_t kLong = 50'000;  // as many as a shell should read at once
  std::vector<absl::optional<RemoteStat>> stats;
  stats.reserve(names.size());
  for (size_t at = 0; at < names.size(); at += kLong) {
    const absl::Span<const std::string> some = names.subspan(at, kLong);
    const std::string text = StatText(facts_, folder, some);
    SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result,
                             some.size() <= kShort
                                 ? Ask({.script = text, .timeout = repository_.timeout})
                                 : AskLong({.script = Nice() + text, .timeout = repository_.timeout}));
    for (auto& stat : ParseStats(facts_, result.out, some)) stats.push_back(std::move(stat));
  }
  return stats;
}

template <Runner R, Clock C>
absl::StatusOr<RemoteListing> RemoteRepository<R, C>::List() {
  constexpr size_t kMaxListing = size_t{256} << 20, kLongestLine = size_t{64} << 10;
  RemoteListing found;
  const bool own = !templates_.has("listcmd");
  std::string text = absl::StrCat("REPOPATH=", ShellLiteral(facts_.root), "\n", tools().text("list"));
  if (!own) {
    SSHSYNC_ASSIGN_OR_RETURN(const BoundCommand bound, templates_.List(facts_.root));
    text = bound.script();
  }
  RemoteCommand command{
      .script = absl::StrCat(Nice(), text, "\n"), .timeout = repository_.timeout, .max_output = kMaxListing};
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result, AskLong(command, kLongestLine));
  found.incomplete = WhyIncomplete(result);
  if (!own) {
    found.listing = ParseListing(result.out, {facts_.root, repository_.path});
    return found;
  }
  StatListing all = ParseStatListing(result.out, facts_.now);
  if (!all.understood && found.incomplete.empty()) found.incomplete = "its output is not what the action `list` prints";
  found.own = true;
  found.listing.refused = std::move(all.refused);
  for (size_t i = 0; i < all.paths.size(); ++i) {
    if (all.stats[i].type == RemoteStat::Type::kFile || all.stats[i].type == RemoteStat::Type::kLink) {
      found.listing.paths.push_back(std::move(all.paths[i]));
      found.stats.push_back(all.stats[i]);
    } else {
      found.others.emplace(std::move(all.paths[i]), all.stats[i]);
    }
  }
  return found;
}

template <Runner R, Clock C>
absl::StatusOr<std::set<std::string>> RemoteRepository<R, C>::Links(const RemoteListing& found) {
  if (found.own) {
    std::set<std::string> links;
    for (size_t i = 0; i < found.stats.size(); ++i) {
      if (found.stats[i].type == RemoteStat::Type::kLink) links.insert(found.listing.paths[i]);
    }
    return links;
  }
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result,
                           AskLong({.script = Nice() + FindText(facts_, "l"), .timeout = repository_.timeout}));
  Listing listing = ParseFind(result.out);
  return std::set<std::string>(listing.paths.begin(), listing.paths.end());
}

template <Runner R, Clock C>
absl::StatusOr<LinkTargets> RemoteRepository<R, C>::Targets(const std::vector<std::string>& links) {
  if (links.empty()) return LinkTargets();
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result,
                           AskLong({.script = LinkTargetsText(facts_.root, links), .timeout = repository_.timeout}));
  LinkTargets targets = ParseLinkTargets(result.out, links);
  std::erase_if(targets, [](const auto& link) { return !StaysInside(link.first, link.second); });
  return targets;
}

template <Runner R, Clock C>
absl::StatusOr<DigestTool> RemoteRepository<R, C>::ChooseDigestTool(absl::Span<const DigestQuestion> questions) {
  constexpr int64_t kWorthARace = int64_t{256} << 20;
  int64_t bytes = 0;
  for (const DigestQuestion& question : questions) bytes += std::max<int64_t>(question.size, 0);
  std::vector<DigestTool> racers;
  {
    const std::lock_guard lock(tools_mu_);
    if (!tool_.ok() || equal_tools_.size() < 2 || bytes < kWorthARace) return tool_;
    racers = std::exchange(equal_tools_, {});  // once is enough
  }
  const auto winner = FastestDigestTool(context_, repository_.endpoint, racers, Nice(), repository_.timeout);
  if (!winner.ok() && !absl::IsUnavailable(winner.status())) return Located(winner.status());
  const std::lock_guard lock(tools_mu_);
  if (winner.ok()) tool_ = *winner;
  return tool_;
}

template <Runner R, Clock C>
absl::StatusOr<DigestAnswers> RemoteRepository<R, C>::DigestWith(const DigestTool& tool,
                                                                 absl::Span<const DigestQuestion> questions) {
  SSHSYNC_ASSIGN_OR_RETURN(auto answers, DigestIn(facts_, nullptr, tool, questions, tools()));
  std::vector<std::string> doubtful;
  std::vector<size_t> places;
  for (size_t i = 0; i < answers.size(); ++i) {
    if (answers[i].ok() || FailureOf(answers[i].status()) != Failure::kBadDigest) continue;
    doubtful.push_back(questions[i].path);
    places.push_back(i);
  }
  if (doubtful.empty()) return answers;
  SSHSYNC_ASSIGN_OR_RETURN(const auto stats, Stat(doubtful));
  for (size_t i = 0; i < doubtful.size(); ++i) {
    if (!stats[i]) answers[places[i]] = DigestAnswer{.missing = true};
  }
  return answers;
}

template <Runner R, Clock C>
absl::StatusOr<std::string> RemoteRepository<R, C>::DigestText(absl::string_view folder,
                                                               absl::Span<const std::string> files) const {
  if (templates_.has("digestcmd")) {
    SSHSYNC_ASSIGN_OR_RETURN(const BoundCommand bound, templates_.Digest(folder, files[0]));
    return bound.script();
  }
  SSHSYNC_ASSIGN_OR_RETURN(const DigestTool chosen, tool());
  return DigestToolText(tools(), folder, chosen, Operands(files));
}

template <Runner R, Clock C>
std::vector<absl::StatusOr<DigestAnswer>> RemoteRepository<R, C>::ParseDigest(
    absl::string_view output, int status, absl::string_view folder, absl::Span<const std::string> files) const {
  if (templates_.has("digestcmd")) return {ParseDigestAnswer(output, status, absl::StrCat(folder, "/", files[0]))};
  std::vector<absl::StatusOr<DigestAnswer>> answers;
  const auto digests = ParseDigestBatch(output, Operands(files));
  for (size_t i = 0; i < files.size(); ++i) {
    if (digests && !(*digests)[i].empty()) {
      answers.push_back(DigestAnswer{.missing = false, .digest = (*digests)[i]});
    } else {
      answers.push_back(MakeError(Failure::kBadDigest, "the digest tool gave no digest of it"));
    }
  }
  return answers;
}

template <Runner R, Clock C>
absl::StatusOr<DigestAnswers> RemoteRepository<R, C>::DigestByTool(absl::Span<const DigestQuestion> questions) {
  const auto is_big = [this](const DigestQuestion& question) { return chunk_ > 0 && question.size > chunk_; };
  std::vector<DigestQuestion> small, big;
  if (std::any_of(questions.begin(), questions.end(), is_big)) {
    for (const DigestQuestion& question : questions) (is_big(question) ? big : small).push_back(question);
  }
  if (!big.empty()) SSHSYNC_RETURN_IF_ERROR(Prepare(ToolProbe::Extent::kChunks));
  const bool by_tool = big.empty() || absl::StrContains(tools().text("chunks"), "{TOOL}");
  SSHSYNC_ASSIGN_OR_RETURN(const DigestTool tool, ChooseDigestTool(by_tool ? questions : small));
  if (big.empty()) return DigestWith(tool, questions);
  absl::StatusOr<DigestAnswers> of_small = DigestAnswers();
  absl::StatusOr<DigestAnswers> of_big = DigestAnswers();
  {
    std::jthread meanwhile = StartThread([&] { of_big = DigestChunks(big); });
    if (!small.empty()) of_small = DigestWith(tool, small);
  }
  SSHSYNC_RETURN_IF_ERROR(of_small.status());
  SSHSYNC_RETURN_IF_ERROR(of_big.status());
  DigestAnswers answers;
  answers.reserve(questions.size());
  for (size_t i = 0, j = 0; i + j < questions.size();) {
    const bool is_of_big = is_big(questions[i + j]);
    answers.push_back(std::move(is_of_big ? (*of_big)[j] : (*of_small)[i]));
    ++(is_of_big ? j : i);
  }
  return answers;
}

template <Runner R, Clock C>
absl::StatusOr<DigestAnswers> RemoteRepository<R, C>::DigestChunks(absl::Span<const DigestQuestion> questions) {
  std::vector<typename DigestRun<R, C>::BigFile> files;
  for (const DigestQuestion& question : questions)
    files.push_back({absl::StrCat(facts_.root, "/", question.path), question.size});
  auto answers = NewDigestRun().AskChunks(files, chunk_, algorithm_, chunks_text());
  if (!answers.ok()) return Located(answers.status());
  return answers;
}

template <Runner R, Clock C>
absl::StatusOr<DigestAnswers> RemoteRepository<R, C>::DigestIn(const HostFacts& there,
                                                               const RepositoryTemplates* templates,
                                                               const absl::optional<DigestTool>& tool,
                                                               absl::Span<const DigestQuestion> questions,
                                                               const HostTools& tools) {
  // What a file costs besides its bytes, in bytes that could be read instead: a share of a tool's call, or processes of
  // its own.
  constexpr int64_t kOfABatch = int64_t{16} << 10, kOfACall = int64_t{4} << 20;
  DigestRun<R, C> run(context_, repository_, facts_.cpus, Nice());
  auto answers =
      run.Ask(questions, tool ? kOfABatch : kOfACall, [&](absl::Span<const DigestQuestion> some, bool batch) {
        return DigestSession(there, templates, batch ? tool : absl::nullopt, some, tools);
      });
  if (!answers.ok()) return Located(answers.status());
  if (run.batch_discarded()) {
    Tell(LogLevel::kWarning,
         "the digest tool with many files at once does not agree with digestcmd; it was asked file by file");
  }
  return answers;
}

}  // namespace sshsync

#endif  // SSHSYNC_REMOTE_REMOTE_REPOSITORY_H_
