#include "sshsync/transfer/chunk_survey.h"

namespace sshsync {

namespace {

struct Side {
  RemoteRepository& repository;
  std::vector<size_t> indices = {};
  std::vector<DigestRun::BigFile> files = {};
  absl::StatusOr<DigestTools> tools = DigestTools();
  std::string text = {};
  DigestResults answers = {};

  void Add(size_t index, const FileEntry& file) {
    indices.push_back(index);
    files.push_back({absl::StrCat(repository.facts().root, "/", file.path), file.stat.size});
  }
  absl::Status Ask(const std::string& algorithm, int64_t chunk) {
    const DigestTool& tool = tools->at(algorithm).front();
    SSHSYNC_RETURN_IF_ERROR(repository.PrepareChunks(tool));
    text = repository.tools().Chunks(algorithm, tool.words);
    if (files.empty()) return absl::OkStatus();
    SSHSYNC_ASSIGN_OR_RETURN(answers, repository.NewDigestRun().AskChunks(files, chunk, algorithm, text));
    return absl::OkStatus();
  }
};

// The same on both hosts at once.
template <class Call>
void OnBoth(Side& parent, Side& child, Call call) {
  const std::jthread meanwhile = StartThread([&] { call(parent); });
  call(child);
}

}  // namespace

Cut SurveyChunks(RemoteRepository& parent, RemoteRepository& child, const SourceFiles& source_files,
                 const CutRules& rules, FileStates& states) {
  using Side = Side;
  const int64_t chunk = (rules.chunk + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
  if (chunk == 0 || child.config().moves_by_command() || child.config().in_place() ||
      (parent.digests_chunks() && child.digests_chunks()))
    return {};
  Side theirs{parent}, ours{child};
  for (size_t i = 0; i < states.items().size(); ++i) {
    const FileState& item = states.at(i);
    if (item.state != FileState::State::kOpen || item.wanted.stat.size <= chunk ||
        source_files.Of(item.wanted.path).state != SourceState::State::kPublished)
      continue;
    theirs.Add(i, item.wanted);
    if (item.child != nullptr && item.child->stat.size > 0 && !item.child->digest.empty()) ours.Add(i, *item.child);
  }
  if (theirs.indices.empty()) return {};
  OnBoth(theirs, ours,
         [&](Side& side) { side.tools = side.repository.ProbeDigests(rules.algorithms, SurveyProbe::Extent::kFirst); });
  if (!theirs.tools.ok() || !ours.tools.ok()) return {};
  std::string algorithm = CommonAlgorithm(rules.algorithms, {*theirs.tools, *ours.tools});
  if (algorithm.empty()) {
    OnBoth(theirs, ours,
           [&](Side& side) { side.tools = side.repository.ProbeDigests(rules.algorithms, SurveyProbe::Extent::kAll); });
    if (!theirs.tools.ok() || !ours.tools.ok()) return {};
    algorithm = CommonAlgorithm(rules.algorithms, {*theirs.tools, *ours.tools});
    if (algorithm.empty()) return {};
  }
  absl::Status there, here;
  OnBoth(theirs, ours, [&](Side& side) { (&side == &theirs ? there : here) = side.Ask(algorithm, chunk); });
  if (!there.ok() || ours.text.empty()) return {};
  for (size_t i = 0, j = 0; i < theirs.indices.size(); ++i) {
    const size_t index = theirs.indices[i];
    while (j < ours.indices.size() && ours.indices[j] < index) ++j;
    const auto& wanted = theirs.answers[i];
    if (!wanted.ok() || wanted->chunks == nullptr) continue;
    auto parts = std::make_shared<Parts>(Parts{.wanted = *wanted->chunks});
    const bool held = here.ok() && j < ours.indices.size() && ours.indices[j] == index;
    if (held && ours.answers[j].ok() && ours.answers[j]->chunks != nullptr) parts->held = *ours.answers[j]->chunks;
    states.at(index).parts = std::move(parts);
  }
  return {.chunk = chunk, .algorithm = algorithm, .child_text = ours.text};
}

}  // namespace sshsync
