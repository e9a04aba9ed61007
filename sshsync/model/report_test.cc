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

TEST(Conclude, SaysWhatAHopCameTo) {
  struct Row {
    const char* name;
    Verb verb;
    absl::Status status;
    bool refused, incomplete;
    int64_t changed, failed;
    Outcome outcome;
  };
  const absl::Status none;
  const Row rows[] = {
      {"nothing to do", Verb::kSync, none, false, false, 0, 0, Outcome::kEqual},
      {"changed", Verb::kSync, none, false, false, 2, 0, Outcome::kChanged},
      {"would change", Verb::kPlan, none, false, false, 2, 0, Outcome::kPlanned},
      {"differs", Verb::kVerify, none, false, false, 2, 0, Outcome::kDiffers},
      {"a file failed", Verb::kSync, none, false, false, 2, 1, Outcome::kFailed},
      {"a listing was incomplete", Verb::kSync, none, false, true, 2, 0, Outcome::kFailed},
      {"deletions were refused", Verb::kSync, none, true, false, 2, 1, Outcome::kRefused},
      {"it is locked", Verb::kSync, MakeError(Failure::kLocked, "why"), false, false, 0, 0, Outcome::kLocked},
      {"an empty listing", Verb::kSync, MakeError(Failure::kSafety, "why"), false, false, 0, 0, Outcome::kRefused},
      {"its parent failed", Verb::kSync, MakeError(Failure::kWaiting, "why"), false, false, 0, 0, Outcome::kWaiting},
      {"it was stopped", Verb::kSync, MakeError(Failure::kStopped, "why"), false, false, 0, 0, Outcome::kStopped},
      {"its host is away", Verb::kSync, MakeError(Failure::kUnreachable, "why"), false, false, 0, 0, Outcome::kFailed},
  };
  for (const Row& row : rows) {
    RepositoryReport report{.copied = row.changed, .failed = row.failed};
    if (row.failed > 0) report.files.push_back({.failure = Failure::kNoSpace});
    Conclude(row.verb, row.status, row.refused, row.incomplete, &report);
    EXPECT_EQ(report.outcome, row.outcome) << row.name;
    EXPECT_EQ(report.message, row.status.ok() ? "" : "why") << row.name;
  }
}

TEST(Conclude, AHopWhoseFilesAllWaitWaits) {
  RepositoryReport report{.failed = 1, .files = {{.failure = Failure::kWaiting}, {.failure = Failure::kNone}}};
  Conclude(Verb::kSync, absl::OkStatus(), false, false, &report);
  EXPECT_EQ(report.outcome, Outcome::kWaiting);
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
