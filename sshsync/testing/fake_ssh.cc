#include "sshsync/testing/fake_ssh.h"

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"

namespace sshsync {

FakeSsh::FakeSsh() : script_(std::filesystem::absolute("sshsync/testing/fake_ssh.sh").string()) {}

Endpoint FakeSsh::Host(absl::string_view name) const {
  Endpoint host;
  host.host = std::string(name);
  host.ssh = {"env", absl::StrCat("FAKE_SSH_ROOT=", root_.path()), script_};
  return host;
}

void FakeSsh::Break(absl::string_view name, absl::string_view fault, absl::string_view value) const {
  root_.Write(absl::StrCat(name, ".faults/", fault), value);
}

void FakeSsh::Mend(absl::string_view name) const {
  std::filesystem::remove_all(root_.Path(absl::StrCat(name, ".faults")));
}

int FakeSsh::connections(absl::string_view name) const {
  const std::string file = absl::StrCat(name, ".connections");
  if (!root_.Exists(file)) return 0;
  const std::string lines = root_.Read(file);
  return static_cast<int>(std::count(lines.begin(), lines.end(), '\n'));
}

}  // namespace sshsync
