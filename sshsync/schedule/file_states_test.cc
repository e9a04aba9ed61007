#include "sshsync/schedule/file_states.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using State = FileState::State;

Digest Of(char letter) { return *Digest::FromHex(std::string(40, letter)); }

FileEntry File(absl::string_view path, int64_t size, char digest) {
  FileEntry file{.path = std::string(path), .stat = {}, .digest = Of(digest)};
  file.stat.size = size;
  return file;
}

// One file to replace: the parent has digest a, the child c; two retries.
struct One {
  const FileEntry parent = File("f", 10, 'a'), child = File("f", 9, 'c');
  FileStates states{Plan{.items = {{Action::kReplace, &parent, &child}}}, 2};
  FileState& item() { return states.at(0); }
  // A second look at the source shows this digest.
  void Look(char digest) {
    const FileEntry now = File("f", 10, digest);
    states.SourceRechecked(0, absl::OkStatus(), &now);
  }
  void Mismatch(char digest) {
    item().recheck_source = item().mismatched = true;
    Look(digest);
  }
  void Change(char digest) {
    item().recheck_source = item().changed = true;
    Look(digest);
  }
  void Fail(Failure failure) { states.Failed(0, MakeError(failure, "why"), "command", "output", 7); }
};

TEST(FileState, KnowsWhatIsToBeBroughtByTheChunksThatDiffer) {
  const auto chunks = [](std::vector<char> letters) {
    ChunkList list{.chunk = 100};
    for (const char letter : letters) list.digests.push_back(Of(letter));
    return list;
  };
  FileEntry child = File("f", 250, 'c');
  FileState item{.wanted = File("f", 350, 'a'), .child = &child};
  EXPECT_EQ(item.bytes_to_bring(), 350);
  item.wanted.chunks = std::make_shared<const ChunkList>(chunks({'1', '2', '3', '4'}));
  EXPECT_EQ(item.bytes_to_bring(), 350) << "nobody knows what the child has";
  child.chunks = std::make_shared<const ChunkList>(chunks({'1', 'f', '3'}));
  EXPECT_EQ(item.bytes_to_bring(), 200);
}

TEST(FileStates, TakesWhatThePlanCopiesAndReplacesSmallestFirst) {
  const FileEntry big = File("big", 1000, 'a'), small = File("small", 1, 'b'), extra = File("extra", 5, 'c');
  Plan plan;
  plan.items = {{Action::kCopy, &big, nullptr}, {Action::kDelete, nullptr, &extra}, {Action::kReplace, &small, &extra}};
  FileStates states(plan, 1);
  ASSERT_EQ(states.items().size(), 2u);
  EXPECT_EQ(states.at(0).outcome().path, "small");
  EXPECT_EQ(states.at(0).outcome().action, "replace");
  EXPECT_EQ(states.at(0).child, &extra);
  EXPECT_EQ(states.at(1).outcome().path, "big");
  EXPECT_EQ(states.at(1).outcome().action, "copy");
}

TEST(FileStates, TriesAgainWhatMayHelpAndNothingElse) {
  struct Row {
    Failure failure;
    int times;
    State state;
  };
  const Row rows[] = {
      {Failure::kCommandFailed, 2, State::kOpen},  {Failure::kCommandFailed, 3, State::kFailed},
      {Failure::kTimeout, 2, State::kOpen},        {Failure::kUnreachable, 3, State::kFailed},
      {Failure::kDigestMismatch, 2, State::kOpen}, {Failure::kNoSpace, 1, State::kFailed},
      {Failure::kPermission, 1, State::kFailed},   {Failure::kUnsafeName, 1, State::kFailed},
      {Failure::kBadDigest, 1, State::kFailed},    {Failure::kSourceChanged, 1, State::kFailed},
  };
  for (const Row& row : rows) {
    One one;
    for (int i = 0; i < row.times; ++i) one.Fail(row.failure);
    EXPECT_EQ(one.item().state, row.state) << InfoOf(row.failure).name << " " << row.times;
    EXPECT_EQ(one.item().outcome().attempts, row.times);
    EXPECT_EQ(one.item().outcome().failure, row.state == State::kFailed ? row.failure : Failure::kNone);
    EXPECT_EQ(one.states.AnyFailed(), row.state == State::kFailed);
  }
}

TEST(FileStates, WhatNeverBeganHasNoTries) {
  One one;
  one.states.Refused(0, MakeError(Failure::kNoSpace, "full"));
  EXPECT_EQ(one.item().state, State::kFailed);
  EXPECT_EQ(one.item().outcome().failure, Failure::kNoSpace);
  EXPECT_EQ(one.item().outcome().attempts, 0);
  One other;
  other.Fail(Failure::kUnreachable);
  other.Fail(Failure::kWaiting);
  EXPECT_EQ(other.item().state, State::kFailed);
  EXPECT_EQ(other.item().outcome().attempts, 1);
}

TEST(FileStates, KeepsWhatTheLastFailureSaid) {
  One one;
  one.states.Failed(0, MakeError(Failure::kNoSpace, "full"), "cp a b", std::string(5000, 'x') + "end", 3);
  EXPECT_EQ(one.item().outcome().message, "full");
  EXPECT_EQ(one.item().outcome().command, "cp a b");
  EXPECT_EQ(one.item().outcome().exit_status, 3);
  EXPECT_LT(one.item().outcome().output.size(), 4100u);
  EXPECT_THAT(one.item().outcome().output, HasSubstr("bytes left out]"));
  EXPECT_THAT(one.item().outcome().output, testing::EndsWith("xend"));
}

TEST(FileStates, CountsDamageAsATry) {
  One one;
  one.Mismatch('a');
  EXPECT_EQ(one.item().state, State::kOpen);
  EXPECT_EQ(one.item().tries, 1);
  EXPECT_EQ(one.item().changes, 0);
  EXPECT_FALSE(one.item().recheck_source);
  one.Mismatch('a');
  one.Mismatch('a');
  EXPECT_EQ(one.item().state, State::kFailed);
  EXPECT_EQ(one.item().outcome().failure, Failure::kDigestMismatch);
}

TEST(FileStates, LooksAtTheSourceAfterAFailedTryAndCountsNoChange) {
  One one;
  for (int i = 0; i < 2; ++i) {
    one.Fail(Failure::kCommandFailed);
    EXPECT_TRUE(one.item().recheck_source);
    one.Look('a');
    EXPECT_FALSE(one.item().recheck_source);
  }
  EXPECT_EQ(one.item().changes, 0);
  EXPECT_EQ(one.item().tries, 2);
}

TEST(FileStates, WantsTheNewVersionThreeTimes) {
  for (const bool mismatch : {true, false}) {
    One one;
    for (const char digest : {'b', 'd', 'e'}) {
      one.Fail(Failure::kCommandFailed);
      mismatch ? one.Mismatch(digest) : one.Change(digest);
      EXPECT_EQ(one.item().state, State::kOpen);
      EXPECT_EQ(one.item().wanted.digest, Of(digest));
      EXPECT_EQ(one.item().tries, 0) << "a new version has all its tries";
    }
    mismatch ? one.Mismatch('f') : one.Change('f');
    EXPECT_EQ(one.item().state, State::kFailed);
    EXPECT_EQ(one.item().outcome().failure, Failure::kSourceChanged);
  }
}

TEST(FileStates, EndsWithASourceWhoseTimeNeverRests) {
  One one;
  for (int i = 0; i < 3; ++i) one.Change('a');
  EXPECT_EQ(one.item().state, State::kOpen);
  one.Change('a');
  EXPECT_EQ(one.item().outcome().failure, Failure::kSourceChanged);
}

TEST(FileStates, KeepsWhatTurnedOutToBeEqualAndForgetsWhatIsGone) {
  One kept;
  kept.Mismatch('c');
  EXPECT_EQ(kept.item().state, State::kKept);
  One gone;
  gone.item().recheck_source = true;
  gone.states.SourceRechecked(0, absl::OkStatus(), nullptr);
  EXPECT_EQ(gone.item().state, State::kGone);
  EXPECT_FALSE(gone.states.AnyFailed());
  EXPECT_THAT(gone.states.ToRecheck(), IsEmpty());
}

TEST(FileStates, FailsWithASourceThatCannotBeLookedAt) {
  One one;
  one.item().recheck_source = true;
  EXPECT_THAT(one.states.ToRecheck(), ElementsAre(0));
  one.states.SourceRechecked(0, MakeError(Failure::kPermission, "denied"), nullptr);
  EXPECT_EQ(one.item().outcome().failure, Failure::kPermission);
}

TEST(WithoutSecrets, HidesThemRawAndQuoted) {
  const std::vector<std::string> secrets = {"", "it's", "pw"};
  EXPECT_EQ(WithoutSecrets("P='it'\\''s'; echo it's pw, of course", secrets), "P='***'; echo *** ***, of course");
}

TEST(FileStates, AFileWhoseChunksAreRightAndWhoseWholeIsNotGoesWholeNextTime) {
  One one;
  one.item().parts =
      std::make_shared<const Parts>(Parts{.wanted = {.chunk = 4, .digests = {Of('1'), Of('2'), Of('3')}}});
  one.item().created = true;
  one.item().folder = "/stage/attempt";
  ASSERT_NE(one.item().wanted_chunks(), nullptr);
  one.states.PartsDiffer(0);
  EXPECT_EQ(one.item().wanted_chunks(), nullptr);
  EXPECT_TRUE(one.item().folder.empty());
  EXPECT_THAT(one.states.ToRecheck(), testing::ElementsAre(0));
  one.Look('a');
  EXPECT_EQ(one.item().state, State::kOpen);
  EXPECT_EQ(one.item().tries, 1) << "the source is what it was: something disagrees";
}

TEST(FileStates, ChunksOfAnotherVersionAreOfNoUse) {
  for (const bool supplied : {false, true}) {
    One one;
    one.item().parts = std::make_shared<const Parts>();
    if (supplied) {
      one.states.Supplied(0, File("f", 10, 'd'));
    } else {
      one.Change('d');
    }
    EXPECT_EQ(one.item().parts, nullptr) << supplied;
  }
}

}  // namespace
}  // namespace sshsync
