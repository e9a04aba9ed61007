#include "sshsync/remote/digest_agreement.h"

namespace sshsync {

namespace {

// What one host can do, and which algorithm its digestcmd computes.
struct Host {
  absl::Status status;
  DigestTools tools;
  std::string algorithm;  // of its digestcmd; empty where it has none
};

// Whether the host's own tool and its digestcmd say the same of two of its files.
absl::Status Confirm(RemoteRepository& repository, const DigestTool& tool) {
  SSHSYNC_RETURN_IF_ERROR(repository.Open(false));
  SSHSYNC_ASSIGN_OR_RETURN(
      const RemoteResult found,
      repository.Ask({.script = absl::StrCat("{ ", FindText(repository.facts(), "f"), "} | sed -n 1,2p")}));
  std::vector<DigestRequest> questions;
  for (const std::string& path : ParseFind(found.out).paths) questions.push_back({path, 0});
  SSHSYNC_ASSIGN_OR_RETURN(const auto theirs, repository.Digest(questions));
  SSHSYNC_ASSIGN_OR_RETURN(const auto ours, repository.DigestWith(tool, questions));
  for (size_t i = 0; i < questions.size(); ++i) {
    if (theirs[i].ok() && ours[i].ok() && theirs[i]->digest != ours[i]->digest) {
      return MakeError(Failure::kBadDigest,
                       "its digestcmd computes something else than a digest of the whole file: give both sides a "
                       "digestcmd, or none");
    }
  }
  return absl::OkStatus();
}

Host Ask(RemoteRepository& repository, const std::vector<std::string>& algorithms, SurveyProbe::Extent extent) {
  Host host;
  auto tools = repository.ProbeDigests(algorithms, extent);
  host.status = tools.status();
  if (!tools.ok()) return host;
  host.tools = *std::move(tools);
  if (!repository.templates().has("digestcmd")) return host;
  const std::string mark = RandomMark();
  const auto text = repository.templates().Digest(ScratchFolder(mark), ScratchName());
  const auto result = text.ok() ? repository.Ask(ScratchDigestCommand(mark, text->script())) : text.status();
  const auto answer = result.ok()
                          ? ParseDigestResult(result->out, result->status, ScratchFolder(mark) + "/" + ScratchName())
                          : result.status();
  host.status = answer.status();
  if (!answer.ok()) return host;
  host.algorithm = AlgorithmOf(answer->digest);
  const auto tool = host.tools.find(host.algorithm);
  if (tool != host.tools.end()) host.status = Confirm(repository, tool->second.front());
  return host;
}

std::vector<Host> AskAll(const std::vector<RemoteRepository*>& chain, const std::vector<std::string>& preference,
                         SurveyProbe::Extent extent, const AgreementLimits& limits) {
  std::vector<std::string> algorithms = preference;
  for (const absl::string_view other : {"sha256", "sha1", "md5", "sha512"}) {
    const bool listed = std::find(algorithms.begin(), algorithms.end(), other) != algorithms.end();
    if (extent == SurveyProbe::Extent::kAll && !listed) algorithms.emplace_back(other);
  }
  std::vector<Host> hosts(chain.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < chain.size(); i = next++) {
      hosts[i] = Ask(*chain[i], algorithms, extent);
      if (limits.soon && !limits.soon(chain[i]->config().endpoint)) chain[i]->Release();
    }
  };
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < std::min(chain.size(), static_cast<size_t>(std::max(limits.at_once, 1))); ++i)
    threads.push_back(StartThread(work));
  threads.clear();
  return hosts;
}

bool Agree(const std::vector<std::string>& preference, const std::vector<Host>& hosts) {
  std::vector<DigestTools> able;
  for (const Host& host : hosts) {
    if (host.status.ok()) able.push_back(host.tools);
  }
  return !CommonAlgorithm(preference, able).empty();
}

}  // namespace

void AgreeOnDigest(const std::vector<RemoteRepository*>& chain, const std::vector<std::string>& preference,
                   int64_t chunk, const AgreementLimits& limits) {
  const auto lacks = [](RemoteRepository* repository) { return !repository->templates().has("digestcmd"); };
  if (std::none_of(chain.begin(), chain.end(), lacks)) return;
  // Where nobody has a digestcmd, the first algorithm that a host can compute mostly is the one that all can.
  const bool none_given = std::all_of(chain.begin(), chain.end(), lacks);
  std::vector<Host> hosts =
      AskAll(chain, preference, none_given ? SurveyProbe::Extent::kFirst : SurveyProbe::Extent::kAll, limits);
  if (none_given && !Agree(preference, hosts)) hosts = AskAll(chain, preference, SurveyProbe::Extent::kAll, limits);
  std::set<std::string> given;
  std::vector<DigestTools> able;
  absl::Status refused;
  for (size_t i = 0; i < chain.size(); ++i) {
    if (!hosts[i].status.ok()) {
      if (FailureOf(hosts[i].status) == Failure::kBadDigest) refused = chain[i]->Located(hosts[i].status);
      continue;
    }
    if (lacks(chain[i])) {
      able.push_back(hosts[i].tools);
    } else {
      given.insert(hosts[i].algorithm);
    }
  }
  const std::string algorithm = given.empty() ? CommonAlgorithm(preference, able) : *given.begin();
  if (refused.ok() && (given.size() > 1 || given.contains(""))) {
    refused = MakeError(
        Failure::kBadDigest,
        "the digestcmds of the chain do not compute one known digest: give every repository a digestcmd, or none");
  }
  if (refused.ok() && algorithm.empty()) {
    refused = MakeError(
        Failure::kCommandNotFound,
        absl::StrCat("no digest that all hosts of the chain can compute (of: ", absl::StrJoin(preference, " "), ")"));
  }
  const bool weak = algorithm == "md5" || algorithm == "sha1";
  for (size_t i = 0; i < chain.size(); ++i) {
    if (!lacks(chain[i]) || !hosts[i].status.ok()) continue;
    const auto tool = hosts[i].tools.find(algorithm);
    if (refused.ok() && tool != hosts[i].tools.end()) {
      // A digestcmd anywhere in the chain speaks of whole files: then all do.
      chain[i]->UseDigestTool(tool->second.front(), algorithm, given.empty() ? chunk : 0);
      if (weak) chain[i]->Emit(LogLevel::kWarning, absl::StrCat("digests are ", algorithm, ", which is below sha256"));
    } else {
      chain[i]->UseDigestTool(
          refused.ok() ? MakeError(Failure::kCommandNotFound, absl::StrCat("no tool that computes ", algorithm))
                       : refused);
    }
  }
}

}  // namespace sshsync
