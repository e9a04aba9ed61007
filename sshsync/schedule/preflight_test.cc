#include "sshsync/schedule/preflight.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PreflightTest : public ::testing::Test {
 protected:
  PreflightTest() {
    for (const int64_t size : {10, 2000, 100}) {
      manifest_.files.push_back(
          {.path = std::to_string(size), .stat = {.size = size}, .digest = *Digest::FromHex(std::string(40, 'a'))});
    }
    for (const FileEntry& file : manifest_.files) plan_.items.push_back({.action = Action::kCopy, .parent = &file});
  }
  // The files that fail before anything is moved.
  std::vector<std::string> Failed(FileStates& states) {
    std::vector<std::string> failed;
    status_ = Preflight(
        child_, states, [&failed](const FileState& item) { failed.push_back(item.wanted.path); },
        [this](std::string text) { warnings_.push_back(std::move(text)); });
    return failed;
  }

  HostFacts child_{.writable = true, .free_bytes = 500};
  Manifest manifest_;
  Plan plan_;
  absl::Status status_;
  std::vector<std::string> warnings_;
};

TEST_F(PreflightTest, FailsWhatCanNeverFitAndLetsTheRestGoAhead) {
  FileStates states(plan_, 5);
  EXPECT_THAT(Failed(states), ElementsAre("2000"));
  EXPECT_TRUE(status_.ok());
  const FileState& big = states.at(2);
  EXPECT_EQ(big.state, FileState::State::kFailed);
  EXPECT_EQ(big.failure(), Failure::kNoSpace);
  EXPECT_EQ(big.outcome().attempts, 0);
  EXPECT_THAT(std::string(big.message()), HasSubstr("it needs 2000 bytes, there are 500"));
  EXPECT_TRUE(states.AnyOpen());
  EXPECT_EQ(states.at(0).state, FileState::State::kOpen);
}

TEST_F(PreflightTest, CountsAllThatIsHeldBackTogether) {
  child_.free_bytes = 2100;  // for each of them, not for 2110
  FileStates alone(plan_, 5), together(plan_, 5);
  together.PublishTogether(true);
  EXPECT_THAT(Failed(alone), IsEmpty());
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_THAT(Failed(together), IsEmpty());
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("up to 2110 bytes, there are 2100")));
  child_.free_bytes = 2110;
  FileStates fits(plan_, 5);
  fits.PublishTogether(true);
  Failed(fits);
  EXPECT_EQ(warnings_.size(), 1U);
}

TEST_F(PreflightTest, AsksNothingOfAHostThatDoesNotTellItsSpace) {
  child_.free_bytes = -1;
  FileStates states(plan_, 5);
  EXPECT_THAT(Failed(states), IsEmpty());
}

TEST_F(PreflightTest, EndsTheHopWhereNothingCanBeWritten) {
  child_.writable = false;
  FileStates states(plan_, 5);
  EXPECT_THAT(Failed(states), IsEmpty());
  EXPECT_EQ(FailureOf(status_), Failure::kPermission);
}

}  // namespace
}  // namespace sshsync
