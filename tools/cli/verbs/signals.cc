#include "tools/cli/verbs/signals.h"

#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>

namespace sshsync::cli {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};

std::atomic<StopSource*> the_source = nullptr;
std::atomic<bool> seen = false;

void OnSignal(int signal) {
  const int saved = errno;
  if (seen.exchange(true)) _exit(128 + signal);
  if (StopSource* source = the_source.load()) source->Request(signal);
  errno = saved;
}

bool IsIgnored(int signal) {
  struct sigaction action = {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void Install(int signal, void (*handler)(int), int flags) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

StopOnSignals::StopOnSignals(StopSource& source) {
  the_source = &source;
  seen = false;
  for (const int signal : kSignals) {
    if (!IsIgnored(signal)) Install(signal, OnSignal, SA_RESTART);
  }
}

StopOnSignals::~StopOnSignals() {
  for (const int signal : kSignals) {
    if (!IsIgnored(signal)) Install(signal, SIG_DFL, 0);
  }
  the_source = nullptr;
}

void CatchBrokenPipes() {
  if (!IsIgnored(SIGPIPE))
    Install(
        SIGPIPE, [](int) {}, SA_RESTART);
}

}  // namespace sshsync::cli
