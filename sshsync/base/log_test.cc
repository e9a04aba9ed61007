#include "sshsync/base/log.h"

#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(Log, LevelsAreReadInAnyCaseAndWithPythonsOtherNames) {
  EXPECT_EQ(ParseLogLevel("info"), LogLevel::kInfo);
  EXPECT_EQ(ParseLogLevel("WARN"), LogLevel::kWarning);
  EXPECT_EQ(ParseLogLevel("Fatal"), LogLevel::kCritical);
  EXPECT_EQ(ParseLogLevel("loud"), absl::nullopt);
}

TEST(Log, EveryLevelIsReadBackFromItsName) {
  for (const LogLevel level :
       {LogLevel::kDebug, LogLevel::kInfo, LogLevel::kWarning, LogLevel::kError, LogLevel::kCritical}) {
    EXPECT_EQ(ParseLogLevel(LogLevelName(level)), level);
  }
}

}  // namespace
}  // namespace sshsync
