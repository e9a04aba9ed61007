#include "sshsync/run/run_environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sshsync/schedule/file_states.h"
#include "sshsync/ssh/ssh_runner.h"

namespace sshsync {
namespace {

std::string Controller() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return absl::StrCat(name.data(), " (pid ", getpid(), ")");
}

std::string RunId(absl::Time now, unsigned random) {
  return absl::StrCat(absl::FormatTime("%Y%m%d-%H%M%S", now, absl::UTCTimeZone()), "-",
                      absl::StrFormat("%04x", random & 0xffff));
}

absl::Duration LongestWait(const Configuration& configuration) {
  absl::Duration wait = absl::ZeroDuration();
  for (const Repository& repository : configuration.repositories) wait = std::max(wait, repository.wait);
  return wait;
}

std::unique_ptr<Runner> OverSsh(const Configuration& configuration, unsigned seed, absl::Duration first_pause) {
  return std::make_unique<SshRunner>(SshRunnerOptions{.wait = LongestWait(configuration),
                                                      .max_sessions = configuration.settings.max_sessions,
                                                      .first_pause = first_pause,
                                                      .seed = seed});
}

std::vector<std::string> Secrets(const Configuration& configuration) {
  std::vector<std::string> secrets;
  for (const Repository& repository : configuration.repositories) {
    if (!repository.password.empty()) secrets.push_back(repository.password);
  }
  std::sort(secrets.begin(), secrets.end());
  secrets.erase(std::unique(secrets.begin(), secrets.end()), secrets.end());
  return secrets;
}

}  // namespace

void RunEnvironment::OrderedEvents::On(const Event& event) {
  Event stamped = event;
  stamped.time = clock_.Now();
  for (std::string* text : {&stamped.message, &stamped.command, &stamped.output}) {
    if (!text->empty()) *text = WithoutSecrets(*text, secrets_);
  }
  const std::lock_guard lock(mu_);
  sink_.On(stamped);
}

RunEnvironment::RunEnvironment(const Configuration& configuration, Runner* runner, EventSink& sink,
                               const StopToken& stop, const StopToken& drain, absl::optional<unsigned> seed,
                               absl::Duration first_pause, bool dry)
    : secrets_(Secrets(configuration)),
      events_(sink, clock_, secrets_),
      seed_(seed ? *seed : std::random_device()()),
      own_runner_(runner != nullptr ? nullptr : OverSsh(configuration, seed_, first_pause)),
      dry_runner_(runner != nullptr ? *runner : *own_runner_),
      backoff_(seed_, first_pause),
      context_{.runner = dry                 ? dry_runner_
                         : runner != nullptr ? *runner
                                             : *own_runner_,
               .clock = clock_,
               .events = events_,
               .stop = stop,
               .drain = drain,
               .run = RunId(clock_.Now(), std::random_device()()),
               .controller = Controller(),
               .backoff = backoff_,
               .secrets = secrets_} {}

void RunEnvironment::Emit(EventKind kind, LogLevel level, absl::string_view message) {
  events_.On({.kind = kind, .run = context_.run, .level = level, .message = std::string(message)});
}

}  // namespace sshsync
