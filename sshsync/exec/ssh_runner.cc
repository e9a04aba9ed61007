#include "sshsync/exec/ssh_runner.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include "sshsync/base/status.h"

namespace sshsync {
namespace {

/// How soon somebody in the queue notices a stop: a condition variable and a descriptor cannot be waited for together.
constexpr std::chrono::milliseconds kStopTick{50};

}  // namespace

template class BasicSshRunner<RealClock>;

SshPool::SshPool(const SshRunnerOptions& options)
    : options_(options), backoff_(options.seed ? *options.seed : std::random_device()(), options.first_pause, options.max_pause) {}

SshPool::~SshPool() {
  std::vector<std::unique_ptr<Channel>> all;
  for (auto& [name, host] : hosts_) {
    for (auto& [endpoint, account] : host.accounts) {
      for (std::unique_ptr<Channel>& channel : account.idle) all.push_back(std::move(channel));
    }
  }
  for (const auto& channel : all) channel->Close();
  RealClock clock;
  const absl::Time deadline = clock.Monotonic() + Process::kGrace;
  for (const auto& channel : all) channel->AwaitEnd(deadline - clock.Monotonic());
}

absl::StatusOr<RemoteResult> SshPool::RunShort(const Endpoint& host, const RemoteCommand& command, const StopToken& stop, Now now) {
  SSHSYNC_ASSIGN_OR_RETURN(std::unique_ptr<Channel> channel, Obtain(host, Kind::kShort, stop, now));
  absl::StatusOr<RemoteResult> result = channel->Run(command, stop);
  Leave(Kind::kShort, std::move(channel));
  return result;
}

absl::StatusOr<RemoteResult> SshPool::RunInSession(const Endpoint& host, const RemoteCommand& command, OutputSink sink, ProgressProbe moved,
                                                   const StopToken& stop, Now now) {
  SSHSYNC_ASSIGN_OR_RETURN(std::unique_ptr<Channel> channel, Obtain(host, Kind::kLong, stop, now));
  absl::StatusOr<RemoteResult> result = channel->Run(command, sink, moved, stop);
  Leave(Kind::kLong, std::move(channel));
  return result;
}

absl::StatusOr<std::unique_ptr<Channel>> SshPool::Obtain(const Endpoint& host, Kind kind, const StopToken& stop, Now now) {
  for (;;) {
    SSHSYNC_ASSIGN_OR_RETURN(std::unique_ptr<Channel> channel, Enter(host, kind, stop));
    if (channel == nullptr) return LogIn(host, kind, stop, now);
    if (channel->alive()) return channel;
    Leave(kind, std::move(channel));  // it ended while it lay idle: nothing was asked of it
  }
}

absl::StatusOr<std::unique_ptr<Channel>> SshPool::Enter(const Endpoint& endpoint, Kind kind, const StopToken& stop) {
  std::unique_lock lock(mu_);
  Host& host = hosts_[endpoint.host];
  Account& account = host.accounts[endpoint];
  const uint64_t failures_before = host.failures;
  for (;;) {
    SSHSYNC_RETURN_IF_ERROR(stop.status());
    SSHSYNC_RETURN_IF_ERROR(account.refused);
    if (host.failures != failures_before) return host.failure;
    if (kind == Kind::kShort && !account.idle.empty()) {
      std::unique_ptr<Channel> channel = std::move(account.idle.back());
      account.idle.pop_back();
      return channel;
    }
    const bool may_log_in =
        host.logins < options_.max_logins && (host.answered || host.logins == 0) && (account.answered || account.logins == 0);
    const bool has_share =
        kind == Kind::kShort ? account.channels < options_.max_channels : host.long_sessions < std::max(1, options_.max_sessions - 1);
    std::unique_ptr<Channel> evicted;
    if (may_log_in && has_share && (host.sessions < options_.max_sessions || (evicted = Evict(host)) != nullptr)) {
      ++host.sessions;
      ++host.logins;
      ++account.logins;
      ++(kind == Kind::kShort ? account.channels : host.long_sessions);
      lock.unlock();
      if (evicted != nullptr) End(std::move(evicted));
      return nullptr;
    }
    changed_.wait_for(lock, kStopTick);
  }
}

std::unique_ptr<Channel> SshPool::Evict(Host& host) {
  for (auto& [endpoint, account] : host.accounts) {
    if (account.idle.empty()) continue;
    std::unique_ptr<Channel> channel = std::move(account.idle.back());
    account.idle.pop_back();
    --account.channels;
    --host.sessions;
    return channel;
  }
  return nullptr;
}

void SshPool::End(std::unique_ptr<Channel> channel) {
  if (!channel->alive()) return;
  channel->Close();
  channel->AwaitEnd(Process::kGrace);
}

absl::StatusOr<std::unique_ptr<Channel>> SshPool::LogIn(const Endpoint& endpoint, Kind kind, const StopToken& stop, Now now) {
  ChannelOptions options = options_.channel;
  options.ssh.compress = kind == Kind::kLong;
  const absl::Time deadline = now() + options_.wait;
  absl::StatusOr<std::unique_ptr<Channel>> channel = Channel::Open(endpoint, options, stop);
  for (int tries = 0; channel.status().code() == absl::StatusCode::kUnavailable; ++tries) {
    const absl::Duration pause = backoff_.Delay(tries);
    if (now() + pause >= deadline || stop.WaitFor(pause)) break;
    channel = Channel::Open(endpoint, options, stop);
  }
  if (!channel.ok() && stop.stopped()) channel = stop.status();

  const std::lock_guard lock(mu_);
  Host& host = hosts_[endpoint.host];
  Account& account = host.accounts[endpoint];
  --host.logins;
  --account.logins;
  if (channel.ok()) {
    host.answered = account.answered = true;
  } else {
    --host.sessions;
    --(kind == Kind::kShort ? account.channels : host.long_sessions);
    if (channel.status().code() == absl::StatusCode::kFailedPrecondition) {
      account.refused = channel.status();
    } else if (channel.status().code() == absl::StatusCode::kUnavailable) {
      host.answered = account.answered = false;
      host.failure = channel.status();
      ++host.failures;
    }
  }
  changed_.notify_all();
  return channel;
}

void SshPool::Leave(Kind kind, std::unique_ptr<Channel> channel) {
  const Endpoint endpoint = channel->host();
  const bool keep = kind == Kind::kShort && channel->alive();
  if (!keep) End(std::move(channel));
  const std::lock_guard lock(mu_);
  Host& host = hosts_[endpoint.host];
  Account& account = host.accounts[endpoint];
  if (keep) {
    account.idle.push_back(std::move(channel));
  } else {
    --host.sessions;
    --(kind == Kind::kShort ? account.channels : host.long_sessions);
  }
  changed_.notify_all();
}

}  // namespace sshsync
