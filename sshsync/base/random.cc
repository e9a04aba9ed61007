#include "sshsync/base/random.h"

#include <sys/random.h>

#include <array>
#include <cstdlib>

#include "absl/strings/escaping.h"

namespace sshsync {

std::string RandomMark() {
  std::array<char, 16> bytes;  // so few are never interrupted
  // A kernel without randomness: nothing on this machine can be trusted.
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) std::abort();
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

}  // namespace sshsync
