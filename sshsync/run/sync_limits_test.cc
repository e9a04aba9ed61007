#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sshsync/ssh/runner.h"
#include "sshsync/ssh/ssh_runner.h"
#include "sshsync/sync.h"
#include "sshsync/testing/local_cascade.h"

namespace sshsync {
namespace {

using ::testing::IsEmpty;

constexpr int kChildren = 12;

// Counts the accounts that have something open, and calls under way.
class CountingRunner : public Runner {
 public:
  absl::StatusOr<RemoteResult> Run(const Endpoint& host, const RemoteCommand& command, const StopToken& stop) override {
    const Call call(*this, host);
    return runner_.Run(host, command, stop);
  }
  absl::StatusOr<RemoteResult> RunLong(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                       ProgressProbe moved, const StopToken& stop) override {
    const Call call(*this, host);
    return runner_.RunLong(host, command, sink, moved, stop);
  }
  absl::StatusOr<std::unique_ptr<RemoteSession>> Open(const Endpoint& host, const StopToken& stop) override {
    const Call call(*this, host);
    return runner_.Open(host, stop);
  }
  void Release(const Endpoint& host) override {
    {
      const std::lock_guard lock(mu_);
      open_.erase(host);
    }
    runner_.Release(host);
  }

  size_t most_open() const { return most_open_; }
  int most_calls() const { return most_calls_; }
  const std::set<Endpoint>& open() const { return open_; }
  void Forget() { most_open_ = 0, most_calls_ = 0; }

 private:
  class Call {
   public:
    Call(CountingRunner& runner, const Endpoint& host) : runner_(runner) {
      const std::lock_guard lock(runner_.mu_);
      runner_.open_.insert(host);
      runner_.most_open_ = std::max(runner_.most_open_, runner_.open_.size());
      runner_.most_calls_ = std::max(runner_.most_calls_, ++runner_.calls_);
    }
    ~Call() {
      const std::lock_guard lock(runner_.mu_);
      --runner_.calls_;
    }

   private:
    CountingRunner& runner_;
  };

  SshRunner runner_;
  std::mutex mu_;
  std::set<Endpoint> open_;
  size_t most_open_ = 0;
  int calls_ = 0, most_calls_ = 0;
};

// Says at the first hop how much was under way until then.
class Listener : public EventSink {
 public:
  explicit Listener(CountingRunner& runner) : runner_(runner) {}
  void On(const Event& event) override {
    if (event.kind == EventKind::kRepositoryStarted && calls_before_ == 0) calls_before_ = runner_.most_calls();
  }
  int calls_before() const { return calls_before_; }

 private:
  CountingRunner& runner_;
  int calls_before_ = 0;
};

// A root with many children, each of which is an account of its own, and without a digestcmd: they have to agree.
class LimitsTest : public ::testing::Test {
 protected:
  LimitsTest() {
    local_.configuration().repositories.clear();
    std::vector<std::string> children;
    for (int i = 0; i <= kChildren; ++i) {
      Repository& one = local_.Add(i == 0 ? "m" : absl::StrCat("c", i), i == 0 ? "" : "m");
      one.endpoint.connect_timeout = absl::Seconds(20 + i);
      one.templates.erase("digestcmd");
      one.templates.erase("listcmd");
      if (i > 0) children.push_back(one.name);
    }
    queue_ = {children};
    local_.Write("m/a", "content");
  }

  Report Run(CountingRunner& runner, Listener& listener, Verb verb = Verb::kSync) {
    StopSource stop;
    auto report = SynchronizeOver(runner, local_.configuration(),
                                  {.verb = verb,
                                   .queue = queue_,
                                   .jobs = 2,
                                   .pid_file = local_.Path("aside/pid"),
                                   .state_dir = local_.Path("aside")},
                                  listener, stop.token());
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? *std::move(report) : Report();
  }

  LocalCascade local_;
  std::vector<std::vector<std::string>> queue_;
};

TEST_F(LimitsTest, ARunOverManyHostsAsksAsManyAtOnceAsItHasJobs) {
  CountingRunner runner;
  Listener listener(runner);
  EXPECT_EQ(Run(runner, listener).exit_code(), 0);
  EXPECT_EQ(local_.Read("c12/a"), "content");
  EXPECT_GE(listener.calls_before(), 1);
  EXPECT_LE(listener.calls_before(), 2);
}

TEST_F(LimitsTest, WhatLiesOpenIsBoundedByTheJobsAndClosedInTheEnd) {
  CountingRunner runner;
  Listener listener(runner);
  EXPECT_EQ(Run(runner, listener).exit_code(), 0);
  // The root, the two children whose hops come first, and two that are being asked; later two that begin before the
  // last two have closed.
  EXPECT_LE(runner.most_open(), 5U);
  EXPECT_THAT(runner.open(), IsEmpty());
}

TEST_F(LimitsTest, APlanKeepsNothingOpenEither) {
  CountingRunner runner;
  Listener listener(runner);
  EXPECT_EQ(Run(runner, listener, Verb::kPlan).exit_code(), 0);
  EXPECT_LE(runner.most_open(), 5U);
  EXPECT_THAT(runner.open(), IsEmpty());
}

TEST_F(LimitsTest, AParentStaysOpenForTheChildrenThatAreToCome) {
  // A chain: each is the parent of the next.
  for (int i = 2; i <= kChildren; ++i) local_[absl::StrCat("c", i)].parent = absl::StrCat("c", i - 1);
  queue_.clear();
  for (int i = 1; i <= kChildren; ++i) queue_.push_back({absl::StrCat("c", i)});
  CountingRunner runner;
  Listener listener(runner);
  EXPECT_EQ(Run(runner, listener).exit_code(), 0);
  EXPECT_EQ(local_.Read("c12/a"), "content");
  EXPECT_LE(runner.most_open(), 5U);
  EXPECT_THAT(runner.open(), IsEmpty());
  // What a hop left is of use for the next run.
  EXPECT_EQ(Run(runner, listener).exit_code(), 0);
}

TEST(Limits, ChildrenOfOneHostThatOpenTheirStreamsEarlyDoNotWaitForEachOther) {
  LocalCascade local;
  local.configuration().settings.max_sessions = 5;
  std::vector<std::string> step;
  for (int i = 0; i < 4; ++i) step.push_back(local.Add(absl::StrCat("c", i), "m").name);
  for (const std::string& name : {std::string("m"), step[0], step[1], step[2], step[3]}) {
    local[name].templates.clear();
    local.Write(name + "/there", "to be digested");
  }
  local.Shell("truncate -s 40M m/new");  // as many streams as there may be
  EXPECT_EQ(local.Sync({step}).exit_code(), 0);
  for (const std::string& name : step) EXPECT_TRUE(local.Exists(name + "/new"));
}

}  // namespace
}  // namespace sshsync
