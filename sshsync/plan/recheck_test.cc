#include "sshsync/plan/recheck.h"

#include <memory>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/plan/big_file.h"

namespace sshsync {
namespace {

constexpr int64_t kSecond = 1'000'000'000;
const absl::Time kClock = absl::FromUnixSeconds(1'700'000'000);
const int64_t kNow = absl::ToUnixNanos(kClock);

FileStat Old() {
  return {.size = 10, .mtime = kNow - 100 * kSecond, .ctime = kNow - 99 * kSecond + 7, .inode = 5, .mode = 0644};
}

Digest Hex(char digit) { return *Digest::FromHex(std::string(64, digit)); }

TEST(Recheck, RemembersOnlyWhatWasAtRestBeforeItWasRead) {
  EXPECT_TRUE(IsAtRest(Old(), kClock));
  // Changed in the same second as the clock was read, or a moment before: it may be changed again without another time.
  for (const int64_t age : {int64_t{-1}, int64_t{0}, int64_t{1}, kSecond, 2 * kSecond, 3 * kSecond}) {
    FileStat stat = Old();
    stat.ctime = kNow - age;
    EXPECT_FALSE(IsAtRest(stat, kClock)) << "ctime " << age;
    stat = Old();
    stat.mtime = kNow - age;
    EXPECT_FALSE(IsAtRest(stat, kClock)) << "mtime " << age;
  }
  FileStat stat = Old();
  stat.ctime = stat.mtime = kNow - 4 * kSecond;
  EXPECT_TRUE(IsAtRest(stat, kClock));
}

TEST(Recheck, RemembersNothingWhereAHostTellsTooLittle) {
  for (int which = 0; which < 5; ++which) {
    FileStat stat = Old();
    if (which == 0) stat.ctime = -1;
    if (which == 1) stat.inode = 0;
    if (which == 2) stat.mtime = -1;
    if (which == 3) stat.size = -1;
    if (which == 4) stat.resolution = FileStat::Resolution::kMinute;
    EXPECT_FALSE(IsAtRest(stat, kClock)) << which;
    EXPECT_FALSE(IsAsBrought(stat, stat, kClock)) << which;
    EXPECT_FALSE(IsUntouched(stat, stat)) << which;
  }
}

TEST(Recheck, RemembersWhatWasBroughtWithAnOldTimeOfItsParent) {
  FileStat placed = Old();
  placed.ctime = kNow + 3 * kSecond + 5;  // renamed just now
  EXPECT_TRUE(IsAsBrought(placed, Old(), kClock));
  FileStat other = Old();
  other.mtime += kSecond;  // somebody has written into it since
  EXPECT_FALSE(IsAsBrought(placed, other, kClock));
  placed.ctime = kNow + 3 * kSecond;  // a clock of whole seconds
  EXPECT_FALSE(IsAsBrought(placed, Old(), kClock));
  placed.ctime += 5;
  placed.mtime = other.mtime = kNow - kSecond;  // a write in this second would not be seen
  EXPECT_FALSE(IsAsBrought(placed, other, kClock));
}

TEST(Recheck, SeesEveryTouch) {
  EXPECT_TRUE(IsUntouched(Old(), Old()));
  FileStat mode = Old();
  mode.mode = 0600;
  EXPECT_TRUE(IsUntouched(Old(), mode)) << "what chmod changes beside the mode is the ctime";
  for (int which = 0; which < 5; ++which) {
    FileStat stat = Old();
    if (which == 0) ++stat.size;
    if (which == 1) ++stat.mtime;
    if (which == 2) ++stat.ctime;
    if (which == 3) ++stat.inode;
    if (which == 4) stat.resolution = FileStat::Resolution::kSecond;
    EXPECT_FALSE(IsUntouched(Old(), stat)) << which;
  }
}

TEST(Recheck, IsOverAtTheAgeAndWhenTheClockWasSetBack) {
  StoredDigest file{.file = {.path = "a", .stat = Old(), .digest = Hex('a')}, .read = kClock};
  EXPECT_TRUE(IsFresh(file, absl::Hours(1), kClock, 0, "sha256"));
  EXPECT_TRUE(IsFresh(file, absl::Hours(1), kClock + absl::Minutes(59), 0, "sha256"));
  EXPECT_FALSE(IsFresh(file, absl::Hours(1), kClock + absl::Hours(1), 0, "sha256"));
  EXPECT_FALSE(IsFresh(file, absl::Hours(1), kClock - absl::Nanoseconds(1), 0, "sha256"));
  EXPECT_FALSE(IsFresh(file, absl::ZeroDuration(), kClock, 0, "sha256"));
  file.file.digest = Digest();
  EXPECT_FALSE(IsFresh(file, absl::Hours(1), kClock, 0, "sha256"));
}

TEST(Recheck, TakesChunksOnlyWhereTheyMakeUpTheDigest) {
  constexpr int64_t kChunk = 1 << 20;
  ChunkList chunks{.chunk = kChunk, .digests = {Hex('1'), Hex('2')}};
  FileStat stat = Old();
  stat.size = kChunk + 1;
  StoredDigest file{.file = {.path = "a",
                             .stat = stat,
                             .digest = *DigestOfChunks(chunks, "sha256"),
                             .chunks = std::make_shared<const ChunkList>(chunks)},
                    .read = kClock};
  const auto fresh = [&](int64_t chunk) { return IsFresh(file, absl::Hours(1), kClock, chunk, "sha256"); };
  EXPECT_TRUE(fresh(kChunk));
  EXPECT_FALSE(fresh(2 * kChunk));  // small by now
  EXPECT_FALSE(fresh(kChunk / 2));
  EXPECT_FALSE(fresh(0));
  chunks.digests[1] = Hex('3');
  file.file.chunks = std::make_shared<const ChunkList>(chunks);
  EXPECT_FALSE(fresh(kChunk)) << "a damaged record";
  chunks.digests.pop_back();
  file.file.chunks = std::make_shared<const ChunkList>(chunks);
  file.file.digest = chunks.digests[0];
  EXPECT_FALSE(fresh(kChunk)) << "a chunk is missing";
  file.file.chunks = nullptr;
  EXPECT_FALSE(fresh(kChunk)) << "its digest is another one than that of its chunks";
}

TEST(Recheck, TellsWaysApart) {
  Repository plain;
  plain.endpoint.host = "h";
  plain.path = "/p";
  std::set<std::string> ways{DigestCacheKeyOf(plain, "/p", "sha1sum")};
  const auto other = [&](auto change, absl::string_view root, absl::string_view method) {
    Repository repository = plain;
    change(repository);
    EXPECT_TRUE(ways.insert(DigestCacheKeyOf(repository, root, method)).second);
  };
  const auto same = [](Repository&) {};
  other(same, "/p", "sha1sum -b");
  other(same, "/elsewhere", "sha1sum");
  other([](Repository& r) { r.path = "/q"; }, "/p", "sha1sum");
  other([](Repository& r) { r.endpoint.host = "i"; }, "/p", "sha1sum");
  other([](Repository& r) { r.endpoint.user = "u"; }, "/p", "sha1sum");
  other([](Repository& r) { r.endpoint.port = 23; }, "/p", "sha1sum");
  other([](Repository& r) { r.endpoint.jump = "j"; }, "/p", "sha1sum");
  other([](Repository& r) { r.endpoint.shell = "bash"; }, "/p", "sha1sum");
  other([](Repository& r) { r.endpoint.ssh = {"ssh", "-F", "x"}; }, "/p", "sha1sum");
  other([](Repository& r) { r.endpoint.transport = Transport::kLocal; }, "/p", "sha1sum");
  Repository renamed = plain;
  renamed.name = "n";
  EXPECT_EQ(DigestCacheKeyOf(renamed, "/p", "sha1sum"), DigestCacheKeyOf(plain, "/p", "sha1sum"));
}

TEST(Recheck, KeepsNothingForEver) {
  EXPECT_EQ(UselessFrom(absl::Hours(2), kClock), kClock + absl::Hours(2));
  EXPECT_EQ(UselessFrom(absl::Hours(24 * 3650), kClock), kClock + absl::Hours(24 * 90));
}

}  // namespace
}  // namespace sshsync
