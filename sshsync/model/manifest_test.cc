#include "sshsync/model/manifest.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

using Resolution = FileStat::Resolution;

constexpr int64_t kSecond = 1'000'000'000;

FileStat Stat(int64_t size, int64_t mtime, Resolution resolution = Resolution::kNanosecond) {
  return {.size = size, .mtime = mtime, .resolution = resolution};
}

TEST(FileStat, ComparesTimesAsCoarselyAsTheCoarserSideKnowsThem) {
  const FileStat fine = Stat(5, 100 * kSecond + 123'456'789);
  struct Row {
    FileStat other;
    bool same;
  };
  const Row rows[] = {
      {fine, true},
      {Stat(6, fine.mtime), false},
      {Stat(5, fine.mtime + 1), false},
      {Stat(5, fine.mtime + 1, Resolution::kMicrosecond), true},
      {Stat(5, fine.mtime + 1000, Resolution::kMicrosecond), false},
      {Stat(5, 100 * kSecond, Resolution::kSecond), true},
      {Stat(5, 101 * kSecond, Resolution::kSecond), false},
      {Stat(5, 60 * kSecond, Resolution::kMinute), true},
      {Stat(5, 120 * kSecond, Resolution::kMinute), false},
      {Stat(5, 0, Resolution::kDay), true},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(fine.SameVersion(row.other), row.same) << row.other.mtime << " " << row.other.unit();
    EXPECT_EQ(row.other.SameVersion(fine), row.same) << row.other.mtime << " " << row.other.unit();
  }
}

TEST(Manifest, FindsAFileByItsPath) {
  Manifest manifest;
  for (const char* path : {"a", "a/b", "b", "\xff"}) manifest.files.push_back({.path = path});
  for (const char* path : {"a", "a/b", "b", "\xff"}) {
    ASSERT_NE(manifest.Find(path), nullptr);
    EXPECT_EQ(manifest.Find(path)->path, path);
  }
  for (const char* path : {"", "a/", "c", "\xfe"}) EXPECT_EQ(manifest.Find(path), nullptr);
  EXPECT_EQ(Manifest().Find("a"), nullptr);
}

}  // namespace
}  // namespace sshsync
