#include "sshsync/text/nearest.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

const std::vector<absl::string_view> kNames = {"REPOPATH", "FILEPATH", "FILE", "REMOTEHOST", "REMOTEUSER", "REPO"};

TEST(Nearest, FindsALetterTooManyMissingWrongOrSwapped) {
  EXPECT_EQ(Nearest("FIILE", kNames), "FILE");
  EXPECT_EQ(Nearest("FIE", kNames), "FILE");
  EXPECT_EQ(Nearest("FOLE", kNames), "FILE");
  EXPECT_EQ(Nearest("FLIE", kNames), "FILE");
  EXPECT_EQ(Nearest("RMEOTEHOST", kNames), "REMOTEHOST");
}

TEST(Nearest, DoesNotCareAboutCase) { EXPECT_EQ(Nearest("filepath", kNames), "FILEPATH"); }

TEST(Nearest, PrefersTheFewestErrorsAndThenTheFirst) {
  EXPECT_EQ(Nearest("REMOTEUSET", kNames), "REMOTEUSER");
  EXPECT_EQ(Nearest("ac", {"ab", "ad"}), "ab");
}

TEST(Nearest, GivesNothingRatherThanAFarFetchedGuess) {
  EXPECT_EQ(Nearest("HOME", kNames), absl::nullopt);
  EXPECT_EQ(Nearest("x", {"y"}), absl::nullopt);
  EXPECT_EQ(Nearest("", kNames), absl::nullopt);
  EXPECT_EQ(Nearest("FILE", {}), absl::nullopt);
  EXPECT_EQ(Nearest(std::string(1 << 20, 'F'), kNames), absl::nullopt);
}

}  // namespace
}  // namespace sshsync
