#include "sshsync/base/status.h"

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"

namespace sshsync {
namespace {

TEST(Status, CarriesItsFailureThroughAnnotations) {
  const absl::Status status =
      Annotate(MakeError(Failure::kAuth, "Permission denied (publickey)"), "ssh deploy@10.0.0.3");
  EXPECT_EQ(FailureOf(status), Failure::kAuth);
  EXPECT_EQ(status.message(), "Permission denied (publickey); ssh deploy@10.0.0.3");
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Status, AnErrorWithoutPayloadIsInternal) {
  EXPECT_EQ(FailureOf(absl::UnknownError("?")), Failure::kInternal);
  EXPECT_EQ(FailureOf(absl::OkStatus()), Failure::kNone);
  EXPECT_TRUE(Annotate(absl::OkStatus(), "context").ok());
}

TEST(Status, EveryFailureHasItsOwnNameAndAnExitCode) {
  std::set<std::string> names;
  for (const FailureInfo& info : AllFailures()) {
    EXPECT_TRUE(names.insert(std::string(info.name)).second) << info.name;
    EXPECT_EQ(info.exit_code == 0, info.failure == Failure::kNone) << info.name;
    EXPECT_EQ(FailureOf(MakeError(info.failure, "x")), info.failure) << info.name;
  }
}

TEST(Status, ExitCodesAreOrderedAsTheManualSays) {
  const int order[] = {0, 9, 7, 6, 8, 5, 143};
  for (size_t i = 0; i + 1 < std::size(order); ++i) {
    EXPECT_EQ(WorseExitCode(order[i], order[i + 1]), order[i + 1]);
    EXPECT_EQ(WorseExitCode(order[i + 1], order[i]), order[i + 1]);
  }
}

absl::StatusOr<int> Half(int value) {
  if (value % 2 != 0) return MakeError(Failure::kUsage, "odd");
  return value / 2;
}

absl::StatusOr<int> Quarter(int value) {
  SSHSYNC_ASSIGN_OR_RETURN(const int half, Half(value));
  SSHSYNC_RETURN_IF_ERROR(Half(half).status());
  return half / 2;
}

TEST(Status, MacrosPassErrorsOn) {
  EXPECT_EQ(*Quarter(8), 2);
  EXPECT_EQ(FailureOf(Quarter(6).status()), Failure::kUsage);
}

}  // namespace
}  // namespace sshsync
