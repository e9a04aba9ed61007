#include "tools/cli/view/output_stream.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <string>

#include "gtest/gtest.h"

namespace sshsync::cli {
namespace {

TEST(OutputStream, WhatIsWrittenArrivesWhole) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  OutputStream stream(ends[1]);
  stream.Write("one ");
  stream.Write("two");
  char bytes[16];
  EXPECT_EQ(std::string(bytes, static_cast<size_t>(read(ends[0], bytes, sizeof bytes))), "one two");
  EXPECT_TRUE(stream.status().ok());
  EXPECT_FALSE(stream.is_terminal());
  close(ends[0]);
  close(ends[1]);
}

TEST(OutputStream, AReaderThatWentAwayIsNoError) {
  signal(SIGPIPE, SIG_IGN);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  OutputStream stream(ends[1]);
  stream.Write("a");
  stream.Write("b");
  EXPECT_TRUE(stream.status().ok());
  close(ends[1]);
}

TEST(OutputStream, AFullDiskIsAnErrorThatStays) {
  const int full = open("/dev/full", O_WRONLY);
  ASSERT_GE(full, 0);
  OutputStream stream(full);
  stream.Write("a");
  stream.Write("b");
  EXPECT_EQ(stream.status().message(), "cannot write to stderr: No space left on device");
  close(full);
}

}  // namespace
}  // namespace sshsync::cli
