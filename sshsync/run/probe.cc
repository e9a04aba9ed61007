#include "sshsync/probe.h"

#include <algorithm>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sshsync/config/keys.h"
#include "sshsync/host/probe/digest_probe.h"
#include "sshsync/plan/queue.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/route/routes.h"
#include "sshsync/run/run_environment.h"
#include "sshsync/text/escape.h"
#include "sshsync/text/shell_quote.h"

namespace sshsync {
namespace {

using Remote = RemoteRepository;

// One repository's probe: each method adds its check.
class HostProbe {
 public:
  HostProbe(RunEnvironment& environment, const Configuration& configuration, const Repository& repository,
            RepositoryProbe& probe)
      : environment_(environment), configuration_(configuration), repository_(repository), probe_(probe) {}

  void Run() {
    const Repository* const parent = configuration_.Find(repository_.parent);
    auto templates =
        RepositoryTemplates::Make(repository_, parent, environment_.context().run, environment_.context().clock.Now());
    if (!templates.ok()) return Add("templates", templates.status(), "");
    Remote remote(environment_.context(), repository_, *std::move(templates));
    if (!TryFolder(remote)) return;
    TryListing(remote);
    TryActions(remote, TryDigestTools(remote));
    if (remote.templates().has("digestcmd")) TryDigestcmd(remote);
    if (remote.templates().has("synccmd") && parent != nullptr) TrySynccmd(remote, *parent);
    const bool builtin = !repository_.moves_by_command();
    if (builtin && parent != nullptr) TryRoutes(remote, *parent);
  }

 private:
  void Add(absl::string_view name, const absl::Status& status, absl::string_view found) {
    probe_.checks.push_back({.name = std::string(name),
                             .ok = status.ok(),
                             .failure = FailureOf(status),
                             .detail = std::string(status.ok() ? found : absl::string_view(status.message()))});
  }

  bool TryFolder(Remote& remote) {
    const absl::Status opened = remote.Open(false);
    Add("connection and folder", opened, "");
    if (!opened.ok()) return false;
    const HostFacts& facts = remote.facts();
    const absl::Time before = environment_.context().clock.Monotonic();
    if (remote.Ask({.script = ":"}).ok()) probe_.round_trip = environment_.context().clock.Monotonic() - before;
    probe_.system = CleanForTerminal(facts.system);
    probe_.root = facts.root;
    probe_.free_bytes = facts.free_bytes;
    probe_.checks.back().detail =
        absl::StrCat(EscapeForTerminal(facts.root), facts.writable ? ", writable" : ", not writable");
    if (!repository_.is_root() && !facts.writable) {
      probe_.checks.back().ok = false;
      probe_.checks.back().failure = Failure::kPermission;
    }
    return true;
  }

  void TryListing(Remote& remote) {
    const absl::string_view name = remote.templates().has("listcmd") ? "listcmd" : "listing";
    const auto found = remote.List();
    absl::Status status = found.status();
    if (found.ok() && !found->incomplete.empty()) status = MakeError(Failure::kBadListing, found->incomplete);
    if (status.ok() && !found->listing.refused.empty()) {
      const RefusedPath& first = found->listing.refused.front();
      status = MakeError(Failure::kBadListing,
                         absl::StrCat(found->listing.refused.size(), " paths are refused, the first is \"",
                                      EscapeForTerminal(first.path), "\": ", first.reason));
    }
    Add(name, status, found.ok() ? absl::StrCat(found->listing.paths.size(), " files") : "");
  }

  // The best tool of the algorithm that comes first.
  DigestTool TryDigestTools(Remote& remote) {
    const auto tools = remote.ProbeDigests({"sha256", "sha1", "md5", "sha512"}, SurveyProbe::Extent::kAll);
    Add("digest tools", tools.status(),
        tools.ok()
            ? absl::StrJoin(*tools, ", ",
                            [](std::string* out, const auto& tool) { absl::StrAppend(out, tool.second.front().words); })
            : "");
    if (!tools.ok()) return {};
    for (const std::string& algorithm : repository_.digest) {
      if (const auto at = tools->find(algorithm); at != tools->end()) return at->second.front();
    }
    return {};
  }

  // What was chosen, or is given, must do what it should: all of it is tried, also what a run takes untried because
  // nothing else is left.
  void TryActions(Remote& remote, const DigestTool& tool) {
    remote.UseDigestTool(tool);
    absl::Status status = remote.PrepareTransfer();
    HostTools tools = remote.tools();
    ToolProbe trial(tools, ToolProbe::Extent::kTaken, tool);
    const auto result = status.ok() ? remote.Ask(trial.command()) : status;
    if (!result.ok()) return Add("actions", result.status(), "");
    trial.Read(*result);
    std::vector<std::string> good;
    for (const absl::string_view action : PresetActions()) {
      if (!tools.can(action)) continue;
      probe_.actions.push_back({.name = std::string(action),
                                .origin = std::string(tools.origin(action)),
                                .text = std::string(tools.text(action))});
      const auto passed = trial.passed().find(std::string(action));
      if (passed == trial.passed().end() && GroupOf(action) == ToolGroup::kTransfer && action != "chunks") {
        Add(absl::StrCat("action ", action),
            MakeError(Failure::kCommandFailed, "it could not be tried: /tmp is not writable"), "");
      } else if (passed != trial.passed().end() && !passed->second) {
        Add(absl::StrCat("action ", action),
            MakeError(Failure::kCommandFailed,
                      absl::StrCat("that of ", tools.origin(action), " does not give the known answer")),
            "");
      } else {
        good.push_back(absl::StrCat(action, " (", tools.origin(action), ")"));
      }
    }
    Add("actions", absl::OkStatus(), absl::StrJoin(good, ", "));
  }

  void TryDigestcmd(Remote& remote) {
    const std::string mark = RandomMark();
    const std::string path = absl::StrCat(ScratchFolder(mark), "/", ScratchName());
    const auto text = remote.templates().Digest(ScratchFolder(mark), ScratchName());
    const auto result = text.ok() ? remote.Ask(ScratchDigestCommand(mark, text->script())) : text.status();
    const auto answer = result.ok() ? ParseDigestResult(result->out, result->status, path) : result.status();
    absl::Status status = answer.status();
    if (result.ok() && !status.ok() && !result->err.empty())
      status = Annotate(status, CleanForTerminal(absl::StripAsciiWhitespace(result->err)));
    if (status.ok() && answer->missing) status = MakeError(Failure::kBadDigest, "it says NONE of a file that is there");
    const std::string algorithm = status.ok() ? AlgorithmOf(answer->digest) : "";
    Add("digestcmd", status, algorithm.empty() ? "answers, with a digest that is none of the known ones" : algorithm);
  }

  void TryRoutes(Remote& remote, const Repository& parent_repository) {
    auto templates = RepositoryTemplates::Make(parent_repository, configuration_.Find(parent_repository.parent),
                                               environment_.context().run, environment_.context().clock.Now());
    if (!templates.ok()) return;  // its own probe says so
    Remote parent(environment_.context(), parent_repository, *std::move(templates));
    const absl::Status opened = parent.Open(false);
    const auto listing = opened.ok() ? parent.List() : opened;
    if (!listing.ok()) return Add("route", Annotate(listing.status(), "so that no route from it could be tried"), "");
    if (listing->listing.paths.empty()) return Add("route", absl::OkStatus(), "not tried: the parent has no files");
    Routes routes(environment_.context(), parent, remote, ScratchFolder(RandomMark()));
    std::string found;
    absl::Status worst;
    bool works = false;
    for (const auto& [route, tried] :
         routes.TryAll({.folder = parent.facts().root, .file = listing->listing.paths.front()})) {
      absl::StrAppend(&found, found.empty() ? "" : "; ", RouteName(route), ": ",
                      tried.ok() ? "works" : std::string(tried.message()));
      works = works || tried.ok();
      if (!tried.ok()) worst = tried;
    }
    Add("route", works ? absl::OkStatus() : MakeError(FailureOf(worst), found), found);
  }

  void TrySynccmd(Remote& remote, const Repository& parent_repository) {
    absl::string_view brought;
    const absl::Status status = BringOne(remote, parent_repository, &brought);
    Add("synccmd", status, brought);
  }

  absl::Status BringOne(Remote& remote, const Repository& parent_repository, absl::string_view* brought) {
    SSHSYNC_ASSIGN_OR_RETURN(RepositoryTemplates templates,
                             RepositoryTemplates::Make(parent_repository, configuration_.Find(parent_repository.parent),
                                                       environment_.context().run, environment_.context().clock.Now()));
    Remote parent(environment_.context(), parent_repository, std::move(templates));
    SSHSYNC_RETURN_IF_ERROR(parent.Open(false));
    SSHSYNC_ASSIGN_OR_RETURN(const RemoteListing listing, parent.List());
    const auto& paths = listing.listing.paths;
    if (paths.empty()) {
      *brought = "not tried: the parent has no files";
      return absl::OkStatus();
    }
    SSHSYNC_ASSIGN_OR_RETURN(const auto stats, parent.Stat(paths));
    size_t smallest = 0;
    const auto size = [&](size_t i) {
      return stats[i] && stats[i]->type == RemoteStat::Type::kFile ? stats[i]->stat.size : INT64_MAX;
    };
    for (size_t i = 1; i < paths.size(); ++i) smallest = size(i) < size(smallest) ? i : smallest;

    const std::string folder = ScratchFolder(RandomMark());
    SSHSYNC_ASSIGN_OR_RETURN(const BoundCommand bound,
                             remote.templates().Sync(parent.facts().root, folder, paths[smallest]));
    const std::string target = absl::StrCat(folder, "/", paths[smallest]);
    const std::string script = absl::StrCat(
        "( umask 077; mkdir -p ", ShellLiteral(target.substr(0, target.rfind('/'))), " ) || exit 3\n( eval ",
        ShellLiteral(bound.script()), " ) 2>&1\ns=$?; [ -f ", ShellLiteral(target),
        " ] || [ $s != 0 ] || { echo 'it ended with status 0 and brought no file'; s=1; }\nrm -rf ", folder,
        "; exit $s\n");
    SSHSYNC_ASSIGN_OR_RETURN(const RemoteResult result,
                             remote.AskLong({.script = script, .timeout = repository_.timeout}));
    if (result.status != 0) {
      return MakeError(Failure::kCommandFailed, absl::StrCat("it ended with status ", result.status, ": ",
                                                             CleanForTerminal(absl::StripAsciiWhitespace(result.out)),
                                                             "; the command: ", bound.display()));
    }
    *brought = "brought a file from the parent";
    return absl::OkStatus();
  }

  RunEnvironment& environment_;
  const Configuration& configuration_;
  const Repository& repository_;
  RepositoryProbe& probe_;
};

// `runner`: nullptr for one over ssh.
absl::StatusOr<std::vector<RepositoryProbe>> ProbeAll(Runner* runner, const Configuration& configuration,
                                                      const std::vector<std::string>& names, EventSink& events,
                                                      const StopToken& stop) {
  SSHSYNC_ASSIGN_OR_RETURN(const auto repositories, ResolveNames(configuration, names));
  RunEnvironment environment(configuration, runner, events, stop, stop, absl::nullopt);
  std::vector<RepositoryProbe> probes(repositories.size());
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < repositories.size(); ++i) {
    probes[i].name = repositories[i]->name;
    probes[i].host = repositories[i]->endpoint.host;
    threads.push_back(
        StartThread([&, i] { HostProbe(environment, configuration, *repositories[i], probes[i]).Run(); }));
  }
  threads.clear();
  return probes;
}

}  // namespace

bool RepositoryProbe::ok() const {
  return std::all_of(checks.begin(), checks.end(), [](const ProbeCheck& check) { return check.ok; });
}

absl::StatusOr<std::vector<RepositoryProbe>> Probe(const Configuration& configuration,
                                                   const std::vector<std::string>& names, EventSink& events,
                                                   const StopToken& stop) {
  return ProbeAll(nullptr, configuration, names, events, stop);
}

absl::StatusOr<std::vector<RepositoryProbe>> ProbeOver(Runner& runner, const Configuration& configuration,
                                                       const std::vector<std::string>& names, EventSink& events,
                                                       const StopToken& stop) {
  return ProbeAll(&runner, configuration, names, events, stop);
}

}  // namespace sshsync
