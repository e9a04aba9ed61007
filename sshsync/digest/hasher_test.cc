#include "sshsync/digest/hasher.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <string>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

Hasher Sha256() { return *Hasher::Create("sha256"); }

std::string FileWith(const std::string& name, const std::string& content) {
  const std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

TEST(Hasher, KnowsTheDigestsOfAbc) {
  const std::map<std::string, std::string> expected = {
      {"md5", "900150983cd24fb0d6963f7d28e17f72"},
      {"sha1", "a9993e364706816aba3e25717850c26c9cd0d89d"},
      {"sha224", "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7"},
      {"sha256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
      {"sha384", "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7"},
      {"sha512",
       "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80"
       "e2a9ac94fa54ca49f"},
      {"blake2b512",
       "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925"
       "ab92386edd4009923"},
  };
  for (const absl::string_view name : Hasher::Names()) {
    auto hasher = Hasher::Create(name);
    ASSERT_TRUE(hasher.ok()) << hasher.status();
    hasher->Update("abc");
    EXPECT_EQ(hasher->Finish().text(), expected.at(std::string(name))) << name;
  }
}

TEST(Hasher, StartsAnewAfterEachDigest) {
  Hasher hasher = Sha256();
  const Digest of_nothing = hasher.Finish();
  hasher.Update("some");
  hasher.Update("thing");
  const Digest of_something = hasher.Finish();
  EXPECT_EQ(hasher.Finish(), of_nothing);
  hasher.Update("something");
  EXPECT_EQ(hasher.Finish(), of_something);
}

TEST(Hasher, RefusesNamesThatAreNoDigestAndShowsThoseThatAre) {
  for (const absl::string_view name : {"", "SHA256", "crc32", "sha256\n", "cksum"}) {
    const auto hasher = Hasher::Create(name);
    EXPECT_EQ(FailureOf(hasher.status()), Failure::kConfig) << name;
    EXPECT_NE(hasher.status().message().find("sha512"), absl::string_view::npos);
    EXPECT_EQ(hasher.status().message().find('\n'), absl::string_view::npos);
  }
}

TEST(Hasher, ReadsWholeFilesWhateverTheirSize) {
  Hasher hasher = Sha256();
  for (const size_t size : {size_t{0}, size_t{1}, size_t{1} << 20, (size_t{1} << 20) + 1, size_t{3} << 20}) {
    const std::string content(size, 'x');
    hasher.Update(content);
    const Digest expected = hasher.Finish();
    const auto digest = DigestOfFile(FileWith("whole", content), hasher);
    ASSERT_TRUE(digest.ok()) << digest.status();
    EXPECT_EQ(*digest, expected) << size;
  }
}

TEST(Hasher, ReadsADescriptorFromWhereItStands) {
  Hasher hasher = Sha256();
  hasher.Update("tail");
  const Digest expected = hasher.Finish();
  const int fd = open(FileWith("positioned", "headtail").c_str(), O_RDONLY | O_CLOEXEC);
  lseek(fd, 4, SEEK_SET);
  EXPECT_EQ(*DigestOfFd(fd, hasher), expected);
  close(fd);
}

TEST(Hasher, AMissingFileIsNamedAndTheHasherStaysClean) {
  Hasher hasher = Sha256();
  const Digest of_nothing = hasher.Finish();
  const auto digest = DigestOfFile(testing::TempDir() + "/nowhere", hasher);
  EXPECT_EQ(FailureOf(digest.status()), Failure::kSourceVanished);
  EXPECT_NE(digest.status().message().find("/nowhere"), absl::string_view::npos);
  EXPECT_EQ(hasher.Finish(), of_nothing);
}

TEST(Hasher, FoldersAndPipesAreRefusedAtOnce) {
  Hasher hasher = Sha256();
  EXPECT_EQ(FailureOf(DigestOfFile(testing::TempDir(), hasher).status()), Failure::kPermission);
  const std::string pipe = testing::TempDir() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(FailureOf(DigestOfFile(pipe, hasher).status()), Failure::kPermission);
  EXPECT_EQ(FailureOf(DigestOfFd(-1, hasher).status()), Failure::kPermission);
}

}  // namespace
}  // namespace sshsync
