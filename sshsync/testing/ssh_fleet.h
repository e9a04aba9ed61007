#ifndef SSHSYNC_TESTING_SSH_FLEET_H_
#define SSHSYNC_TESTING_SSH_FLEET_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "sshsync/model/repository.h"
#include "sshsync/process/process.h"
#include "sshsync/process/process_set.h"

namespace sshsync {

/// A fleet of real sshd (fleet.py, as a command) for tests in C++; it stands as long as the object.
/// A test that uses it has the tags "local" and "no-sandbox".
/// Aborts the test where the fleet does not stand.
///
///     SshFleet fleet({{"repomaster", ""}, {"repoproxy", "csh"}});
///     runner.Run(fleet.Host("repoproxy"), ...);
class SshFleet {
 public:
  struct Member {
    std::string name;
    std::string login_shell;  ///< empty: sh
  };

  explicit SshFleet(const std::vector<Member>& members);
  ~SshFleet();
  SshFleet(const SshFleet&) = delete;
  SshFleet& operator=(const SshFleet&) = delete;

  Endpoint Host(absl::string_view name) const;
  std::string Home(absl::string_view name) const;
  std::string Repo(absl::string_view name) const;
  /// The log of its sshd so far.
  std::string Log(absl::string_view name) const;
  /// `stop HOST`, `start HOST`, `cut HOST`, `processes HOST`; the answer as JSON text.
  std::string Obey(absl::string_view line);

  /// Whether accounts may have login shells of their own here: only where root runs the test.
  static bool HasAccounts();

 private:
  struct Place {
    std::string home, repo, log;
  };
  std::string ReadLine();

  std::unique_ptr<Process> process_;
  std::unique_ptr<ProcessSet> set_;
  std::string buffer_;
  std::string ssh_config_;
  std::map<std::string, Place> places_;
};

}  // namespace sshsync

#endif  // SSHSYNC_TESTING_SSH_FLEET_H_
