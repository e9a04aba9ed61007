#include "tools/cli/log/log_syslog.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"

namespace sshsync {
namespace {

constexpr absl::Duration kQuiet = absl::Seconds(10);

int PriorityOf(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return 7;
    case LogLevel::kInfo:
      return 6;
    case LogLevel::kWarning:
      return 4;
    case LogLevel::kError:
      return 3;
    case LogLevel::kCritical:
      return 2;
  }
  return 4;
}

/// A socket whose connecting and sending end after a second.
int NewSocket(int family, int type) {
  const int fd = socket(family, type | SOCK_CLOEXEC, 0);
  const timeval limit = {.tv_sec = 1, .tv_usec = 0};
  if (fd >= 0) setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  return fd;
}

}  // namespace

LogSyslog::~LogSyslog() {
  if (fd_ >= 0) close(fd_);
}

absl::Status LogSyslog::Connect() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  return handler_.host.empty() ? ConnectLocal() : ConnectHost();
}

absl::Status LogSyslog::ConnectLocal() {
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  if (handler_.path.size() >= sizeof(address.sun_path))
    return MakeError(Failure::kConfig, "the path of the socket is too long");
  memcpy(address.sun_path, handler_.path.data(), handler_.path.size());
  int error = 0;
  for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
    fd_ = NewSocket(AF_UNIX, type);
    if (fd_ >= 0 && connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0)
      return absl::OkStatus();
    error = errno;
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  return MakeError(Failure::kUnreachable, strerror(error));
}

absl::Status LogSyslog::ConnectHost() {
  addrinfo hints = {};
  hints.ai_socktype = handler_.tcp ? SOCK_STREAM : SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int answer = getaddrinfo(handler_.host.c_str(), absl::StrCat(handler_.port).c_str(), &hints, &found);
  if (answer != 0) return MakeError(Failure::kNameUnknown, gai_strerror(answer));
  int error = 0;
  for (const addrinfo* next = found; next != nullptr && fd_ < 0; next = next->ai_next) {
    fd_ = NewSocket(next->ai_family, next->ai_socktype);
    if (fd_ >= 0 && connect(fd_, next->ai_addr, next->ai_addrlen) == 0) continue;
    error = errno;
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  freeaddrinfo(found);
  return fd_ >= 0 ? absl::OkStatus() : MakeError(Failure::kUnreachable, strerror(error));
}

bool LogSyslog::Send(absl::string_view message) {
  return fd_ >= 0 && send(fd_, message.data(), message.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(message.size());
}

absl::Status LogSyslog::Write(absl::string_view line, LogLevel level, absl::Time time) {
  if (time < quiet_until_) return MakeError(Failure::kUnreachable, "it did not answer a moment ago");
  const std::string message =
      absl::StrCat("<", handler_.facility * 8 + PriorityOf(level), ">", line, absl::string_view("\0", 1));
  if (Send(message)) return absl::OkStatus();
  absl::Status status = Connect();
  if (status.ok() && !Send(message)) status = MakeError(Failure::kUnreachable, strerror(errno));
  if (!status.ok()) quiet_until_ = time + kQuiet;
  return status;
}

}  // namespace sshsync
