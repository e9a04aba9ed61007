#include "sshsync/route/relay_registry.h"

#include <memory>
#include <set>
#include <string>
#include <thread>

#include "gtest/gtest.h"

namespace sshsync {
namespace {

RelayBlock Block(const std::string& path) { return {.folder = "/m", .paths = {path}, .digests = {Digest()}}; }

// A hop with files to bring, by name.
class Child {
 public:
  Child(RelayRegistry& registry, std::set<std::string> files, const std::string& parent = "m")
      : files_(std::move(files)),
        registration_(registry, parent, [this](const RelayBlock& block) { return Has(block.paths[0]); }) {}

  // Takes a task; its file, and whether in company.
  std::string Take() {
    std::string taken;
    company_ = registration_.Take(
        [&](const RelayBlock& block) {
          if (!Remove(block.paths[0])) return false;
          taken = block.paths[0] + " together";
          return true;
        },
        [&](RelayBlock* block) {
          const std::lock_guard lock(mu_);
          if (files_.empty()) return false;
          *block = Block(*files_.begin());
          taken = *files_.begin();
          files_.erase(files_.begin());
          return true;
        },
        StopToken());
    return taken;
  }
  const std::shared_ptr<RelayGroup>& group() const { return company_; }
  RelayRegistry::Registration& seat() { return registration_; }
  int asked() const { return asked_; }

 private:
  bool Has(const std::string& file) {
    const std::lock_guard lock(mu_);
    ++asked_;
    return files_.contains(file);
  }
  bool Remove(const std::string& file) {
    const std::lock_guard lock(mu_);
    return files_.erase(file) > 0;
  }
  std::mutex mu_;
  int asked_ = 0;
  std::set<std::string> files_;
  std::shared_ptr<RelayGroup> company_;
  RelayRegistry::Registration registration_;
};

TEST(RelayRegistry, WhoWantsTheSameTakesItTogether) {
  RelayRegistry registry(absl::InfiniteDuration());
  Child a(registry, {"x"}), b(registry, {"x"});
  std::string of_a, of_b;
  {
    std::jthread first([&] { of_a = a.Take(); }), second([&] { of_b = b.Take(); });
  }
  EXPECT_TRUE((of_a == "x" && of_b == "x together") || (of_a == "x together" && of_b == "x")) << of_a << ", " << of_b;
  EXPECT_EQ(a.group(), b.group());
}

TEST(RelayRegistry, WhatWasPostedComesBeforeOnesOwnNext) {
  RelayRegistry registry(absl::InfiniteDuration());
  Child a(registry, {"x"}), b(registry, {"w", "x"});
  std::string of_a, of_b;
  std::jthread first([&] { of_a = a.Take(); });
  // Until a has posted x, b finds its own first.
  for (of_b = b.Take(); of_b == "w"; of_b = b.Take()) {
  }
  first.join();
  EXPECT_TRUE(of_b == "x" || of_b == "x together");
  EXPECT_EQ(a.group(), b.group());
}

TEST(RelayRegistry, NobodyWaitsForWhoDoesNotWantIt) {
  RelayRegistry registry(absl::InfiniteDuration());
  Child a(registry, {"x"}), b(registry, {"y"}), elsewhere(registry, {"x"}, "other");
  EXPECT_EQ(a.Take(), "x");
  EXPECT_NE(a.group(), nullptr);
}

TEST(RelayRegistry, WhoDoesNotComeIsWaitedForOnce) {
  RelayRegistry registry(absl::Milliseconds(10), absl::InfiniteDuration());
  Child a(registry, {"x", "y"}), b(registry, {"x", "y"});
  EXPECT_EQ(a.Take(), "x");
  const int asked = b.asked();
  EXPECT_GT(asked, 0);
  EXPECT_EQ(a.Take(), "y");
  EXPECT_EQ(b.asked(), asked) << "nobody asked again whether it wants something";
  EXPECT_EQ(b.Take(), "x");
}

TEST(RelayRegistry, WhoWasTooSlowKeepsToItself) {
  RelayRegistry registry(absl::InfiniteDuration(), absl::InfiniteDuration());
  Child a(registry, {"x"}), b(registry, {"x"});
  b.seat().Exclude();
  EXPECT_EQ(a.Take(), "x") << "nobody was waited for";
  EXPECT_EQ(b.Take(), "x");
}

TEST(RelayRegistry, NoJobIsNoCompany) {
  RelayRegistry registry;
  Child a(registry, {});
  EXPECT_EQ(a.Take(), "");
  EXPECT_EQ(a.group(), nullptr);
}

}  // namespace
}  // namespace sshsync
