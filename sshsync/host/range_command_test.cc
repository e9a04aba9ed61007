#include "sshsync/host/range_command.h"

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/digest/hasher.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr size_t kBlock = 131072;

Digest Of(absl::string_view bytes) {
  auto hasher = Hasher::Create("sha256");
  hasher->Update(bytes);
  return hasher->Finish();
}

// A file of five blocks and a bit, in chunks of two blocks, with this machine's own tools.
class RangeStepTest : public ::testing::Test {
 protected:
  RangeStepTest() {
    for (char c = 'a'; c < 'f'; ++c) content_.append(kBlock, c);
    content_ += "end";
    dir_.Write("parent/it's $(big)\n", content_);
    facts_.stat_tool = StatTool::kStatC;
  }
  std::string Chunk(size_t number) const { return content_.substr(number * 2 * kBlock, 2 * kBlock); }
  RangeStep Step(int64_t first, int64_t count) const {
    const std::string name = "it's $(big)\n";
    return {.staged = dir_.Path("stage/x/" + name),
            .wanted = dir_.Path("parent/" + name),
            .fallback = dir_.Path("parent/" + name),
            .range = {.first = first, .count = count},
            .blocks_per_chunk = 2};
  }
  RemoteResult Run(const std::string& text) {
    const auto result = runner_.Run({.transport = Transport::kLocal}, {.script = text}, StopToken());
    EXPECT_TRUE(result.ok()) << result.status();
    return result.ok() ? *result : RemoteResult();
  }
  RangeResult Bring(const RangeStep& step, const std::string& bring) {
    RangeScript script(step, bring, tools_.Chunks("sha256", "sha256sum"), facts_);
    EXPECT_TRUE(script.Feed(Run(script.text()).out).ok());
    EXPECT_EQ(script.writer_ended(), !bring.empty());
    return script.result();
  }
  void Create() {
    ASSERT_EQ(
        Run(CreateText(Step(0, 1).staged, dir_.Path("stage/x"), static_cast<int64_t>(content_.size()), tools_)).status,
        0);
  }

  TempDir dir_;
  LocalShell runner_;
  HostTools tools_;
  HostFacts facts_;
  std::string content_;
};

TEST_F(RangeStepTest, ARangeComesToItsPlaceAndIsReadBack) {
  Create();
  const RangeStep step = Step(1, 2);
  const RangeResult result =
      Bring(step, absl::StrCat("{\n", ReaderText(step, tools_), "} | {\n", WriterText(step, tools_), "}\n"));
  EXPECT_TRUE(result.brought.ok()) << result.brought;
  EXPECT_THAT(result.digests, ElementsAre(Of(Chunk(1)), Of(Chunk(2))));
  ASSERT_TRUE(result.stat);
  EXPECT_EQ(result.stat->stat.size, static_cast<int64_t>(content_.size()));
  EXPECT_EQ(dir_.Read("stage/x/it's $(big)\n").substr(2 * kBlock), content_.substr(2 * kBlock));
}

TEST_F(RangeStepTest, TheWriterCountsTheWholeBlocksThatCame) {
  Create();
  const RangeStep step = Step(0, 3);
  const RangeResult result = Bring(
      step, absl::StrCat("head -c 300000 ", dir_.Path("parent"), "/* | {\n", WriterText(step, tools_), "}\nexit 7\n"));
  EXPECT_EQ(FailureOf(result.brought), Failure::kCommandFailed);
  EXPECT_EQ(result.blocks, 2);
  EXPECT_FALSE(result.checked);
}

TEST_F(RangeStepTest, ABrokenWayCanBeLookedAtAllTheSame) {
  Create();
  RangeStep step = Step(0, 3);
  step.look_always = true;
  const RangeResult result = Bring(
      step, absl::StrCat("head -c 300000 ", dir_.Path("parent"), "/* | {\n", WriterText(step, tools_), "}\nexit 7\n"));
  EXPECT_FALSE(result.brought.ok());
  ASSERT_EQ(result.digests.size(), 3u);
  EXPECT_EQ(result.digests[0], Of(Chunk(0)));
  EXPECT_NE(result.digests[1], Of(Chunk(1)));
}

TEST_F(RangeStepTest, AFileThatWasPublishedMeanwhileIsReadFromItsPlace) {
  RangeStep step = Step(0, 1);
  step.wanted = dir_.Path("parent/.sshsync/in/gone");
  EXPECT_EQ(Run(ReaderText(step, tools_)).out, Chunk(0));
}

TEST_F(RangeStepTest, APacedReaderSendsTheSameBytes) {
  RangeStep step = Step(0, 1);
  step.pace = 2;
  EXPECT_EQ(Run(ReaderText(step, tools_)).out, Chunk(0));
}

TEST_F(RangeStepTest, WhatTheChildHasIsCopiedAndZerosAreThere) {
  Create();
  RangeStep step = Step(1, 1);
  step.local = Step(0, 1).wanted;
  EXPECT_THAT(Bring(step, CopyText(step, tools_)).digests, ElementsAre(Of(Chunk(1))));
  step = Step(0, 1);
  step.zeros = true;
  EXPECT_THAT(Bring(step, CopyText(step, tools_)).digests, ElementsAre(Of(std::string(2 * kBlock, '\0'))));
}

TEST_F(RangeStepTest, AnAttemptIsNewOrFails) {
  Create();
  EXPECT_NE(Run(CreateText(Step(0, 1).staged, dir_.Path("stage/x"), 5, tools_)).status, 0);
}

TEST(BlocksWritten, AreThoseThatDdSays) {
  EXPECT_EQ(BlocksWritten("12+3 records in\n8+1 records out\n"), 8);
  EXPECT_EQ(BlocksWritten("ssh: lost\n"), 0);
}

TEST(ParseChunksAnswer, SaysWhyThereAreNone) {
  const absl::StatusOr<DigestResult> gone = ParseChunksAnswer("NONE\n", 10, 5, "sha256");
  EXPECT_TRUE(gone.ok() && gone->missing) << gone.status();
  EXPECT_EQ(FailureOf(ParseChunksAnswer("CLOSED\n\nCLOSED\n\n", 10, 5, "sha256").status()), Failure::kPermission);
  EXPECT_EQ(FailureOf(ParseChunksAnswer("\n", 10, 5, "sha256").status()), Failure::kBadDigest);
}

TEST(ParseChunks, TakesEveryToolsFormAndStopsAtTheFirstThatIsNone) {
  const std::string hex(64, 'a');
  EXPECT_THAT(
      ParseChunks(absl::StrCat(hex, "  -\n", hex, " *stdin\nSHA2-256(stdin)= ", hex, "\n", hex, "\nerror\n", hex, "\n"))
          .size(),
      4u);
}

}  // namespace
}  // namespace sshsync
