#include "sshsync/config/unbuilt.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

Configuration Two() {
  Configuration configuration;
  configuration.file = "x.conf";
  for (const absl::string_view name : {"a", "b"}) {
    Repository repository;
    repository.name = std::string(name);
    repository.file = "x.conf";
    repository.line = static_cast<int>(configuration.repositories.size()) + 1;
    configuration.repositories.push_back(repository);
  }
  return configuration;
}

TEST(Unbuilt, DefaultsAskForNothing) {
  EXPECT_TRUE(UnbuiltKeys(Repository()).empty());
  EXPECT_TRUE(UnbuiltKeys(Settings()).empty());
  EXPECT_TRUE(RunBlockers(Two(), {"a", "b"}).ok());
}

TEST(Unbuilt, OnlyTheRepositoriesOfTheRunCount) {
  Configuration configuration = Two();
  configuration.repositories[1].parent = "a";
  configuration.repositories[1].templates["synccmd"] = "scp x y";
  configuration.repositories[1].bwlimit = "2M";
  if (FindKey("bwlimit", KeyScope::kRepository)->state != KeyState::kLaterRefusedAtRun) GTEST_SKIP() << "built";
  EXPECT_TRUE(RunBlockers(configuration, {"a"}).ok());
  const absl::Status status = RunBlockers(configuration, {"a", "b"});
  EXPECT_EQ(FailureOf(status), Failure::kConfig);
  EXPECT_EQ(status.message(),
            "x.conf:2: [b] asks for `bwlimit`, which its synccmd does not take: give it ${BWLIMIT}, as in `scp -l ${BWLIMIT}`, or take the key out");
}

TEST(Unbuilt, ARunIsRefusedByExactlyTheKeysWhoseNeglectMatters) {
  Repository repository;
  repository.templates["synccmd"] = "scp x y";
  repository.templates["rename"] = "mv x y";
  repository.transfer = Transfer::kStream;
  repository.bwlimit = "2M";
  repository.endpoint.compress = true;
  repository.publish = PublishMode::kTogether;
  repository.links = LinkMode::kCopy;
  repository.filter = {"- *.tmp"};
  repository.settle = absl::Seconds(1);
  repository.recheck = absl::Hours(1);
  repository.del = true;
  repository.trash = true;
  for (const KeyInfo* key : UnbuiltKeys(repository)) EXPECT_NE(key->state, KeyState::kBuilt) << key->name;
  Configuration configuration = Two();
  repository.name = "c";
  configuration.repositories.push_back(repository);
  const bool blocked = !RunBlockers(configuration, {"c"}).ok();
  bool refusing = false;
  for (const KeyInfo* key : UnbuiltKeys(repository)) refusing |= key->state == KeyState::kLaterRefusedAtRun;
  EXPECT_EQ(blocked, refusing);
}

TEST(Unbuilt, WhatIsDoneByAnotherWayAsksForNothing) {
  Repository repository;
  repository.bwlimit = "2M";
  repository.templates["synccmd"] = "scp -l ${BWLIMIT} x y";
  repository.transfer = Transfer::kCommand;
  EXPECT_TRUE(UnbuiltKeys(repository).empty());
}

}  // namespace
}  // namespace sshsync
