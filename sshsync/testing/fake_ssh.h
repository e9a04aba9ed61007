#ifndef SSHSYNC_TESTING_FAKE_SSH_H_
#define SSHSYNC_TESTING_FAKE_SSH_H_

#include <string>

#include "absl/strings/string_view.h"
#include "sshsync/model/repository.h"
#include "sshsync/testing/temp_dir.h"

namespace sshsync {

/// Hosts that are folders, reached through the script fake_ssh.sh in ssh's place: quick, without keys, and breakable on
/// demand. The script comes with it as data.
///
///     FakeSsh ssh;
///     ssh.Break("node1", "fail", "ssh: connect to host node1 port 22: Connection refused");
///     runner.Run(ssh.Host("node1"), ...);
///     ssh.connections("node1") == 1;
class FakeSsh {
 public:
  FakeSsh();

  Endpoint Host(absl::string_view name) const;
  /// The folder that is the account's home there.
  std::string Home(absl::string_view name) const { return root_.Path(name); }
  /// Makes a fault of fake_ssh.sh, as described there.
  void Break(absl::string_view name, absl::string_view fault, absl::string_view value) const;
  /// Takes all faults of a host away.
  void Mend(absl::string_view name) const;
  /// How often the host was connected to.
  int connections(absl::string_view name) const;

 private:
  TempDir root_;
  std::string script_;
};

}  // namespace sshsync

#endif  // SSHSYNC_TESTING_FAKE_SSH_H_
