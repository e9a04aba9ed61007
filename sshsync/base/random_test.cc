#include "sshsync/base/random.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(Random, NoncesAreHexAndDiffer) {
  EXPECT_EQ(RandomMark().size(), 32u);
  EXPECT_NE(RandomMark(), RandomMark());
}

}  // namespace
}  // namespace sshsync
