#include "sshsync/config/bandwidth_check.h"

#include <string>

#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

Repository Limited(absl::string_view name, absl::string_view synccmd) {
  Repository repository;
  repository.name = std::string(name);
  repository.parent = "m";
  repository.bwlimit = "2M";
  repository.file = "x.conf";
  repository.line = 7;
  if (!synccmd.empty()) repository.templates["synccmd"] = std::string(synccmd);
  return repository;
}

TEST(BandwidthCheck, TheBuiltinTransferAndASynccmdThatTakesItKeepALimit) {
  EXPECT_TRUE(KeepsBandwidthLimit(Limited("a", "")));
  EXPECT_TRUE(KeepsBandwidthLimit(Limited("a", "scp -l ${BWLIMIT} x y")));
  Repository stream = Limited("a", "scp x y");
  stream.transfer = Transfer::kStream;
  EXPECT_TRUE(KeepsBandwidthLimit(stream));
}

TEST(BandwidthCheck, ASynccmdThatDoesNotTakeItDoesNot) {
  EXPECT_FALSE(KeepsBandwidthLimit(Limited("a", "scp x y")));
  Repository by_command = Limited("a", "scp x y");
  by_command.transfer = Transfer::kCommand;
  EXPECT_FALSE(KeepsBandwidthLimit(by_command));
}

TEST(BandwidthCheck, WhoHasNoLimitOrReceivesNothingKeepsIt) {
  Repository repository = Limited("a", "scp x y");
  repository.bwlimit.clear();
  EXPECT_TRUE(KeepsBandwidthLimit(repository));
  repository = Limited("a", "scp x y");
  repository.parent.clear();
  EXPECT_TRUE(KeepsBandwidthLimit(repository));
}

TEST(BandwidthCheck, OnlyTheRepositoriesOfTheRunCount) {
  Configuration configuration;
  configuration.repositories = {Limited("a", ""), Limited("b", "scp x y")};
  EXPECT_TRUE(CheckBandwidthLimits(configuration, {"a"}).ok());
  const absl::Status status = CheckBandwidthLimits(configuration, {"a", "b"});
  EXPECT_EQ(FailureOf(status), Failure::kConfig);
  EXPECT_EQ(status.message(),
            "x.conf:7: [b] asks for `bwlimit`, which its synccmd does not take: give it ${BWLIMIT}, as in `scp -l "
            "${BWLIMIT}`, or take the key out");
}

}  // namespace
}  // namespace sshsync
