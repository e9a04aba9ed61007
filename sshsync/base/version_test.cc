#include "sshsync/base/version.h"

#include <algorithm>
#include <string>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(Version, IsThreeNumbersWhichEveryPackagingToolOrders) {
  const std::string version(Version());
  EXPECT_EQ(std::count(version.begin(), version.end(), '.'), 2) << version;
  EXPECT_EQ(version.find_first_not_of("0123456789."), std::string::npos) << version;
  EXPECT_NE(version.front(), '.');
  EXPECT_NE(version.back(), '.');
}

}  // namespace
}  // namespace sshsync
