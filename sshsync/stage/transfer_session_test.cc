#include "sshsync/stage/transfer_session.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/local_shell.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

// "Digests" are the lines that `cat` prints: the session does not look into them.
std::vector<absl::StatusOr<DigestResult>> ParseLines(absl::string_view output, int status,
                                                     absl::Span<const Attempt> attempts) {
  std::vector<absl::StatusOr<DigestResult>> answers;
  const std::vector<std::string> lines = absl::StrSplit(output, '\n', absl::SkipEmpty());
  for (size_t i = 0; i < attempts.size(); ++i) {
    if (status != 0 || i >= lines.size()) {
      answers.push_back(MakeError(Failure::kBadDigest, "none"));
    } else {
      answers.push_back(DigestResult{.missing = false, .digest = *Digest::FromHex(lines[i])});
    }
  }
  return answers;
}

const std::string kA(40, 'a'), kB(40, 'b');

class TransferSessionTest : public ::testing::Test {
 protected:
  TransferSessionTest() : session_(facts_, false, ParseLines) {}

  TransferSession::Group One(size_t index, absl::string_view file, absl::string_view text) {
    const Attempt attempt{.index = index, .file = std::string(file), .folder = dir_.Path(absl::StrCat("stage", index))};
    return {.attempts = {attempt},
            .text = std::string(text),
            .digest_texts = {absl::StrCat("cat '", attempt.staged(), "'")},
            .display = "copy"};
  }
  // Runs the script and feeds what it prints, cut into pieces of `piece` bytes.
  void Run(size_t piece = 7) {
    const Endpoint here{.transport = Transport::kLocal};
    const auto result = runner_.Run(here, {.script = session_.script()}, StopToken());
    ASSERT_TRUE(result.ok()) << result.status();
    for (size_t at = 0; at < result->out.size(); at += piece) {
      const absl::Status status =
          session_.Feed(absl::string_view(result->out).substr(at, piece), [this](Arrival arrival) {
            arrivals_.push_back(std::move(arrival));
            return absl::OkStatus();
          });
      ASSERT_TRUE(status.ok()) << status;
    }
  }

  TempDir dir_;
  LocalShell runner_;
  HostFacts facts_{.stat_tool = StatTool::kStatC};
  TransferSession session_;
  std::vector<Arrival> arrivals_;
};

TEST_F(TransferSessionTest, TellsEachFileWithItsDigestAndStat) {
  session_.Add(One(4, "sub/a", absl::StrCat("echo ", kA, " >", dir_.Path("stage4/sub/a"))));
  session_.Add(One(7, "b", absl::StrCat("echo ", kB, " >", dir_.Path("stage7/b"))));
  Run();
  ASSERT_EQ(arrivals_.size(), 2u);
  EXPECT_EQ(arrivals_[0].attempt.index, 4u);
  EXPECT_TRUE(arrivals_[0].transfer.ok());
  EXPECT_EQ(arrivals_[0].digest->digest.text(), kA);
  EXPECT_EQ(arrivals_[0].stat->stat.size, 41);
  EXPECT_EQ(arrivals_[1].digest->digest.text(), kB);
  EXPECT_EQ(session_.current(), nullptr);
}

TEST_F(TransferSessionTest, AFailedTransferIsToldWithItsWordsAndLeavesNothing) {
  session_.Add(
      One(0, "a", absl::StrCat("echo half >", dir_.Path("stage0/a"), "; echo 'No space left on device' >&2; exit 4")));
  session_.Add(One(1, "b", absl::StrCat("echo ", kB, " >", dir_.Path("stage1/b"))));
  Run();
  ASSERT_EQ(arrivals_.size(), 2u);
  EXPECT_EQ(FailureOf(arrivals_[0].transfer), Failure::kNoSpace);
  EXPECT_EQ(arrivals_[0].exit_status, 4);
  EXPECT_FALSE(dir_.Exists("stage0"));
  EXPECT_TRUE(arrivals_[1].transfer.ok());
}

TEST_F(TransferSessionTest, NoFileOrALinkInItsPlaceIsAFailedTransfer) {
  dir_.Write("secret", kA);
  session_.Add(One(0, "a", "true"));
  session_.Add(One(1, "b", absl::StrCat("ln -s ", dir_.Path("secret"), " ", dir_.Path("stage1/b"))));
  Run();
  ASSERT_EQ(arrivals_.size(), 2u);
  EXPECT_FALSE(arrivals_[0].transfer.ok());
  EXPECT_FALSE(arrivals_[1].transfer.ok());
}

TEST_F(TransferSessionTest, AGroupIsToldAsAWhole) {
  TransferSession::Group group;
  for (size_t i = 0; i < 3; ++i)
    group.attempts.push_back({.index = i, .file = absl::StrCat("f", i), .folder = dir_.Path("stage")});
  group.text =
      absl::StrCat("cd ", dir_.Path("stage"), " && echo ", kA, " >f0 && echo ", kB, " >f1 && echo ", kA, " >f2");
  group.digest_texts = {absl::StrCat("cd ", dir_.Path("stage"), " && cat f0 f1 f2")};
  session_.Add(std::move(group));
  Run(1);
  ASSERT_EQ(arrivals_.size(), 3u);
  EXPECT_EQ(arrivals_[1].digest->digest.text(), kB);
  EXPECT_EQ(arrivals_[2].digest->digest.text(), kA);
}

TEST_F(TransferSessionTest, ANameThatIsTooLongIsNoJudgementOnAGroup) {
  TransferSession::Group group;
  for (size_t i = 0; i < 2; ++i)
    group.attempts.push_back({.index = i, .file = absl::StrCat("f", i), .folder = dir_.Path("stage")});
  group.text = "echo 'tar: f1: File name too long' >&2; exit 2";
  session_.Add(std::move(group));
  session_.Add(One(2, "f1", "echo 'f1: File name too long' >&2; exit 2"));
  Run();
  ASSERT_EQ(arrivals_.size(), 3u);
  for (const size_t i : {0, 1})
    EXPECT_EQ(FailureOf(arrivals_[i].transfer), Failure::kCommandFailed) << "another try is worth it";
  EXPECT_EQ(FailureOf(arrivals_[2].transfer), Failure::kPathTooLong);
}

TEST_F(TransferSessionTest, WhatALostSessionWasAtIsDroppedAndTheRestRemains) {
  session_.Add(One(0, "a", "true"));
  session_.Add(One(1, "b", "true"));
  session_.Add(One(2, "c", "true"));
  EXPECT_EQ(session_.DropCurrent(), std::vector<size_t>{0});
  EXPECT_EQ(session_.Remaining(), (std::vector<size_t>{1, 2}));
}

}  // namespace
}  // namespace sshsync
