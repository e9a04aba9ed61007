#ifndef SSHSYNC_TRANSFER_CHUNK_SURVEY_H_
#define SSHSYNC_TRANSFER_CHUNK_SURVEY_H_

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "sshsync/host/probe/digest_probe.h"
#include "sshsync/process/thread.h"
#include "sshsync/remote/remote_repository.h"
#include "sshsync/schedule/file_states.h"
#include "sshsync/schedule/source_files.h"
#include "sshsync/transfer/transfer_policy.h"

namespace sshsync {

/// How big files of a chain are cut, whatever its digests are: the root's keys.
struct CutRules {
  std::vector<std::string> algorithms = {};  ///< of chunk digests, by preference
  int64_t chunk = 0;                         ///< bytes; 0: not at all
};

/// Where a digestcmd speaks of whole files, it says that a big one differs, but not where. Before such files are moved,
/// both hosts are asked for the digests of their chunks, by their own tools: only these files, and only where the
/// builtin transfer moves them. What the chunks say is what to send; equality, and the last word on what arrived, stay
/// the digestcmd's. (Asking for all files beforehand would read everything twice, on every host, in runs that find
/// nothing to do.) Files whose chunks could not be had, and those that the parent is still receiving, are brought
/// whole. Fills in `work`; returns how they are cut, nothing where no file is.
template <Runner R, Clock C>
Cut SurveyChunks(RemoteRepository<R, C>& parent, RemoteRepository<R, C>& child, const Supply& supply,
                 const CutRules& rules, Work& work);

// Implementation details follow.

namespace chunk_survey_internal {

template <Runner R, Clock C>
struct Side {
  RemoteRepository<R, C>& repository;
  std::vector<size_t> indices = {};
  std::vector<typename DigestRun<R, C>::BigFile> files = {};
  absl::StatusOr<DigestTools> tools = DigestTools();
  std::string text = {};
  DigestAnswers answers = {};

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
template <Runner R, Clock C, class Call>
void OnBoth(Side<R, C>& parent, Side<R, C>& child, Call call) {
  const std::jthread meanwhile = StartThread([&] { call(parent); });
  call(child);
}

}  // namespace chunk_survey_internal

template <Runner R, Clock C>
Cut SurveyChunks(RemoteRepository<R, C>& parent, RemoteRepository<R, C>& child, const Supply& supply,
                 const CutRules& rules, Work& work) {
  using Side = chunk_survey_internal::Side<R, C>;
  const int64_t chunk = (rules.chunk + kBlockBytes - 1) / kBlockBytes * kBlockBytes;
  const bool by_command = child.config().transfer != Transfer::kStream && child.templates().has("synccmd");
  if (chunk == 0 || by_command || child.config().stage == "no" || (parent.digests_chunks() && child.digests_chunks()))
    return {};
  Side theirs{parent}, ours{child};
  for (size_t i = 0; i < work.items().size(); ++i) {
    const WorkItem& item = work.at(i);
    if (item.state != WorkItem::State::kOpen || item.wanted.stat.size <= chunk ||
        supply.Of(item.wanted.path).state != Holding::State::kPublished)
      continue;
    theirs.Add(i, item.wanted);
    if (item.child != nullptr && item.child->stat.size > 0 && !item.child->digest.empty()) ours.Add(i, *item.child);
  }
  if (theirs.indices.empty()) return {};
  chunk_survey_internal::OnBoth(theirs, ours, [&](Side& side) {
    side.tools = side.repository.ProbeDigests(rules.algorithms, SurveyProbe::Extent::kFirst);
  });
  if (!theirs.tools.ok() || !ours.tools.ok()) return {};
  std::string algorithm = CommonAlgorithm(rules.algorithms, {*theirs.tools, *ours.tools});
  if (algorithm.empty()) {
    chunk_survey_internal::OnBoth(theirs, ours, [&](Side& side) {
      side.tools = side.repository.ProbeDigests(rules.algorithms, SurveyProbe::Extent::kAll);
    });
    if (!theirs.tools.ok() || !ours.tools.ok()) return {};
    algorithm = CommonAlgorithm(rules.algorithms, {*theirs.tools, *ours.tools});
    if (algorithm.empty()) return {};
  }
  absl::Status there, here;
  chunk_survey_internal::OnBoth(theirs, ours,
                                [&](Side& side) { (&side == &theirs ? there : here) = side.Ask(algorithm, chunk); });
  if (!there.ok() || ours.text.empty()) return {};
  for (size_t i = 0, j = 0; i < theirs.indices.size(); ++i) {
    const size_t index = theirs.indices[i];
    while (j < ours.indices.size() && ours.indices[j] < index) ++j;
    const auto& wanted = theirs.answers[i];
    if (!wanted.ok() || wanted->chunks == nullptr) continue;
    auto parts = std::make_shared<Parts>(Parts{.wanted = *wanted->chunks});
    const bool held = here.ok() && j < ours.indices.size() && ours.indices[j] == index;
    if (held && ours.answers[j].ok() && ours.answers[j]->chunks != nullptr) parts->held = *ours.answers[j]->chunks;
    work.at(index).parts = std::move(parts);
  }
  return {.chunk = chunk, .algorithm = algorithm, .child_text = ours.text};
}

}  // namespace sshsync

#endif  // SSHSYNC_TRANSFER_CHUNK_SURVEY_H_
