#include "sshsync/record/state/run_recorder.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const absl::Time kNow = absl::FromUnixSeconds(1'767'225'600);

class RunRecorderTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<RunRecorder>> Begin() {
    return RunRecorder::Begin(dir_.path(), {.report = report_},
                              [this](absl::string_view text) { warnings_.emplace_back(text); });
  }

  TempDir dir_;
  Report report_{.run = "20260101-000000-abcd", .verb = "sync", .queue = {{"p"}}, .started = kNow, .ended = kNow};
  const RepositoryReport p_{.name = "p", .parent = "m", .outcome = Outcome::kChanged, .started = kNow, .ended = kNow};
  std::vector<std::string> warnings_;
};

TEST_F(RunRecorderTest, RecordsARunAsItGoesOn) {
  {
    auto recorder = *Begin();
    recorder->EndRepository(p_);
    EXPECT_EQ(recorder->Repositories().at("p").last_equal, kNow);
    recorder->EndRun(report_, 0, 100);
  }
  EXPECT_EQ((*State::OpenForReading(dir_.path())->Find(report_.run))->exit_code, 0);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(RunRecorderTest, GoesOnWithoutAStateAndSaysSoOnce) {
  dir_.Write("state.db/in the way", "");
  auto recorder = *Begin();
  recorder->EndRepository(p_);
  recorder->EndRun(report_, 0, 100);
  EXPECT_THAT(recorder->Repositories(), IsEmpty());
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("not recorded")));
}

TEST_F(RunRecorderTest, TellsOfDamage) {
  dir_.Write("state.db", "garbage");
  EXPECT_TRUE(Begin().ok());
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("set aside")));
}

TEST_F(RunRecorderTest, ARunIsRecordedOnce) {
  auto recorder = *Begin();
  recorder->EndRun(report_, 0, 100);
  EXPECT_TRUE(Begin().ok()) << "the same id again is not recorded, but done";
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("not recorded")));
}

}  // namespace
}  // namespace sshsync
