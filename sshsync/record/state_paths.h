#ifndef SSHSYNC_RECORD_STATE_PATHS_H_
#define SSHSYNC_RECORD_STATE_PATHS_H_

#include <sys/types.h>

#include <string>

#include "absl/status/statusor.h"
#include "sshsync/model/repository.h"

namespace sshsync {

/// Where a run keeps what outlives it.
struct StatePaths {
  std::string pid_file;
  std::string state_dir;
};

/// What the default places depend on, as a value, so that the rule can be tested for accounts one does not have.
struct Account {
  uid_t uid = 0;
  std::string home = {};         ///< $HOME; empty where unset
  std::string state_home = {};   ///< $XDG_STATE_HOME; empty where unset
  std::string passwd_home = {};  ///< of the account's line in passwd; empty where it has none

  /// The account and environment of this process.
  static Account Current();
};

/// The places of an account where neither options nor configuration name others: for root `/var/run/sshsync.pid` and
/// `/var/lib/sshsync`; for everybody else `$XDG_STATE_HOME/sshsync` (`~/.local/state/sshsync`) with the PID file in it.
/// Values that are no absolute path are passed over, as the XDG specification has it; an account without a home is an
/// error.
///
///     DefaultPlaces({.uid = 1000, .home = "/home/ann"})->state_dir == "/home/ann/.local/state/sshsync";
absl::StatusOr<StatePaths> DefaultPlaces(const Account& account);

/// The places of a run: what the options name, else the settings, else the default. Empty texts name nothing.
absl::StatusOr<StatePaths> StatePathsOf(const Settings& settings, const StatePaths& options, const Account& account);

}  // namespace sshsync

#endif  // SSHSYNC_RECORD_STATE_PATHS_H_
