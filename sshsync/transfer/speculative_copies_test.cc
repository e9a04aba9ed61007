#include "sshsync/transfer/speculative_copies.h"

#include <chrono>
#include <filesystem>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/local_hop.h"
#include "sshsync/text/shell_quote.h"
#include "sshsync/transfer/range_transfer.h"

namespace sshsync {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

constexpr size_t kChunk = kBlockBytes;

// Four chunks and a bit, each another.
std::string Big() {
  std::string content;
  for (int i = 0; i < 4; ++i) content += std::string(kChunk, static_cast<char>('a' + i));
  return content + "end";
}

// The same with another byte in its third chunk.
std::string Old() {
  std::string content = Big();
  content[2 * kChunk + 7] = '?';
  return content;
}

class DraftsTest : public ::testing::Test {
 protected:
  DraftsTest() {
    hop_.drafted = true;
    hop_.dir.Write("m/big", Big());
  }
  // The child has that since yesterday.
  void Had(absl::string_view content) {
    hop_.dir.Write("p/big", content);
    std::filesystem::last_write_time(hop_.dir.Path("p/big"),
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(24));
  }
  bool IsDrafted() { return !hop_.states->items().empty() && hop_.states->at(0).draft != nullptr; }
  size_t InStage() const {
    std::error_code none;
    const std::filesystem::directory_iterator stage(hop_.dir.Path("p/.sshsync/in"), none);
    return static_cast<size_t>(std::distance(begin(stage), end(stage)));
  }
  // Brings the file; where each range came from, in their order.
  std::vector<int> Bring() {
    RangeTransfer transfer(hop_.parts());
    std::vector<int> sources;
    while (hop_.queue->item(0).state == FileState::State::kOpen) {
      const Task task = hop_.Take();
      if (task.kind == Task::Kind::kRange) sources.push_back(task.range.source);
      EXPECT_TRUE((task.kind == Task::Kind::kCreate ? transfer.Create(task, hop_.stream())
                                                    : transfer.Bring(task, hop_.stream()))
                      .ok());
    }
    return sources;
  }

  LocalHop hop_;
};

TEST_F(DraftsTest, TheOldVersionIsStagedAndReadThereAndOnlyTheRestIsBrought) {
  Had(Old());
  hop_.Survey();
  ASSERT_TRUE(IsDrafted());
  EXPECT_EQ(hop_.states->at(0).child->digest, DigestOfChunks(hop_.states->at(0).draft->chunks, "sha256").value());
  EXPECT_THAT(Bring(), ElementsAre(ChunkRange::kParent));
  EXPECT_EQ(InStage(), 1u) << "it is the attempt";
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
  EXPECT_EQ(hop_.dir.Read("p/big"), Old()) << "it is not published yet";
}

TEST_F(DraftsTest, AFileThatTurnsOutToBeEqualIsKeptAndItsDraftTakenAway) {
  Had(Big());
  hop_.Survey();
  EXPECT_EQ(hop_.drafts->paths().size(), 1u);
  EXPECT_THAT(hop_.states->items(), IsEmpty());
  EXPECT_EQ(InStage(), 0u);
}

TEST_F(DraftsTest, AFileThatGrewOrShrankIsDraftedInItsNewSize) {
  for (const std::string& old : {Big().substr(0, 3 * kChunk + 5), Big() + "more" + std::string(kChunk, 'x')}) {
    LocalHop hop;
    hop.drafted = true;
    hop.dir.Write("m/big", Big());
    hop.dir.Write("p/big", old);
    hop.Survey();
    ASSERT_TRUE(hop.states->at(0).draft);
    RangeTransfer transfer(hop.parts());
    int64_t sent = 0;
    while (hop.queue->item(0).state == FileState::State::kOpen) {
      const Task task = hop.Take();
      if (task.kind == Task::Kind::kRange && task.range.source == ChunkRange::kParent) sent += task.range.count;
      ASSERT_TRUE(
          (task.kind == Task::Kind::kCreate ? transfer.Create(task, hop.stream()) : transfer.Bring(task, hop.stream()))
              .ok());
    }
    EXPECT_EQ(sent, old.size() < Big().size() ? 2 : 0) << old.size();
    EXPECT_THAT(hop.Verified(), ElementsAre("big: " + Big()));
  }
}

TEST_F(DraftsTest, WhatTheCopyDamagedIsBrought) {
  Had(Old());
  hop_.child_config.templates["clone"] = "sed s/b/B/ ${FILEPATH} >${STAGED}";  // the first one: of the second chunk
  hop_.Survey();
  ASSERT_TRUE(IsDrafted());
  EXPECT_EQ(hop_.states->at(0).bytes_to_bring(), 2 * kBlockBytes);
  EXPECT_THAT(Bring(), ElementsAre(ChunkRange::kParent));
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
}

TEST_F(DraftsTest, WhereNoneCanBeMadeTheFileIsDigestedAndBroughtAsAllOthersAre) {
  Had(Old());
  hop_.child_config.templates["clone"] = "head -c 1000 ${FILEPATH} >${STAGED}; echo No space left on device >&2; false";
  hop_.Survey();
  EXPECT_FALSE(IsDrafted());
  EXPECT_EQ(InStage(), 0u) << "nothing is left of it";
  EXPECT_FALSE(hop_.states->at(0).child->digest.empty());
  EXPECT_THAT(Bring(), UnorderedElementsAre(0, 0, ChunkRange::kParent));
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
}

TEST_F(DraftsTest, OneOfWhichNothingIsWantedIsTakenAway) {
  Had(std::string(Big().size(), 'z'));
  hop_.Survey();
  EXPECT_EQ(hop_.drafts->paths().size(), 1u);
  EXPECT_FALSE(IsDrafted());
  EXPECT_EQ(InStage(), 0u);
  EXPECT_THAT(Bring(), ElementsAre(ChunkRange::kParent));
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
}

// A session could not be opened for it.
TEST_F(DraftsTest, AFileThatIsPutBackIsBegunWithItsDraftAgain) {
  Had(Old());
  hop_.Survey();
  const Task task = hop_.Take();
  ASSERT_EQ(static_cast<int>(task.kind), static_cast<int>(Task::Kind::kCreate));
  hop_.queue->Return(task);
  EXPECT_EQ(hop_.queue->item(0).draft, task.draft);
  EXPECT_THAT(Bring(), ElementsAre(ChunkRange::kParent));
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
}

TEST_F(DraftsTest, OfAFileThatNobodyMayWriteItMayBeWritten) {
  Had(Old());
  std::filesystem::permissions(hop_.dir.Path("p/big"), std::filesystem::perms::owner_read);
  hop_.Survey();
  ASSERT_TRUE(IsDrafted());
  const std::string& folder = hop_.states->at(0).draft->folder;
  EXPECT_EQ(std::filesystem::status(folder + "/big").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(DraftsTest, OneThatCouldNotBecomeAnAttemptIsCopiedFrom) {
  Had(Old());
  hop_.Survey();
  RangeTransfer transfer(hop_.parts());
  hop_.stream();
  hop_.runner.Next([](std::string& output) {
    output.clear();
    return MakeError(Failure::kUnreachable, "connection lost");
  });
  EXPECT_EQ(FailureOf(transfer.Create(hop_.Take(), hop_.stream())), Failure::kUnreachable);
  hop_.Lose();
  EXPECT_THAT(Bring(), Contains(ChunkRange::kParent).Times(1));
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
}

TEST_F(DraftsTest, AFileThatTheParentTurnsOutToHaveInAnotherSizeThanExpectedIsDigested) {
  Had(Old());
  hop_.Survey();
  RepositorySnapshot expected, child;
  for (RepositorySnapshot* contents : {&expected, &child})
    contents->manifest.files.push_back({.path = "big", .stat = {.size = static_cast<int64_t>(Old().size())}});
  expected.manifest.files[0].stat.size += 5;
  RemoteListing listing{.own = true};
  listing.listing.paths = {"big"};
  listing.stats = {{.type = RemoteStat::Type::kFile, .stat = child.manifest.files[0].stat}};
  Drafts drafts(hop_.parts().context, hop_.child());
  drafts.Begin(expected, listing, {});
  RepositorySnapshot parent;
  parent.manifest = child.manifest;
  EXPECT_TRUE(drafts.End(parent, child).ok());
  EXPECT_EQ(child.manifest.files[0].digest, hop_.states->at(0).child->digest);
}

TEST_F(DraftsTest, TakeAShareOfTheRoomWhereManyHopsAreOnOneHost) {
  Had(Old());
  hop_.Survey();
  RepositorySnapshot parent;
  parent.manifest.files.push_back({.path = "big", .stat = {.size = static_cast<int64_t>(Big().size())}});
  RemoteListing listing{.own = true};
  listing.listing.paths = {"big"};
  listing.stats = {{.type = RemoteStat::Type::kFile, .stat = {.size = parent.manifest.files[0].stat.size - 1}}};
  for (const int on_host : {1, std::numeric_limits<int>::max()}) {
    Drafts drafts(hop_.parts().context, hop_.child(), on_host);
    drafts.Begin(parent, listing, {});
    EXPECT_EQ(drafts.paths().contains("big"), on_host == 1);
    EXPECT_EQ(drafts.DiscardText().empty(), on_host != 1);
  }
}

TEST_F(DraftsTest, WhatAnEarlierRunBroughtIsCopiedIntoIt) {
  Had(Old());
  hop_.Survey();
  hop_.dir.Write("p/.sshsync/in/earlier/big", Big());
  hop_.states->at(0).partial_files = {hop_.dir.Path("p/.sshsync/in/earlier/big")};
  EXPECT_THAT(Bring(), ElementsAre(0));
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
}

TEST_F(DraftsTest, OneThatNobodyWentOnWithIsTakenBack) {
  Had(Old());
  hop_.Survey();
  const std::string folder = hop_.states->at(0).draft->folder;
  hop_.drafts->TakeBack(*hop_.states);
  EXPECT_FALSE(IsDrafted());
  EXPECT_EQ(hop_.drafts->DiscardText(), absl::StrCat("rm -rf ", ShellLiteral(folder), "\n"));
}

TEST_F(DraftsTest, ASessionThatIsLostGivesItUpAndItsGoodChunksAreCopied) {
  Had(Old());
  hop_.Survey();
  RangeTransfer transfer(hop_.parts());
  ASSERT_TRUE(transfer.Create(hop_.Take(), hop_.stream()).ok());
  hop_.runner.Next([](std::string& output) {
    output.clear();
    return MakeError(Failure::kUnreachable, "connection lost");
  });
  EXPECT_EQ(FailureOf(transfer.Bring(hop_.Take(), hop_.stream())), Failure::kUnreachable);
  hop_.Lose();
  EXPECT_THAT(Bring(), Each(Ge(0))) << "what came was seen there";
  EXPECT_THAT(hop_.Verified(), ElementsAre("big: " + Big()));
}

struct Refusal {
  const char* name;
  std::function<void(LocalHop&)> make;
};
class NoDraft : public DraftsTest, public ::testing::WithParamInterface<Refusal> {};

TEST_P(NoDraft, IsMade) {
  Had(Old());
  GetParam().make(hop_);
  hop_.Survey();
  EXPECT_THAT(hop_.drafts->paths(), IsEmpty());
  EXPECT_EQ(InStage(), 0u);
  ASSERT_EQ(hop_.states->items().size(), 1u);
  EXPECT_FALSE(hop_.states->at(0).child->digest.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Of, NoDraft,
    ::testing::Values(Refusal{"AFileThatIsYoungerThanTheParents", [](LocalHop& hop) { hop.dir.Write("p/big", Old()); }},
                      Refusal{"AFileThatMayBeRemembered",
                              [](LocalHop& hop) { hop.child_config.recheck = absl::Hours(24); }},
                      Refusal{"AFileThatAFilterMayLeaveOut", [](LocalHop& hop) { hop.child_config.filter = {"- x"}; }},
                      Refusal{"AFileThatIsWrittenInPlace", [](LocalHop& hop) { hop.child_config.stage = "no"; }}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace sshsync
