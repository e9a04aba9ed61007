#include "tools/cli/log/log_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"

namespace sshsync {
namespace {

using Unit = RotationTime::Unit;

constexpr int kMaxLinks = 8;
constexpr int kStalledMilliseconds = 1000;

absl::Status CannotLog(const std::string& path, absl::string_view why) {
  return MakeError(Failure::kConfig, absl::StrCat("cannot log to ", EscapeForTerminal(path), ": ", why));
}

/// The path behind the link `path`, if its owner may send us there.
absl::StatusOr<std::string> Follow(const std::string& path) {
  const int link = open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (link < 0) return CannotLog(path, strerror(errno));
  struct stat found;
  char target[PATH_MAX];
  const bool is_link = fstat(link, &found) == 0 && S_ISLNK(found.st_mode);
  const ssize_t length = is_link ? readlinkat(link, "", target, sizeof(target)) : 0;
  close(link);
  if (!is_link) return path;
  if (found.st_uid != 0 && found.st_uid != geteuid()) {
    return CannotLog(path, "a symbolic link owned by another user; remove it, or name the file itself");
  }
  if (length <= 0) return CannotLog(path, strerror(errno));
  std::string next(target, length);
  if (next[0] != '/' && absl::StrContains(path, '/')) next.insert(0, path.substr(0, path.rfind('/') + 1));
  return next;
}

/// The length of one unit where it is a fixed number of seconds.
absl::Duration LengthOf(Unit unit) {
  switch (unit) {
    case Unit::kSecond:
      return absl::Seconds(1);
    case Unit::kMinute:
      return absl::Minutes(1);
    case Unit::kHour:
      return absl::Hours(1);
    case Unit::kDay:
    case Unit::kMidnight:
      return absl::Hours(24);
    case Unit::kWeek:
      break;
  }
  return absl::Hours(24 * 7);
}

absl::string_view SuffixFormat(Unit unit) {
  switch (unit) {
    case Unit::kSecond:
      return "%Y-%m-%d_%H-%M-%S";
    case Unit::kMinute:
      return "%Y-%m-%d_%H-%M";
    case Unit::kHour:
      return "%Y-%m-%d_%H";
    default:
      return "%Y-%m-%d";
  }
}

/// Digits where `sample` has digits, else the same characters.
bool SameShape(absl::string_view text, absl::string_view sample) {
  return std::equal(text.begin(), text.end(), sample.begin(), sample.end(),
                    [](char a, char b) { return absl::ascii_isdigit(b) ? absl::ascii_isdigit(a) : a == b; });
}

}  // namespace

absl::StatusOr<int> OpenForLog(const std::string& path, bool truncate) {
  const int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW;
  std::string place = path;
  int fd = open(place.c_str(), flags, 0640);
  for (int links = 0; fd < 0 && errno == ELOOP && links < kMaxLinks; ++links) {
    SSHSYNC_ASSIGN_OR_RETURN(place, Follow(place));
    fd = open(place.c_str(), flags, 0640);
  }
  if (fd < 0 && errno == ENXIO) return CannotLog(path, "a pipe or socket; name a file");
  if (fd < 0 && errno == ENOENT) return CannotLog(path, "its folder is missing; create it, or name another");
  if (fd < 0) return CannotLog(path, strerror(errno));
  struct stat found;
  if (fstat(fd, &found) != 0 || !(S_ISREG(found.st_mode) || S_ISCHR(found.st_mode))) {
    close(fd);
    return CannotLog(path, "a pipe or socket; name a file");
  }
  if (truncate && ftruncate(fd, 0) != 0 && S_ISREG(found.st_mode)) {
    const int error = errno;
    close(fd);
    return CannotLog(path, strerror(error));
  }
  return fd;
}

absl::Status WriteLine(int fd, absl::string_view line) {
  const std::string text = absl::StrCat(line, "\n");
  for (size_t done = 0; done < text.size();) {
    const ssize_t count = write(fd, text.data() + done, text.size() - done);
    if (count >= 0) {
      done += count;
    } else if (errno == EAGAIN) {
      pollfd ready = {.fd = fd, .events = POLLOUT, .revents = 0};
      if (poll(&ready, 1, kStalledMilliseconds) <= 0) return MakeError(Failure::kTimeout, "nobody reads it");
    } else if (errno != EINTR) {
      return MakeError(errno == ENOSPC ? Failure::kNoSpace : Failure::kPermission, strerror(errno));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<LogFile>> LogFile::Open(const LoggingHandler& handler, absl::TimeZone zone) {
  std::unique_ptr<LogFile> file(new LogFile(handler, zone));
  struct stat found;
  if (handler.kind == LoggingHandler::Kind::kTimedRotatingFile && stat(handler.path.c_str(), &found) == 0) {
    file->rotate_at_ = file->NextRotation(absl::FromTimeT(found.st_mtime));
  }
  if (!handler.delay) SSHSYNC_RETURN_IF_ERROR(file->Reopen());
  return file;
}

LogFile::~LogFile() {
  if (fd_ >= 0) close(fd_);
}

absl::Status LogFile::Reopen() {
  SSHSYNC_ASSIGN_OR_RETURN(const int fd, OpenForLog(handler_.path, handler_.truncate && !opened_before_));
  if (fd_ >= 0) close(fd_);
  fd_ = fd;
  opened_before_ = true;
  return absl::OkStatus();
}

bool LogFile::IsStillThere() const {
  struct stat named;
  struct stat opened;
  if (fd_ < 0 || stat(handler_.path.c_str(), &named) != 0 || fstat(fd_, &opened) != 0) return false;
  return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

absl::Status LogFile::Write(absl::string_view line, LogLevel, absl::Time time) {
  if (handler_.kind == LoggingHandler::Kind::kRotatingFile) RotateBySize(line.size() + 1);
  if (handler_.kind == LoggingHandler::Kind::kTimedRotatingFile) RotateByTime(time);
  // Where the name cannot be opened any more, the file that was moved is better than none.
  if (!IsStillThere()) {
    const absl::Status reopened = Reopen();
    if (fd_ < 0) return reopened;
  }
  return WriteLine(fd_, line);
}

void LogFile::RotateBySize(size_t line_size) {
  struct stat found;
  if (handler_.max_bytes == 0 || handler_.backup_count == 0 || stat(handler_.path.c_str(), &found) != 0 ||
      !S_ISREG(found.st_mode))
    return;
  if (found.st_size + static_cast<int64_t>(line_size) < handler_.max_bytes) return;
  const auto backup = [this](int64_t number) { return absl::StrCat(handler_.path, ".", number); };
  // Only those that exist: a count of thousands must not cost thousands of calls for each rotation.
  int64_t last = 1;
  while (last < handler_.backup_count && access(backup(last).c_str(), F_OK) == 0) ++last;
  for (int64_t number = last; number > 1; --number) rename(backup(number - 1).c_str(), backup(number).c_str());
  rename(handler_.path.c_str(), backup(1).c_str());
}

absl::Time LogFile::NextRotation(absl::Time time) const {
  const RotationTime& rotation = handler_.rotation;
  if (rotation.unit != Unit::kMidnight && rotation.unit != Unit::kWeek)
    return time + rotation.interval * LengthOf(rotation.unit);
  const absl::TimeZone zone = rotation.utc ? absl::UTCTimeZone() : zone_;
  const absl::CivilDay today = absl::ToCivilDay(time, zone);
  // Python ends a week with the day that is named: W0 rotates when Monday is over.
  const int weekday = static_cast<int>(absl::GetWeekday(today));
  const int wait = rotation.unit == Unit::kWeek ? (rotation.weekday - weekday + 7) % 7 : 0;
  return absl::FromCivil(today + 1 + wait, zone);
}

void LogFile::RotateByTime(absl::Time time) {
  time = absl::FromTimeT(absl::ToTimeT(time));
  if (rotate_at_ == absl::InfinitePast()) rotate_at_ = NextRotation(time);
  if (time < rotate_at_) return;
  struct stat found;
  if (stat(handler_.path.c_str(), &found) == 0 && S_ISREG(found.st_mode)) {
    const RotationTime& rotation = handler_.rotation;
    const absl::TimeZone zone = rotation.utc ? absl::UTCTimeZone() : zone_;
    const absl::Duration length = rotation.interval * LengthOf(rotation.unit);
    const bool by_civil_days = rotation.unit == Unit::kMidnight || rotation.unit == Unit::kWeek;
    const absl::CivilDay day = absl::ToCivilDay(rotate_at_, zone) - length / absl::Hours(24);
    const absl::Time began = by_civil_days ? absl::FromCivil(day, zone) : rotate_at_ - length;
    const std::string suffix = absl::FormatTime(SuffixFormat(rotation.unit), began, zone);
    rename(handler_.path.c_str(), absl::StrCat(handler_.path, ".", suffix).c_str());
    if (handler_.backup_count > 0) RemoveOldest(suffix);
  }
  rotate_at_ = NextRotation(time);
}

void LogFile::RemoveOldest(const std::string& suffix) const {
  const size_t slash = handler_.path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : handler_.path.substr(0, slash + 1);
  const std::string prefix =
      absl::StrCat(slash == std::string::npos ? handler_.path : handler_.path.substr(slash + 1), ".");
  DIR* entries = opendir(folder.c_str());
  if (entries == nullptr) return;
  std::vector<std::string> backups;
  while (const dirent* entry = readdir(entries)) {
    absl::string_view name = entry->d_name;
    if (absl::StartsWith(name, prefix) && SameShape(name.substr(prefix.size()), suffix)) backups.emplace_back(name);
  }
  closedir(entries);
  std::sort(backups.begin(), backups.end());
  for (size_t i = 0; i + handler_.backup_count < backups.size(); ++i)
    unlink(absl::StrCat(folder, "/", backups[i]).c_str());
}

}  // namespace sshsync
