#include "sshsync/route/relay_registry.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "sshsync/process/clock.h"

namespace sshsync {
namespace {

constexpr std::chrono::milliseconds kTick{20};  // how soon a stop is seen

}  // namespace

RelayDesk::Seat::Seat(RelayDesk& desk, std::string parent, std::function<bool(const RelayBlock& block)> wants)
    : desk_(desk) {
  const std::lock_guard lock(desk_.mu_);
  desk_.members_.push_back({.parent = std::move(parent), .wants = std::move(wants)});
  member_ = std::prev(desk_.members_.end());
}

RelayDesk::Seat::~Seat() {
  const std::lock_guard lock(desk_.mu_);
  for (Post& post : desk_.posts_) std::erase(post.came, &*member_);
  desk_.members_.erase(member_);
}

void RelayDesk::Seat::KeepToItself() {
  const std::lock_guard lock(desk_.mu_);
  member_->alone_until = RealClock().Monotonic() + desk_.pause_;
}

std::shared_ptr<RelayCompany> RelayDesk::Seat::Take(std::function<bool(const RelayBlock& block)> take,
                                                    std::function<bool(RelayBlock* block)> next,
                                                    const StopToken& stop) {
  RealClock clock;
  std::unique_lock lock(desk_.mu_);
  const bool alone = member_->alone_until > clock.Monotonic();
  for (Post& post : desk_.posts_) {
    const bool own = std::find(post.came.begin(), post.came.end(), &*member_) != post.came.end();
    if (alone || own || post.parent != member_->parent || !take(post.block)) continue;
    post.came.push_back(&*member_);
    member_->awaited_from = absl::InfinitePast();
    desk_.changed_.notify_all();
    return post.company;
  }
  Post post{.block = {}, .parent = member_->parent, .company = std::make_shared<RelayCompany>(0), .came = {&*member_}};
  if (!next(&post.block)) return nullptr;
  // Nobody else takes what is not known here: a hop finds its next job under this lock.
  const absl::Time now = clock.Monotonic();
  size_t awaited = 0;
  for (const Member& other : desk_.members_) {
    if (alone || &other == &*member_ || other.parent != member_->parent || other.alone_until > now ||
        other.awaited_from > now)
      continue;
    awaited += other.wants(post.block);
  }
  const std::shared_ptr<RelayCompany> company = post.company;
  if (awaited == 0) {
    company->SetMembers(1);
    return company;
  }
  const auto at = desk_.posts_.insert(desk_.posts_.end(), std::move(post));
  while (at->came.size() < 1 + awaited && !stop.stopped() && clock.Monotonic() < now + desk_.gather_)
    desk_.changed_.wait_for(lock, kTick);
  company->SetMembers(std::max<size_t>(at->came.size(), 1));
  for (Member& other : desk_.members_) {
    const bool came = std::find(at->came.begin(), at->came.end(), &other) != at->came.end();
    if (!came && other.parent == member_->parent && at->came.size() < 1 + awaited && other.wants(at->block))
      other.awaited_from = clock.Monotonic() + desk_.pause_;
  }
  desk_.posts_.erase(at);
  return company;
}

}  // namespace sshsync
