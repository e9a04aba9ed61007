#include "sshsync/record/state/digest_table.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "SQLiteCpp/SQLiteCpp.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/record/state/run_recorder.h"
#include "sshsync/record/state/state.h"
#include "sshsync/record/state/stored_digests.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'767'225'600);
const absl::Time kLater = kNow + absl::Hours(24);

StoredDigest File(absl::string_view path, char digit = 'a') {
  return {.file = {.path = std::string(path),
                   .stat = {.size = 10, .mtime = 11, .ctime = 12, .inode = ~uint64_t{3}, .mode = 0644},
                   .digest = *Digest::FromHex(std::string(40, digit))},
          .read = kNow};
}

class DigestTableTest : public ::testing::Test {
 protected:
  State Open() { return *State::OpenForWriting(dir_.path(), kNow); }
  DigestCacheKey Way(absl::string_view repository = "p", absl::string_view way = "w", absl::Time clock = kNow) const {
    return {.repository = std::string(repository), .way = std::string(way), .host_clock = clock};
  }
  void Store(State& state, const DigestCacheKey& way, std::vector<StoredDigest> files,
             std::vector<std::string> forgotten = {}, absl::Time until = kLater) {
    ASSERT_TRUE(state.Store(way, {.read = std::move(files), .forgotten = std::move(forgotten), .until = until}).ok());
  }
  static std::vector<StoredDigest> All(const State& state, const DigestCacheKey& way) {
    std::vector<StoredDigest> files;
    EXPECT_TRUE(state.Load(way, [&files](StoredDigest file) { files.push_back(std::move(file)); }).ok());
    return files;
  }
  // `path digest` of all that is recalled.
  static std::vector<std::string> Recalled(const State& state, const DigestCacheKey& way) {
    std::vector<std::string> found;
    for (const StoredDigest& one : All(state, way))
      found.push_back(absl::StrCat(one.file.path, " ", one.file.digest.text().substr(0, 1)));
    return found;
  }
  int Rows() {
    SQLite::Database database(dir_.Path("state.db"), SQLite::OPEN_READONLY);
    return database.execAndGet("SELECT (SELECT count(*) FROM digests) + (SELECT count(*) FROM remembered)").getInt();
  }
  void Execute(const std::string& text) { SQLite::Database(dir_.Path("state.db"), SQLite::OPEN_READWRITE).exec(text); }

  TempDir dir_;
};

TEST_F(DigestTableTest, GivesBackWhatItWasToldByteForByte) {
  State state = Open();
  StoredDigest odd = File(std::string("od\xff\nd\0 '", 8));
  odd.file.stat.resolution = FileStat::Resolution::kSecond;
  odd.file.digest = *Digest::FromCrc("123", "456");
  StoredDigest big = File("big");
  big.file.chunks = std::make_shared<const ChunkList>(ChunkList{
      .chunk = 1 << 20, .digests = {*Digest::FromHex(std::string(64, '1')), *Digest::FromHex(std::string(64, '2'))}});
  Store(state, Way(), {odd, big});
  const std::vector<StoredDigest> found = All(state, Way());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].file.path, "big") << "in the order of the paths";
  ASSERT_NE(found[0].file.chunks, nullptr);
  EXPECT_EQ(*found[0].file.chunks, *big.file.chunks);
  EXPECT_EQ(found[1].file.path, odd.file.path);
  EXPECT_EQ(found[1].file.digest, odd.file.digest);
  EXPECT_EQ(found[1].file.chunks, nullptr);
  EXPECT_EQ(found[1].read, kNow);
  const FileStat &told = odd.file.stat, &stat = found[1].file.stat;
  EXPECT_EQ(std::make_tuple(stat.size, stat.mtime, stat.ctime, stat.inode, stat.resolution),
            std::make_tuple(told.size, told.mtime, told.ctime, told.inode, told.resolution));
}

TEST_F(DigestTableTest, KeepsOneRowAFileAndForgetsWhatIsGone) {
  State state = Open();
  Store(state, Way(), {File("a"), File("b"), File("c")});
  Store(state, Way("q"), {File("a", 'd')});
  Store(state, Way(), {File("b", 'b')}, {"c", "never there"});
  EXPECT_THAT(Recalled(state, Way()), ElementsAre("a a", "b b"));
  EXPECT_THAT(Recalled(state, Way("q")), ElementsAre("a d"));
  EXPECT_EQ(Rows(), 3 + 2);
}

TEST_F(DigestTableTest, KnowsOneWayOfARepositoryOnly) {
  State state = Open();
  Store(state, Way(), {File("a"), File("b")});
  EXPECT_THAT(Recalled(state, Way("p", "another digestcmd")), IsEmpty());
  Store(state, Way("p", "another digestcmd"), {File("a", 'c')});
  EXPECT_THAT(Recalled(state, Way("p", "another digestcmd")), ElementsAre("a c"));
  EXPECT_THAT(Recalled(state, Way()), IsEmpty());
  EXPECT_EQ(Rows(), 1 + 1) << "what the other way has left is gone";
}

TEST_F(DigestTableTest, RecallsNothingOfAHostWhoseClockWasSetBack) {
  State state = Open();
  Store(state, Way(), {File("a"), File("b")});
  EXPECT_THAT(Recalled(state, Way("p", "w", kNow + absl::Hours(1))), ElementsAre("a a", "b a"));
  EXPECT_THAT(Recalled(state, Way("p", "w", kNow - absl::Seconds(1))), IsEmpty());
  Store(state, Way("p", "w", kNow - absl::Seconds(1)), {File("b", 'e')});
  EXPECT_THAT(Recalled(state, Way()), ElementsAre("b e")) << "what was read at the later time is not taken up again";
}

TEST_F(DigestTableTest, DoesNotGrowForEver) {
  State state = Open();
  ASSERT_TRUE(state.BeginRun({.report = {.run = "r", .verb = "sync", .queue = {{"p"}}, .started = kNow}}).ok());
  Store(state, Way(), {File("a"), File("b")}, {}, kNow);
  Store(state, Way("q"), {File("a")}, {}, kLater);
  ASSERT_TRUE(state.EndRun({.run = "r", .ended = kNow}, 0, 100).ok());
  EXPECT_THAT(Recalled(state, Way()), IsEmpty());
  EXPECT_THAT(Recalled(state, Way("q")), ElementsAre("a a"));
  EXPECT_EQ(Rows(), 1 + 1);
}

TEST_F(DigestTableTest, PassesOverWhatCannotBeRead) {
  State state = Open();
  Store(state, Way(), {File("a"), File("b"), File("c")});
  Execute("UPDATE digests SET digest = 'nonsense' WHERE CAST(path AS TEXT) = 'a'");
  Execute("UPDATE digests SET chunks = 'x' || char(10) || 'y', resolution = 99 WHERE CAST(path AS TEXT) = 'b'");
  const std::vector<StoredDigest> found = All(state, Way());
  ASSERT_EQ(found.size(), 2U);
  ASSERT_NE(found[0].file.chunks, nullptr);
  EXPECT_EQ(found[0].file.chunks->chunk, 0) << "no chunks of any size: of no use";
}

TEST_F(DigestTableTest, ARecordOfTheSecondSchemaKnowsNothingAndIsLedOn) {
  { Open(); }
  Execute("DROP TABLE digests; DROP TABLE remembered; PRAGMA user_version = 2");
  {
    const State old = *State::OpenForReading(dir_.path());
    EXPECT_THAT(Recalled(old, Way()), IsEmpty());
  }
  State state = Open();
  EXPECT_EQ(state.warning(), "");
  Store(state, Way(), {File("a")});
  EXPECT_THAT(Recalled(state, Way()), ElementsAre("a a"));
}

TEST_F(DigestTableTest, TheRecordOfARunIsItsMemory) {
  std::vector<std::string> warnings;
  auto recorder =
      *RunRecorder::Begin(dir_.path(), {.report = {.run = "r", .verb = "sync", .queue = {{"p"}}, .started = kNow}},
                          [&warnings](absl::string_view text) { warnings.emplace_back(text); });
  DigestStore& memory = *recorder;
  memory.Store(Way(), {.read = {File("a")}, .until = kLater});
  int found = 0;
  const auto count = [&found](const StoredDigest&) { ++found; };
  memory.Load(Way(), count);
  EXPECT_EQ(found, 1);
  EXPECT_THAT(warnings, IsEmpty());
  // A disk that breaks meanwhile costs the memory, and a word.
  Execute("DROP TABLE digests");
  memory.Load(Way(), count);
  memory.Store(Way(), {.read = {File("a")}, .until = kLater});
  EXPECT_EQ(found, 1);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("not recorded")));
}

TEST_F(DigestTableTest, APlanRecallsAndRemembersNothing) {
  int found = 0;
  const auto count = [&found](const StoredDigest&) { ++found; };
  StoredDigests(dir_.path()).Load(Way(), count);
  EXPECT_FALSE(dir_.Exists("state.db"));
  {
    State state = Open();
    Store(state, Way(), {File("a")});
  }
  const std::string before = dir_.Read("state.db");
  StoredDigests memory(dir_.path());
  memory.Load(Way(), count);
  memory.Store(Way(), {.read = {File("b")}, .until = kLater});
  memory.Load(Way(), count);
  EXPECT_EQ(found, 2);
  EXPECT_EQ(dir_.Read("state.db"), before);
  dir_.Write("state.db", "garbage");
  StoredDigests(dir_.path()).Load(Way(), count);
  EXPECT_EQ(found, 2);
}

}  // namespace
}  // namespace sshsync
