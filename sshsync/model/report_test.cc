#include "sshsync/model/report.h"

#include <set>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

Report With(std::vector<Failure> repositories, std::vector<Failure> files, int signal = 0) {
  Report report{.signal = signal};
  for (const Failure failure : repositories) report.repositories.push_back({.failure = failure});
  report.repositories.emplace_back();
  for (const Failure failure : files) report.repositories.back().files.push_back({.failure = failure});
  return report;
}

TEST(Report, EndsWithTheWorstOfItsCauses) {
  struct Row {
    Report report;
    int code;
  };
  const Row rows[] = {
      {With({}, {}), 0},
      {With({Failure::kNone}, {Failure::kNone}), 0},
      {With({}, {Failure::kDigestMismatch}), 6},
      {With({}, {Failure::kDiffers}), 10},
      {With({Failure::kWindowEnded}, {}), 9},
      {With({Failure::kWindowEnded, Failure::kLocked}, {}), 7},
      {With({Failure::kLocked}, {Failure::kWaiting}), 6},
      {With({Failure::kSafety}, {Failure::kNoSpace}), 8},
      {With({Failure::kSafety, Failure::kInternal}, {}), 5},
      {With({Failure::kInternal}, {}, 15), 143},
      {With({}, {}, 2), 130},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(row.report.exit_code(), row.code);
    EXPECT_EQ(row.report.ok(), row.code == 0);
  }
}

TEST(OutcomeName, IsAnotherForEachOutcome) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(Outcome::kDiffers); ++i) names.emplace(OutcomeName(static_cast<Outcome>(i)));
  EXPECT_EQ(names.size(), static_cast<size_t>(Outcome::kDiffers) + 1);
}

}  // namespace
}  // namespace sshsync
