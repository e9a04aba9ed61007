#include "tools/cli/verbs/config_source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"
#include "sshsync/base/status.h"
#include "sshsync/text/escape.h"

namespace sshsync::cli {
namespace {

constexpr size_t kLargest = size_t{64} << 20;

absl::Status Refuse(const std::string& file, absl::string_view reason) {
  return MakeError(Failure::kConfig, absl::StrCat(EscapeForTerminal(file), ": ", reason));
}

struct Descriptor {
  explicit Descriptor(int number) : number(number) {}
  ~Descriptor() {
    if (number >= 0) close(number);
  }
  Descriptor(const Descriptor&) = delete;
  const int number;
};

}  // namespace

std::string ConfigPlace(absl::string_view option, const char* variable) {
  if (!option.empty()) return std::string(option);
  if (variable != nullptr && *variable != '\0') return variable;
  return std::string(kDefaultConfig);
}

absl::StatusOr<ConfigSource> ReadConfigSource(const std::string& file) {
  // Non-blocking: a FIFO without a writer opens at once, and is then refused.
  const Descriptor descriptor(open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (descriptor.number < 0) {
    const absl::string_view remedy =
        errno == ENOENT && file == kDefaultConfig ? ": name one with --config FILE, or SSHSYNC_CONFIG" : "";
    return Refuse(file, absl::StrCat("cannot read it: ", strerror(errno), remedy));
  }
  struct stat about = {};
  if (fstat(descriptor.number, &about) != 0) return Refuse(file, strerror(errno));
  if (S_ISDIR(about.st_mode)) return Refuse(file, "that is a folder: name the configuration file in it");
  if (!S_ISREG(about.st_mode)) return Refuse(file, "that is no regular file: copy it to one");

  ConfigSource source;
  source.file = file;
  source.mode = about.st_mode & 07777;
  source.owner = about.st_uid;
  if (about.st_size > static_cast<off_t>(kLargest)) return Refuse(file, "larger than 64 MiB: that is no configuration");
  const auto buffer = std::make_unique<char[]>(size_t{1} << 16);
  while (source.bytes.size() <= kLargest) {
    const ssize_t count = read(descriptor.number, buffer.get(), size_t{1} << 16);
    if (count == 0) return source;
    if (count > 0) {
      source.bytes.append(buffer.get(), static_cast<size_t>(count));
    } else if (errno != EINTR) {
      return Refuse(file, absl::StrCat("cannot read it: ", strerror(errno)));
    }
  }
  return Refuse(file, "larger than 64 MiB: that is no configuration");
}

}  // namespace sshsync::cli
