#include "sshsync/plan/big_file.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/digest/hasher.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr int64_t kChunk = 4 * kBlockBytes;

Digest Of(absl::string_view text) {
  auto hasher = Hasher::Create("sha256");
  hasher->Update(text);
  return hasher->Finish();
}

// A list of chunks with these contents; "0" is a chunk of zeros.
ChunkList List(std::vector<std::string> contents) {
  ChunkList list{.chunk = kChunk};
  for (const std::string& content : contents)
    list.digests.push_back(Of(content == "0" ? std::string(kChunk, '\0') : content));
  return list;
}

bool Always(int64_t) { return true; }

std::string Shown(const absl::optional<ChunkRange>& range) {
  return range ? absl::StrCat(range->first, "+", range->count, " from ", range->source, " skip ", range->skip) : "none";
}

TEST(BigFile, ANewFileComesFromTheParentInRanges) {
  BigFile file(kChunk * 5, List({"a", "b", "c", "d", "e"}), "sha256");
  const auto first = file.Take({3, 3}, Always), second = file.Take({3, 3}, Always);
  EXPECT_EQ(Shown(first), "0+3 from -1 skip 0");
  EXPECT_EQ(Shown(second), "3+2 from -1 skip 0");
  EXPECT_EQ(Shown(file.Take({3, 3}, Always)), "none");
  EXPECT_THAT(file.Arrived(*first, {Of("a"), Of("b"), Of("c")}), IsEmpty());
  EXPECT_FALSE(file.complete());
  EXPECT_THAT(file.Arrived(*second, {Of("d"), Of("e")}), IsEmpty());
  EXPECT_TRUE(file.complete());
}

TEST(BigFile, WhatTheOldVersionHasAtTheSamePlaceIsNotSent) {
  BigFile file(kChunk * 4, List({"a", "b", "c", "d"}), "sha256");
  EXPECT_TRUE(file.Offer("/old", List({"a", "x", "c", "d", "more"})));
  EXPECT_FALSE(file.Offer("/older", List({"a", "w"}))) << "nothing more than the other has";
  const auto first = file.Take({8, 8}, Always);
  EXPECT_EQ(Shown(first), "0+1 from 0 skip 0");
  EXPECT_EQ(Shown(file.Take({8, 8}, Always)), "1+1 from -1 skip 0");  // disk and network at the same time
  const auto rest = file.Take({8, 8}, Always);
  EXPECT_EQ(Shown(rest), "2+2 from 0 skip 0");
  EXPECT_EQ(file.source(0), "/old");
  EXPECT_THAT(file.Arrived(*rest, {Of("c"), Of("?")}), IsEmpty()) << "the fourth is no good there: the parent has it";
  EXPECT_FALSE(file.IsUsedUp(0));
  EXPECT_THAT(file.Arrived(*first, {Of("a")}), IsEmpty());
  EXPECT_TRUE(file.IsUsedUp(0));
}

TEST(BigFile, AFileThatIsOfferedAgainIsOneSource) {
  BigFile file(kChunk * 3, List({"a", "b", "c"}), "sha256");
  EXPECT_TRUE(file.Offer("/left", List({"a", "?"})));
  EXPECT_TRUE(file.Offer("/left", List({"?", "b"})));
  EXPECT_TRUE(file.Offer("/left", List({"?"}))) << "what was wanted of it still is";
  EXPECT_EQ(Shown(file.Take({8, 8}, Always)), "0+2 from 0 skip 0");
}

TEST(BigFile, ChunksOfZerosAreThereByThemselvesAndReadBackAllTheSame) {
  BigFile file(kChunk * 3, List({"a", "0", "0"}), "sha256");
  const auto zeros = file.Take({8, 8}, Always);
  EXPECT_EQ(Shown(zeros), "1+2 from -2 skip 0");
  EXPECT_THAT(file.Arrived(*zeros, {Of(std::string(kChunk, '\0')), Of("damaged")}), IsEmpty());
  EXPECT_EQ(Shown(file.Take({8, 8}, Always)), "0+1 from -1 skip 0");
  EXPECT_EQ(Shown(file.Take({8, 8}, Always)), "2+1 from -1 skip 0");
}

TEST(BigFile, OnlyTheDamagedChunkIsSentAgain) {
  BigFile file(kChunk * 3, List({"a", "b", "c"}), "sha256");
  const auto all = file.Take({8, 8}, Always);
  EXPECT_THAT(file.Arrived(*all, {Of("a"), Of("?"), Of("c")}), ElementsAre(1));
  EXPECT_EQ(Shown(file.Take({8, 8}, Always)), "1+1 from -1 skip 0");
}

TEST(BigFile, ARangeThatBrokeOffGoesOnAtItsLastWholeBlock) {
  BigFile file(kChunk * 3, List({"a", "b", "c"}), "sha256");
  EXPECT_TRUE(file.BrokeOff(*file.Take({8, 8}, Always), {}, 6));
  // The first chunk came whole: its last block is brought once more, and then it is read back.
  const auto first = file.Take({1, 1}, Always);
  EXPECT_EQ(Shown(first), "0+1 from -1 skip 3");
  EXPECT_EQ(file.BytesOf(*first), kBlockBytes);
  const auto second = file.Take({1, 1}, Always);
  EXPECT_EQ(Shown(second), "1+1 from -1 skip 2");
  EXPECT_THAT(file.Arrived(*second, {Of("?")}), ElementsAre(1));
  EXPECT_EQ(Shown(file.Take({1, 1}, Always)), "1+1 from -1 skip 0");
  EXPECT_FALSE(file.BrokeOff(ChunkRange{.first = 1, .count = 1}, {}, 0));
}

TEST(BigFile, OfARangeThatBrokeOffIsKeptWhatWasReadBack) {
  BigFile file(kChunk * 4, List({"a", "b", "c", "d"}), "sha256");
  EXPECT_TRUE(file.BrokeOff(*file.Take({8, 8}, Always), {Of("a"), Of("?"), Of("?"), Of("?")}, 10));
  EXPECT_TRUE(file.IsGood(0));
  EXPECT_EQ(Shown(file.Take({8, 8}, Always)), "1+1 from -1 skip 0") << "it came whole and wrong";
  EXPECT_EQ(Shown(file.Take({8, 8}, Always)), "2+2 from -1 skip 2") << "two blocks of it are there";
}

TEST(BigFile, ARangeEndsBeforeAChunkThatIsThereInPart) {
  BigFile file(kChunk * 3, List({"a", "b", "c"}), "sha256");
  EXPECT_TRUE(file.BrokeOff(*file.Take({8, 8}, Always), {}, 6));
  EXPECT_EQ(Shown(file.Take({8, 8}, Always)), "0+1 from -1 skip 3");
  EXPECT_EQ(Shown(file.Take({8, 8}, Always)), "1+2 from -1 skip 2");
}

TEST(BigFile, TheShortLastChunkIsNeverSkippedWhole) {
  BigFile file(kChunk + 5, List({"a", "b"}), "sha256");
  EXPECT_TRUE(file.BrokeOff(*file.Take({8, 8}, Always), {}, 5));
  EXPECT_EQ(Shown(file.Take({1, 1}, Always)), "0+1 from -1 skip 3");
  const auto last = file.Take({1, 1}, Always);
  EXPECT_EQ(Shown(last), "1+1 from -1 skip 0");
  EXPECT_EQ(file.BytesOf(*last), 5);
}

TEST(BigFile, WhatTheParentDoesNotHaveYetIsWaitedFor) {
  BigFile file(kChunk * 3, List({"a", "b", "c"}), "sha256");
  EXPECT_EQ(Shown(file.Take({8, 8}, [](int64_t chunk) { return chunk == 1; })), "1+1 from -1 skip 0");
  EXPECT_EQ(Shown(file.Take({8, 8}, [](int64_t chunk) { return chunk == 1; })), "none");
  EXPECT_TRUE(file.AnyOpen());
}

TEST(BigFile, ARangeThatSomebodyElseCutIsTakenWhereAllOfItIsOpen) {
  BigFile file(kChunk * 4, List({"a", "b", "c", "d"}), "sha256");
  file.Offer("/p/old", List({"x", "x", "x", "d"}));
  EXPECT_FALSE(file.TakeThis({.first = 2, .count = 2})) << "one of them is here already";
  EXPECT_FALSE(file.TakeThis({.first = 3, .count = 2})) << "it has no such chunks";
  EXPECT_FALSE(file.TakeThis({.first = 1, .count = 2, .skip = 1})) << "it has not begun it";
  EXPECT_TRUE(file.TakeThis({.first = 1, .count = 2}));
  EXPECT_FALSE(file.IsOpen({.first = 2, .count = 1}));
  EXPECT_TRUE(file.BrokeOff(ChunkRange{.first = 1, .count = 2}, {}, 1));
  EXPECT_FALSE(file.IsOpen({.first = 1, .count = 1}));
  EXPECT_TRUE(file.IsOpen({.first = 1, .count = 1, .skip = 1}));
}

TEST(BigFile, AfterALostWriterTheGoodChunksAreCopiedFromThere) {
  BigFile file(kChunk * 3, List({"a", "b", "0"}), "sha256");
  const auto zeros = file.Take({8, 8}, Always);
  file.Arrived(*zeros, {Of(std::string(kChunk, '\0'))});
  const auto first = file.Take({1, 1}, Always);
  file.Arrived(*first, {Of("a")});
  ASSERT_TRUE(file.Take({1, 1}, Always));
  file.StartOver("/stage/1/big");
  EXPECT_EQ(Shown(file.Take({8, 8}, Always)), "0+1 from 0 skip 0");
  EXPECT_EQ(Shown(file.Take({8, 8}, Always)), "1+1 from -1 skip 0");
  EXPECT_EQ(Shown(file.Take({8, 8}, Always)), "2+1 from -2 skip 0");
}

TEST(DigestOfChunks, IsThatOfTheirTextOrOfTheOnlyOne) {
  EXPECT_EQ(*DigestOfChunks(List({"a"}), "sha256"), Of("a"));
  EXPECT_EQ(*DigestOfChunks(List({"a", "b"}), "sha256"), Of(absl::StrCat(Of("a").text(), "\n", Of("b").text(), "\n")));
  EXPECT_FALSE(DigestOfChunks(List({"a", "b"}), "no such").ok());
}

}  // namespace
}  // namespace sshsync
