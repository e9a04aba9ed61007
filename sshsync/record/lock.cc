#include "sshsync/record/lock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

constexpr absl::Duration kPollInterval = absl::Milliseconds(250);
constexpr absl::Duration kGraceInterval = absl::Milliseconds(25);
constexpr int kGraceRounds = 40;
constexpr int kOpenRounds = 100;
constexpr size_t kMaxText = 256;

/// One lock file, or the reason why there is none. At most one of `fd` and `holder` says something.
struct Claim {
  int fd = -1;
  std::string holder;  ///< text of the file that another process has locked

  Claim() = default;
  Claim(Claim&& other) noexcept : fd(std::exchange(other.fd, -1)), holder(std::move(other.holder)) {}
  Claim& operator=(Claim&& other) noexcept {
    std::swap(fd, other.fd);
    holder.swap(other.holder);
    return *this;
  }
  ~Claim() {
    if (fd >= 0) close(fd);
  }
  int Take() { return std::exchange(fd, -1); }
};

Failure FailureOfErrno(int error) {
  if (error == EROFS) return Failure::kReadOnly;
  if (error == ENOSPC || error == EDQUOT) return Failure::kNoSpace;
  return Failure::kPermission;
}

absl::Status ErrnoError(absl::string_view doing, absl::string_view path, int error) {
  return MakeError(FailureOfErrno(error), absl::StrCat("cannot ", doing, " ", path, ": ", strerror(error)));
}

absl::Status NotOurs(absl::string_view path, absl::string_view what) {
  return MakeError(
      Failure::kObstructed,
      absl::StrCat(path, " is ", what, ", not a lock file of sshsync: move it away, or name another place"));
}

/// The same file under a descriptor that is none of the standard ones: those may have been closed by who started us.
int AboveStandard(int fd) {
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int higher = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int error = errno;
  close(fd);
  errno = error;
  return higher;
}

std::string ReadText(int fd) {
  char buffer[kMaxText + 1];
  const ssize_t count = pread(fd, buffer, sizeof(buffer), 0);
  return std::string(buffer, count > 0 ? count : 0);
}

/// Empty, zeros (what a power failure leaves), or text that begins with a number.
bool LooksLikePid(const std::string& text) {
  const size_t first = text.find_first_not_of('\0');
  if (first == std::string::npos) return true;
  return text.size() <= kMaxText && absl::ascii_isdigit(text[first]) &&
         std::all_of(text.begin() + first, text.end(),
                     [](unsigned char c) { return c == '\0' || c == '\n' || absl::ascii_isprint(c); });
}

absl::StatusOr<Claim> Open(const std::string& path) {
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
  Claim claim;
  for (int round = 0; round < kOpenRounds && claim.fd < 0; ++round) {
    claim.fd = AboveStandard(open(path.c_str(), kFlags));
    if (claim.fd < 0 && errno == ENOENT) {
      claim.fd = AboveStandard(open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0644));
      if (claim.fd < 0 && errno != EEXIST) return ErrnoError("create", path, errno);
    } else if (claim.fd < 0 && errno == ELOOP) {
      return NotOurs(path, "a symbolic link");
    } else if (claim.fd < 0 && errno == EISDIR) {
      return NotOurs(path, "a folder");
    } else if (claim.fd < 0) {
      return ErrnoError("open", path, errno);
    }
  }
  if (claim.fd < 0) return ErrnoError("create", path, errno);
  return claim;
}

/// Opens and locks `path`, again where another file has taken its name in the meantime.
absl::StatusOr<Claim> Lock(const std::string& path) {
  for (int round = 0; round < kOpenRounds; ++round) {
    SSHSYNC_ASSIGN_OR_RETURN(Claim claim, Open(path));
    struct stat opened;
    struct stat named;
    if (fstat(claim.fd, &opened) != 0) return ErrnoError("read", path, errno);
    if (!S_ISREG(opened.st_mode)) return NotOurs(path, "no regular file");
    if (opened.st_nlink > 1) return NotOurs(path, "a hard link");
    if (flock(claim.fd, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return ErrnoError("lock", path, errno);
      Claim held;
      held.holder = ReadText(claim.fd);
      return held;
    }
    if (lstat(path.c_str(), &named) != 0 || named.st_dev != opened.st_dev || named.st_ino != opened.st_ino) continue;
    if (!LooksLikePid(ReadText(claim.fd))) return NotOurs(path, "a file with other content");
    if ((opened.st_mode & 0133) != 0) fchmod(claim.fd, opened.st_mode & 0644);
    return claim;
  }
  return MakeError(Failure::kObstructed, absl::StrCat(path, " is replaced again and again by another program"));
}

absl::Status MakeFolders(const std::string& path) {
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string folder = path.substr(0, end);
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      const int error = errno;
      struct stat found;
      if (stat(folder.c_str(), &found) != 0) return ErrnoError("create", folder, error);
    }
    if (end == std::string::npos) return absl::OkStatus();
  }
}

/// The PID and the time that a holder wrote; PID 0 where it has not written yet.
std::pair<pid_t, std::string> ParseHolder(const std::string& text) {
  const std::pair<absl::string_view, absl::string_view> words = absl::StrSplit(text, absl::MaxSplits(' ', 1));
  pid_t pid = 0;
  if (!absl::SimpleAtoi(absl::StripAsciiWhitespace(words.first), &pid) || pid <= 0) return {0, ""};
  return {pid, std::string(absl::StripAsciiWhitespace(words.second))};
}

bool IsAlive(pid_t pid) { return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM); }

absl::Status AlreadyRunning(const std::string& text) {
  const auto [pid, since] = ParseHolder(text);
  return MakeError(Failure::kLocked, absl::StrCat("already running (pid ", pid > 0 ? absl::StrCat(pid) : "unknown",
                                                  ", since ", since.empty() ? "unknown" : since, ")"));
}

void WriteText(int fd, const std::string& text) {
  // The text is for people: a full disk does not weaken the lock.
  if (fd >= 0 && ftruncate(fd, 0) == 0) (void)!pwrite(fd, text.data(), text.size(), 0);
}

/// Both locks, or the text of the process that has one of them.
struct Claims {
  Claim state, pid;
  std::string warning = {};  ///< why there is no lock in the state directory

  bool complete() const { return pid.fd >= 0 && (state.fd >= 0 || !warning.empty()); }
  const std::string& holder() const { return state.holder.empty() ? pid.holder : state.holder; }
};

absl::StatusOr<Claims> ClaimBoth(const RunLockOptions& options) {
  Claims claims;
  const absl::Status folders = MakeFolders(options.state_dir);
  auto state = folders.ok() ? Lock(absl::StrCat(options.state_dir, "/lock")) : folders;
  if (state.ok()) {
    claims.state = *std::move(state);
    if (claims.state.fd < 0) return claims;
  } else if (FailureOf(state.status()) == Failure::kObstructed) {
    return state.status();
  } else {
    claims.warning = absl::StrCat("the PID file alone keeps other runs out: ", state.status().message());
  }
  SSHSYNC_ASSIGN_OR_RETURN(claims.pid, Lock(options.pid_file));
  return claims;
}

}  // namespace

absl::StatusOr<RunLock> RunLock::Acquire(const RunLockOptions& options, absl::FunctionRef<bool(absl::Duration)> pause) {
  absl::Duration waited = absl::ZeroDuration();
  for (int grace = 0;;) {
    std::string holder;
    {
      SSHSYNC_ASSIGN_OR_RETURN(Claims claims, ClaimBoth(options));
      if (claims.complete()) return RunLock(claims.pid.Take(), claims.state.Take(), options.started, claims.warning);
      holder = claims.holder();
    }
    absl::Duration step = kGraceInterval;
    if (IsAlive(ParseHolder(holder).first) || grace++ >= kGraceRounds) {
      if (waited >= options.lock_wait) return AlreadyRunning(holder);
      step = std::min(kPollInterval, options.lock_wait - waited);
    }
    if (pause(step)) return MakeError(Failure::kStopped, "stopped while another run held the lock");
    waited += step;
  }
}

RunLock::RunLock(int pid_fd, int state_fd, absl::Time started, std::string warning)
    : pid_fd_(pid_fd), state_fd_(state_fd), owner_(getpid()), warning_(std::move(warning)) {
  const std::string time = absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", started, absl::LocalTimeZone());
  for (const int fd : {pid_fd_, state_fd_}) WriteText(fd, absl::StrCat(owner_, " ", time, "\n"));
}

RunLock::RunLock(RunLock&& other) noexcept
    : pid_fd_(std::exchange(other.pid_fd_, -1)),
      state_fd_(std::exchange(other.state_fd_, -1)),
      owner_(other.owner_),
      warning_(std::move(other.warning_)) {}

RunLock& RunLock::operator=(RunLock&& other) noexcept {
  if (this != &other) {
    Release();
    pid_fd_ = std::exchange(other.pid_fd_, -1);
    state_fd_ = std::exchange(other.state_fd_, -1);
    owner_ = other.owner_;
    warning_ = std::move(other.warning_);
  }
  return *this;
}

RunLock::~RunLock() { Release(); }

std::string RunLock::identity() const {
  struct stat file;
  // Names and numbers are alike on machines that were cloned; what the kernel drew when it started is not.
  const int boot_fd = AboveStandard(open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  const std::string boot(boot_fd < 0 ? "" : absl::StripAsciiWhitespace(ReadText(boot_fd)));
  if (boot_fd >= 0) close(boot_fd);
  if (boot.empty() || fstat(pid_fd_, &file) != 0) return "";
  return absl::StrCat(boot, "-", file.st_dev, "-", file.st_ino);
}

void RunLock::Release() {
  for (int* fd : {&pid_fd_, &state_fd_}) {
    if (*fd >= 0 && getpid() == owner_) {
      WriteText(*fd, "");
      flock(*fd, LOCK_UN);  // a child of fork may have the descriptor, too, and live longer
    }
    if (*fd >= 0) close(*fd);
    *fd = -1;
  }
}

}  // namespace sshsync
