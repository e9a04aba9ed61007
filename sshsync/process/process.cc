#include "sshsync/process/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/process/clock.h"
#include "sshsync/process/descriptor_limit.h"

extern char** environ;

namespace sshsync {
namespace {

void Close(int& fd) {
  if (fd >= 0) close(fd);
  fd = -1;
}

/// A descriptor that closes itself and never is 0, 1 or 2, which the parent may have closed.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {
    if (fd_ < 0 || fd_ > 2) return;
    fd_ = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    close(fd);
  }
  Descriptor(Descriptor&& other) noexcept : fd_(other.Release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { Close(fd_); }
  int Release() { return std::exchange(fd_, -1); }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read, write;
  bool ok() const { return read.get() >= 0 && write.get() >= 0; }
};

Pipe MakePipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return {};
  return {Descriptor(fds[0]), Descriptor(fds[1])};
}

std::vector<char*> Pointers(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

/// The parent's environment with `changes` in place of variables of the same names.
std::vector<std::string> Environment(const std::vector<std::string>& changes) {
  std::vector<std::string> result = changes;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const absl::string_view name(*entry, strcspn(*entry, "="));
    bool changed = false;
    for (const std::string& change : changes) changed |= absl::StartsWith(change, absl::StrCat(name, "="));
    if (!changed) result.emplace_back(*entry);
  }
  return result;
}

/// What posix_spawn is told: which descriptors, a group of its own, signals as a program expects them.
class SpawnPlan {
 public:
  SpawnPlan(int in, int out, int err) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_adddup2(&actions_, in, 0);
    posix_spawn_file_actions_adddup2(&actions_, out, 1);
    posix_spawn_file_actions_adddup2(&actions_, err, 2);
    posix_spawnattr_init(&attributes_);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes_, &set);
    for (const int signal : {SIGPIPE, SIGTERM, SIGCHLD, SIGALRM}) sigaddset(&set, signal);
    posix_spawnattr_setsigdefault(&attributes_, &set);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  int Spawn(const ProcessOptions& options, pid_t& pid) {
    const std::vector<std::string> environment = Environment(options.environment);
    return posix_spawnp(&pid, options.argv[0].c_str(), &actions_, &attributes_, Pointers(options.argv).data(),
                        Pointers(environment).data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

int EndDescriptor(pid_t pid) {
#ifdef SYS_pidfd_open
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
#else
  return -1;
#endif
}

absl::Status SystemError(absl::string_view what, int error) {
  return MakeError(
      error == ENOENT || error == EACCES || error == ENOTDIR ? Failure::kCommandNotFound : Failure::kUnreachable,
      absl::StrCat(what, ": ", strerror(error)));
}

}  // namespace

std::string ProcessEnd::Describe() const {
  return signalled ? absl::StrCat("was killed by signal ", code, " (", strsignal(code), ")")
                   : absl::StrCat("ended with status ", code);
}

absl::StatusOr<Process> Process::Start(const ProcessOptions& options) {
  if (options.argv.empty()) return MakeError(Failure::kInternal, "a process without a program");
  Pipe out = MakePipe();
  Pipe err = MakePipe();
  Pipe in;
  if (options.input) {
    in = MakePipe();
  } else {
    in.read = Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
  if (!out.ok() || !err.ok() || in.read.get() < 0 || (options.input && !in.ok())) return SystemError("no pipe", errno);

  Process process;
  SpawnPlan plan(in.read.get(), out.write.get(), err.write.get());
  if (const int error = plan.Spawn(options, process.pid_); error != 0) {
    process.pid_ = 0;
    return SystemError(absl::StrCat("cannot start ", options.argv[0]), error);
  }
  RestoreDescriptorLimit(process.pid_);
  process.in_ = in.write.Release();
  process.out_ = out.read.Release();
  process.err_ = err.read.Release();
  process.end_fd_ = Descriptor(EndDescriptor(process.pid_)).Release();
  for (const int fd : {process.in_, process.out_, process.err_}) {
    if (fd >= 0) fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
  }
  return process;
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, 0)),
      in_(std::exchange(other.in_, -1)),
      out_(std::exchange(other.out_, -1)),
      err_(std::exchange(other.err_, -1)),
      end_fd_(std::exchange(other.end_fd_, -1)) {}

Process& Process::operator=(Process&& other) noexcept {
  Process taken(std::move(other));
  std::swap(pid_, taken.pid_);
  std::swap(in_, taken.in_);
  std::swap(out_, taken.out_);
  std::swap(err_, taken.err_);
  std::swap(end_fd_, taken.end_fd_);
  return *this;
}

Process::~Process() {
  CloseIn();
  CloseOut();
  CloseErr();
  if (pid_ > 0) Finish();
  Close(end_fd_);
}

void Process::CloseIn() { Close(in_); }
void Process::CloseOut() { Close(out_); }
void Process::CloseErr() { Close(err_); }
int Process::TakeIn() { return std::exchange(in_, -1); }
int Process::TakeOut() { return std::exchange(out_, -1); }

absl::optional<ProcessEnd> Process::end() const {
  if (pid_ <= 0) return absl::nullopt;
  siginfo_t info{};
  // WNOWAIT: the zombie keeps the number of the group, until the destructor has ended what is left in it.
  if (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0)
    return ProcessEnd{.signalled = false, .code = 255};
  if (info.si_pid == 0) return absl::nullopt;
  return ProcessEnd{.signalled = info.si_code != CLD_EXITED, .code = info.si_status};
}

void Process::Finish() {
  RealClock clock;
  if (!end()) {
    kill(-pid_, SIGTERM);
    const absl::Time limit = clock.Monotonic() + kGrace;
    while (!end() && clock.Monotonic() < limit) {
      pollfd waited{end_fd_, POLLIN, 0};
      poll(&waited, 1, end_fd_ >= 0 ? static_cast<int>(absl::ToInt64Milliseconds(limit - clock.Monotonic())) + 1 : 10);
    }
  }
  kill(-pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
}

}  // namespace sshsync
