#include "sshsync/route/relay_registry.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sshsync/process/clock.h"

namespace sshsync {
namespace {

constexpr std::chrono::milliseconds kTick{20};  // how soon a stop is seen

}  // namespace

RelayRegistry::Registration::Registration(RelayRegistry& registry, std::string parent,
                                          std::function<bool(const RelayBlock& block)> wants)
    : registry_(registry) {
  const std::lock_guard lock(registry_.mu_);
  registry_.members_.push_back({.parent = std::move(parent), .wants = std::move(wants)});
  member_ = std::prev(registry_.members_.end());
}

RelayRegistry::Registration::~Registration() {
  const std::lock_guard lock(registry_.mu_);
  for (Post& post : registry_.posts_) std::erase(post.came, &*member_);
  registry_.members_.erase(member_);
}

void RelayRegistry::Registration::Exclude() {
  const std::lock_guard lock(registry_.mu_);
  member_->alone_until = RealClock().Monotonic() + registry_.pause_;
}

std::shared_ptr<RelayGroup> RelayRegistry::Registration::Take(std::function<bool(const RelayBlock& block)> take,
                                                              std::function<bool(RelayBlock* block)> next,
                                                              const StopToken& stop) {
  RealClock clock;
  std::unique_lock lock(registry_.mu_);
  const bool alone = member_->alone_until > clock.Monotonic();
  for (Post& post : registry_.posts_) {
    const bool own = std::find(post.came.begin(), post.came.end(), &*member_) != post.came.end();
    if (alone || own || post.parent != member_->parent || !take(post.block)) continue;
    post.came.push_back(&*member_);
    member_->awaited_from = absl::InfinitePast();
    registry_.changed_.notify_all();
    return post.group;
  }
  Post post{.block = {}, .parent = member_->parent, .group = std::make_shared<RelayGroup>(0), .came = {&*member_}};
  if (!next(&post.block)) return nullptr;
  // Nobody else takes what is not known here: a hop finds its next task under this lock.
  const absl::Time now = clock.Monotonic();
  size_t awaited = 0;
  for (const Member& other : registry_.members_) {
    if (alone || &other == &*member_ || other.parent != member_->parent || other.alone_until > now ||
        other.awaited_from > now)
      continue;
    awaited += other.wants(post.block);
  }
  const std::shared_ptr<RelayGroup> group = post.group;
  if (awaited == 0) {
    group->SetMembers(1);
    return group;
  }
  const auto at = registry_.posts_.insert(registry_.posts_.end(), std::move(post));
  while (at->came.size() < 1 + awaited && !stop.stopped() && clock.Monotonic() < now + registry_.gather_)
    registry_.changed_.wait_for(lock, kTick);
  group->SetMembers(std::max<size_t>(at->came.size(), 1));
  for (Member& other : registry_.members_) {
    const bool came = std::find(at->came.begin(), at->came.end(), &other) != at->came.end();
    if (!came && other.parent == member_->parent && at->came.size() < 1 + awaited && other.wants(at->block))
      other.awaited_from = clock.Monotonic() + registry_.pause_;
  }
  registry_.posts_.erase(at);
  return group;
}

}  // namespace sshsync
