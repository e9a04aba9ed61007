#include "tools/cli/verbs/config_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync::cli {
namespace {

std::string InTemp(const std::string& name) { return testing::TempDir() + "/" + name; }

TEST(ConfigSource, AFileIsReadAsItIs) {
  const std::string file = InTemp("good.conf");
  std::ofstream(file, std::ios::binary) << std::string("[a]\r\npath = \xff\0", 14);
  chmod(file.c_str(), 0644);
  const auto source = ReadConfigSource(file);
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(source->bytes, std::string("[a]\r\npath = \xff\0", 14));
  EXPECT_EQ(source->mode, 0644U);
  EXPECT_EQ(source->owner, geteuid());
}

TEST(ConfigSource, WhatIsNoRegularFileIsRefusedAtOnce) {
  const std::string fifo = InTemp("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const std::string large = InTemp("large.conf");
  std::ofstream(large) << "x";
  ASSERT_EQ(truncate(large.c_str(), (off_t{64} << 20) + 1), 0);
  for (const auto& [file, reason] :
       {std::pair(fifo, "no regular file"), std::pair(testing::TempDir(), "a folder"),
        std::pair(large, "larger than 64 MiB"), std::pair(InTemp("missing"), "No such file"),
        std::pair(std::string("/dev/zero"), "no regular file")}) {
    const auto source = ReadConfigSource(file);
    EXPECT_EQ(FailureOf(source.status()), Failure::kConfig) << file;
    EXPECT_TRUE(absl::StrContains(source.status().message(), reason)) << source.status();
  }
}

TEST(ConfigSource, TheOptionComesBeforeTheVariableBeforeTheDefault) {
  EXPECT_EQ(ConfigPlace("a", "b"), "a");
  EXPECT_EQ(ConfigPlace("", "b"), "b");
  EXPECT_EQ(ConfigPlace("", ""), kDefaultConfig);
  EXPECT_EQ(ConfigPlace("", nullptr), kDefaultConfig);
}

}  // namespace
}  // namespace sshsync::cli
