#include "sshsync/ssh/ssh_runner.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <type_traits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/ssh/byte_channel.h"

namespace sshsync {
namespace {

/// How soon somebody in the queue notices a stop: a condition variable and a descriptor cannot be waited for together.
constexpr std::chrono::milliseconds kStopTick{50};

/// Sessions that share a connection besides its own.
constexpr size_t kMostSharing = 7;

}  // namespace

template class BasicSshRunner<RealClock>;

SshPool::SshPool(const SshRunnerOptions& options)
    : options_(options),
      backoff_(options.seed ? *options.seed : std::random_device()(), options.first_pause, options.max_pause) {}

SshPool::~SshPool() {
  std::vector<std::unique_ptr<Channel>> all;
  for (auto& [name, host] : hosts_) {
    for (auto& [endpoint, account] : host.accounts) {
      for (std::unique_ptr<Channel>& channel : account.idle) all.push_back(std::move(channel));
    }
  }
  for (auto& [channel, place] : places_) {
    if (place.carrier->retired) all.push_back(std::move(place.carrier->retired));
  }
  for (const auto& channel : all) channel->Close();
  RealClock clock;
  const absl::Time deadline = clock.Monotonic() + Process::kGrace;
  for (const auto& channel : all) channel->AwaitEnd(deadline - clock.Monotonic());
  all.clear();
}

/// A channel that somebody has for several commands.
class SshPool::Session : public RemoteSession {
 public:
  Session(SshPool& pool, std::unique_ptr<Channel> channel) : pool_(pool), channel_(std::move(channel)) {}
  ~Session() override { pool_.Leave(Kind::kApart, std::move(channel_)); }
  absl::StatusOr<RemoteResult> Run(const RemoteCommand& command, OutputSink sink, ProgressProbe moved,
                                   const StopToken& stop) override {
    if (!channel_->alive())
      return MakeError(Failure::kUnreachable, absl::StrCat("the session has ended; ", Describe(channel_->host())));
    return channel_->Run(command, sink, moved, stop);
  }

 private:
  SshPool& pool_;
  std::unique_ptr<Channel> channel_;
};

absl::StatusOr<std::unique_ptr<RemoteSession>> SshPool::OpenSession(const Endpoint& host, const StopToken& stop,
                                                                    Now now) {
  SSHSYNC_ASSIGN_OR_RETURN(std::unique_ptr<Channel> channel, Obtain(host, Kind::kApart, stop, now));
  return std::make_unique<Session>(*this, std::move(channel));
}

/// A command with a stream of bytes.
class SshPool::ByteSession : public RemoteBytes {
 public:
  ByteSession(SshPool& pool, const Endpoint& host, std::unique_ptr<ByteChannel> channel)
      : pool_(pool), host_(host), channel_(std::move(channel)) {}
  ~ByteSession() override {
    const void* const session = channel_.get();
    channel_ = nullptr;
    pool_.Gone(host_, session);
  }
  int fd() const override { return channel_->fd(); }
  void Close() override { channel_->Close(); }
  absl::StatusOr<RemoteResult> Finish(ProgressProbe moved, const StopToken& stop) override {
    return channel_->Finish(moved, stop);
  }

 private:
  SshPool& pool_;
  const Endpoint host_;
  std::unique_ptr<ByteChannel> channel_;
};

absl::StatusOr<std::unique_ptr<RemoteBytes>> SshPool::OpenByteSession(const Endpoint& host, ByteWay way,
                                                                      const RemoteCommand& command,
                                                                      const StopToken& stop, Now now) {
  const absl::Time until = way == ByteWay::kToHost ? now() + command.timeout : absl::InfiniteFuture();
  SSHSYNC_RETURN_IF_ERROR(Enter(host, Kind::kApart, stop, now, until).status());  // it never is an idle channel
  SSHSYNC_ASSIGN_OR_RETURN(std::unique_ptr<ByteChannel> channel,
                           LogIn<ByteChannel>(host, Kind::kApart, stop, now, [&](const ChannelOptions& options) {
                             return ByteChannel::Open(host, way, command, options, stop);
                           }));
  return std::make_unique<ByteSession>(*this, host, std::move(channel));
}

void SshPool::Gone(const Endpoint& endpoint, const void* session) {
  std::unique_ptr<Channel> over;
  {
    const std::lock_guard lock(mu_);
    Host& host = hosts_[endpoint.host];
    --host.sessions;
    --CountOf(host, host.accounts[endpoint], Kind::kApart);
    if (const auto at = places_.find(session); at != places_.end()) {
      Carrier& carrier = *at->second.carrier;
      if (--carrier.sessions == 0) over = std::move(carrier.retired);
      places_.erase(at);
    }
    changed_.notify_all();
  }
  if (over != nullptr) over->AwaitEnd(Process::kGrace);
}

absl::StatusOr<RemoteResult> SshPool::RunShort(const Endpoint& host, const RemoteCommand& command,
                                               const StopToken& stop, Now now) {
  SSHSYNC_ASSIGN_OR_RETURN(std::unique_ptr<Channel> channel, Obtain(host, Kind::kShort, stop, now));
  absl::StatusOr<RemoteResult> result = channel->Run(command, stop);
  Leave(Kind::kShort, std::move(channel));
  return result;
}

absl::StatusOr<RemoteResult> SshPool::RunInSession(const Endpoint& host, const RemoteCommand& command, OutputSink sink,
                                                   ProgressProbe moved, const StopToken& stop, Now now) {
  const Kind kind = command.writes ? Kind::kApart : Kind::kLong;
  SSHSYNC_ASSIGN_OR_RETURN(std::unique_ptr<Channel> channel, Obtain(host, kind, stop, now));
  absl::StatusOr<RemoteResult> result = channel->Run(command, sink, moved, stop);
  Leave(kind, std::move(channel));
  return result;
}

absl::StatusOr<std::unique_ptr<Channel>> SshPool::Obtain(const Endpoint& host, Kind kind, const StopToken& stop,
                                                         Now now) {
  for (;;) {
    SSHSYNC_ASSIGN_OR_RETURN(std::unique_ptr<Channel> channel, Enter(host, kind, stop, now));
    if (channel == nullptr)
      return LogIn<Channel>(host, kind, stop, now,
                            [&](const ChannelOptions& options) { return Channel::Open(host, options, stop); });
    if (channel->alive()) return channel;
    Leave(kind, std::move(channel));  // it ended while it lay idle: nothing was asked of it
  }
}

absl::StatusOr<std::unique_ptr<Channel>> SshPool::Enter(const Endpoint& endpoint, Kind kind, const StopToken& stop,
                                                        Now now, absl::Time until) {
  std::unique_lock lock(mu_);
  Host& host = hosts_[endpoint.host];
  Account& account = host.accounts[endpoint];
  const uint64_t failures_before = host.failures;
  for (;;) {
    SSHSYNC_RETURN_IF_ERROR(stop.status());
    SSHSYNC_RETURN_IF_ERROR(account.refused);
    if (host.failures != failures_before) return host.failure;
    if (until != absl::InfiniteFuture() && now() >= until)
      return MakeError(Failure::kUnreachable, absl::StrCat("no session of its host was free; ", Describe(endpoint)));
    const bool has_share = kind == Kind::kShort ? account.channels < options_.max_channels
                                                : host.long_sessions < std::max(1, options_.max_sessions - 1);
    if (!account.idle.empty() && (kind == Kind::kShort || (kind == Kind::kLong && has_share))) {
      std::unique_ptr<Channel> channel = std::move(account.idle.back());
      account.idle.pop_back();
      if (kind == Kind::kLong) --account.channels, ++host.long_sessions;
      return channel;
    }
    const bool may_log_in = host.logins < options_.max_logins && (host.answered || host.logins == 0) &&
                            (account.answered || account.logins == 0);
    std::unique_ptr<Channel> evicted;
    if (may_log_in && has_share && (host.sessions < options_.max_sessions || (evicted = Evict(host)) != nullptr)) {
      ++host.sessions;
      ++host.logins;
      ++account.logins;
      ++CountOf(host, account, kind);
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

void SshPool::CloseIdle(const Endpoint& endpoint) {
  std::vector<std::unique_ptr<Channel>> idle;
  {
    const std::lock_guard lock(mu_);
    const auto host = hosts_.find(endpoint.host);
    if (host == hosts_.end()) return;
    const auto account = host->second.accounts.find(endpoint);
    if (account == host->second.accounts.end()) return;
    idle.swap(account->second.idle);
    account->second.channels -= static_cast<int>(idle.size());
    host->second.sessions -= static_cast<int>(idle.size());
    changed_.notify_all();
  }
  for (const auto& channel : idle) {
    if (channel->alive()) channel->Close();
  }
  for (auto& channel : idle) End(std::move(channel));
}

void SshPool::End(std::unique_ptr<Channel> channel) {
  if (channel->alive()) channel->Close();
  std::vector<std::unique_ptr<Channel>> over;
  {
    const std::lock_guard lock(mu_);
    const auto at = places_.find(channel.get());
    if (at != places_.end()) {
      const Place place = std::move(at->second);
      places_.erase(at);
      Account& account = hosts_[channel->host().host].accounts[channel->host()];
      if (place.own && account.carrier == place.carrier) account.carrier = nullptr;
      if (place.own && place.carrier->sessions > 0) {
        place.carrier->retired = std::move(channel);
        return;
      }
      if (!place.own && --place.carrier->sessions == 0 && place.carrier->retired)
        over.push_back(std::move(place.carrier->retired));
    }
    over.push_back(std::move(channel));
  }
  for (const auto& one : over) one->AwaitEnd(Process::kGrace);
}

SshPool::Place SshPool::FindPlace(const Endpoint& endpoint, Account& account, bool bytes) {
  if (!options_.share || endpoint.transport == Transport::kLocal) return {};
  if (bytes && (account.carrier == nullptr || endpoint.compress)) return {};
  if (account.carrier == nullptr) {
    const std::string path = NewControlPath();
    if (path.empty()) return {};
    account.carrier = std::make_shared<Carrier>(Carrier{.path = path});
    return {.carrier = account.carrier, .own = true};
  }
  if (!account.carrier->up || account.carrier->sessions >= kMostSharing) return {};
  ++account.carrier->sessions;
  return {.carrier = account.carrier, .own = false};
}

std::string SshPool::NewControlPath() {
  if (!control_folder_) control_folder_.emplace(ControlFolder::Place());
  return control_folder_->path().empty() ? "" : absl::StrCat(control_folder_->path(), "/", ++control_paths_);
}

template <class S>
absl::StatusOr<std::unique_ptr<S>> SshPool::LogIn(
    const Endpoint& endpoint, Kind kind, const StopToken& stop, Now now,
    absl::FunctionRef<absl::StatusOr<std::unique_ptr<S>>(const ChannelOptions& options)> open) {
  ChannelOptions options = options_.channel;
  options.ssh.compress = kind != Kind::kShort;
  Place place;
  {
    const std::lock_guard lock(mu_);
    place = FindPlace(endpoint, hosts_[endpoint.host].accounts[endpoint], !std::is_same_v<S, Channel>);
  }
  if (place.carrier) options.ssh.control_path = place.carrier->path;
  options.ssh.master = place.own;
  const absl::Time deadline = now() + options_.wait;
  absl::StatusOr<std::unique_ptr<S>> channel = open(options);
  RetryPolicy again(backoff_, stop);
  while (!channel.ok() && again.Wait(channel.status(), deadline - now()).ok()) {
    if (!place.own) options.ssh.control_path.clear();  // what it was to share may be what is broken
    channel = open(options);
  }
  if (!channel.ok() && stop.stopped()) channel = stop.status();

  const std::lock_guard lock(mu_);
  Host& host = hosts_[endpoint.host];
  Account& account = host.accounts[endpoint];
  --host.logins;
  --account.logins;
  if (channel.ok()) {
    host.answered = account.answered = true;
    if (place.own) place.carrier->up = true;
    if (place.carrier) places_[channel->get()] = place;
  } else {
    if (place.own) account.carrier = nullptr;
    if (place.carrier && !place.own) --place.carrier->sessions;
    --host.sessions;
    --CountOf(host, account, kind);
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
  bool keep = kind != Kind::kApart && channel->alive();
  if (keep && kind == Kind::kLong) {
    const std::lock_guard lock(mu_);
    Host& host = hosts_[endpoint.host];
    Account& account = host.accounts[endpoint];
    keep = account.channels < options_.max_channels;
    if (keep) --host.long_sessions, ++account.channels;
  }
  if (!keep) End(std::move(channel));
  const std::lock_guard lock(mu_);
  Host& host = hosts_[endpoint.host];
  Account& account = host.accounts[endpoint];
  if (keep) {
    account.idle.push_back(std::move(channel));
  } else {
    --host.sessions;
    --CountOf(host, account, kind);
  }
  changed_.notify_all();
}

}  // namespace sshsync
