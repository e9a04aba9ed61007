#include "sshsync/record/report/metrics.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const absl::Time kNow = absl::FromUnixSeconds(1'767'225'600);

Report Sample() {
  Report report{.run = "r", .verb = "sync", .started = kNow - absl::Seconds(90), .ended = kNow};
  report.repositories = {
      {.name = "p",
       .parent = "m",
       .outcome = Outcome::kChanged,
       .started = kNow - absl::Seconds(2),
       .ended = kNow,
       .copied = 2,
       .replaced = 3,
       .deleted = 1,
       .bytes = 1'000'000'000'000},
      {.name = "n\"1\\", .parent = "p", .outcome = Outcome::kFailed, .failed = 4, .failure = Failure::kAuth}};
  return report;
}

TEST(Metrics, TellHowTheRunWent) {
  const std::string text =
      MetricsText(Sample(), 6,
                  {{"p", {.parent = "m", .last_equal = kNow - absl::Milliseconds(500)}}, {"q", {.parent = "m"}}}, kNow);
  for (const char* line : {
           "sshsync_run_ended_timestamp_seconds 1767225600.000\n",
           "sshsync_run_duration_seconds 90.000\n",
           "sshsync_run_exit_code 6\n",
           "sshsync_repository_last_equal_timestamp_seconds{repository=\"p\",parent=\"m\"} 1767225599.500\n",
           "sshsync_repository_lag_seconds{repository=\"p\",parent=\"m\"} 0.500\n",
           "sshsync_repository_ok{repository=\"p\",parent=\"m\"} 1\n",
           "sshsync_repository_ok{repository=\"n\\\"1\\\\\",parent=\"p\"} 0\n",
           "sshsync_repository_duration_seconds{repository=\"p\",parent=\"m\"} 2.000\n",
           "sshsync_repository_bytes{repository=\"p\",parent=\"m\"} 1000000000000\n",
           "sshsync_repository_files{repository=\"p\",parent=\"m\"} 6\n",
           "sshsync_repository_failures{repository=\"n\\\"1\\\\\",parent=\"p\"} 5\n",
       }) {
    EXPECT_THAT(text, HasSubstr(line));
  }
  EXPECT_THAT(text, Not(HasSubstr("repository=\"q\""))) << "it never equalled its parent";
}

TEST(Metrics, EachIsDeclaredOnceInFrontOfItsValues) {
  std::set<std::string> declared;
  std::string current;
  const std::string text = MetricsText(Sample(), 0, {{"p", {.parent = "m", .last_equal = kNow}}}, kNow);
  const std::vector<std::string> lines = absl::StrSplit(text, '\n', absl::SkipEmpty());
  for (const std::string& line : lines) {
    if (absl::StartsWith(line, "# HELP ")) {
      current = std::vector<std::string>(absl::StrSplit(line, ' ')).at(2);
      EXPECT_TRUE(declared.insert(current).second) << current;
    } else if (line[0] != '#') {
      EXPECT_EQ(line.substr(0, line.find_first_of(" {")), current);
    }
  }
  EXPECT_EQ(lines.back(), "# EOF");
}

}  // namespace
}  // namespace sshsync
