#include "sshsync/remote/remote_repository.h"

namespace sshsync {

absl::Status RemoteRepository::Open(bool create) {
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

absl::StatusOr<DigestTools> RemoteRepository::ProbeDigests(const std::vector<std::string>& algorithms,
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
    const PiggybackedFacts facts(repository_.path, tools.text("space"));
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

absl::Status RemoteRepository::Prepare(ToolProbe::Extent extent, DigestTool of_chunks) {
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

absl::StatusOr<RemoteResult> RemoteRepository::AskLong(const RemoteCommand& command, size_t longest_line) {
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

absl::StatusOr<std::vector<absl::optional<RemoteStat>>> RemoteRepository::StatIn(absl::string_view folder,
                                                                                 absl::Span<const std::string> names) {
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

absl::StatusOr<RemoteListing> RemoteRepository::List() {
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

absl::StatusOr<std::set<std::string>> RemoteRepository::Links(const RemoteListing& found) {
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

absl::StatusOr<LinkTargets> RemoteRepository::Targets(const std::vector<std::string>& links) {
  if (links.empty()) return LinkTargets();
  SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result,
                           AskLong({.script = LinkTargetsText(facts_.root, links), .timeout = repository_.timeout}));
  LinkTargets targets = ParseLinkTargets(result.out, links);
  std::erase_if(targets, [](const auto& link) { return !StaysInside(link.first, link.second); });
  return targets;
}

absl::StatusOr<DigestResults> RemoteRepository::DigestWith(const DigestTool& tool,
                                                           absl::Span<const DigestRequest> questions) {
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
    if (!stats[i]) answers[places[i]] = DigestResult{.missing = true};
  }
  return answers;
}

absl::StatusOr<std::string> RemoteRepository::DigestText(absl::string_view folder,
                                                         absl::Span<const std::string> files) const {
  if (templates_.has("digestcmd")) {
    SSHSYNC_ASSIGN_OR_RETURN(const BoundCommand bound, templates_.Digest(folder, files[0]));
    return bound.script();
  }
  SSHSYNC_ASSIGN_OR_RETURN(const DigestTool chosen, tool());
  return DigestToolText(tools(), folder, chosen, Operands(files));
}

std::vector<absl::StatusOr<DigestResult>> RemoteRepository::ParseDigest(absl::string_view output, int status,
                                                                        absl::string_view folder,
                                                                        absl::Span<const std::string> files) const {
  if (templates_.has("digestcmd")) return {ParseDigestResult(output, status, absl::StrCat(folder, "/", files[0]))};
  std::vector<absl::StatusOr<DigestResult>> answers;
  const auto digests = ParseDigestBatch(output, Operands(files));
  for (size_t i = 0; i < files.size(); ++i) {
    if (digests && !(*digests)[i].empty()) {
      answers.push_back(DigestResult{.missing = false, .digest = (*digests)[i]});
    } else {
      answers.push_back(MakeError(Failure::kBadDigest, "the digest tool gave no digest of it"));
    }
  }
  return answers;
}

absl::StatusOr<DigestResults> RemoteRepository::DigestByTool(absl::Span<const DigestRequest> questions) {
  const auto is_big = [this](const DigestRequest& question) { return chunk_ > 0 && question.size > chunk_; };
  std::vector<DigestRequest> small, big;
  if (std::any_of(questions.begin(), questions.end(), is_big)) {
    for (const DigestRequest& question : questions) (is_big(question) ? big : small).push_back(question);
  }
  if (!big.empty()) SSHSYNC_RETURN_IF_ERROR(Prepare(ToolProbe::Extent::kChunks));
  SSHSYNC_ASSIGN_OR_RETURN(const DigestTool tool, this->tool());
  if (big.empty()) return DigestWith(tool, questions);
  absl::StatusOr<DigestResults> of_small = DigestResults();
  absl::StatusOr<DigestResults> of_big = DigestResults();
  {
    std::jthread meanwhile = StartThread([&] { of_big = DigestChunks(big); });
    if (!small.empty()) of_small = DigestWith(tool, small);
  }
  SSHSYNC_RETURN_IF_ERROR(of_small.status());
  SSHSYNC_RETURN_IF_ERROR(of_big.status());
  DigestResults answers;
  answers.reserve(questions.size());
  for (size_t i = 0, j = 0; i + j < questions.size();) {
    const bool is_of_big = is_big(questions[i + j]);
    answers.push_back(std::move(is_of_big ? (*of_big)[j] : (*of_small)[i]));
    ++(is_of_big ? j : i);
  }
  return answers;
}

absl::StatusOr<DigestResults> RemoteRepository::DigestChunks(absl::Span<const DigestRequest> questions) {
  std::vector<DigestRun::BigFile> files;
  for (const DigestRequest& question : questions)
    files.push_back({absl::StrCat(facts_.root, "/", question.path), question.size});
  auto answers = NewDigestRun().AskChunks(files, chunk_, algorithm_, chunks_text());
  if (!answers.ok()) return Located(answers.status());
  return answers;
}

absl::StatusOr<DigestResults> RemoteRepository::DigestIn(const HostFacts& there, const RepositoryTemplates* templates,
                                                         const absl::optional<DigestTool>& tool,
                                                         absl::Span<const DigestRequest> questions,
                                                         const HostTools& tools) {
  // What a file costs besides its bytes, in bytes that could be read instead: a share of a tool's call, or processes of
  // its own.
  constexpr int64_t kOfABatch = int64_t{16} << 10, kOfACall = int64_t{4} << 20;
  DigestRun run(context_, repository_, facts_.cpus, Nice());
  auto answers = run.Ask(questions, tool ? kOfABatch : kOfACall, [&](absl::Span<const DigestRequest> some, bool batch) {
    return DigestSession(there, templates, batch ? tool : absl::nullopt, some, tools);
  });
  if (!answers.ok()) return Located(answers.status());
  if (run.batch_discarded()) {
    Emit(LogLevel::kWarning,
         "the digest tool with many files at once does not agree with digestcmd; it was asked file by file");
  }
  return answers;
}

}  // namespace sshsync
