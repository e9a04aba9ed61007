#ifndef SSHSYNC_TESTING_LOCAL_SHELL_H_
#define SSHSYNC_TESTING_LOCAL_SHELL_H_

#include "sshsync/ssh/ssh_runner.h"

namespace sshsync {

/// A shell of this machine, for the tests of rooms that only write what a host's shell is told: host and stage do not
/// know the room ssh, and their tests ask a real shell through this header. Threads: as SshRunner.
///
///     LocalShell shell;
///     auto result = shell.Run(Endpoint{.transport = Transport::kLocal}, {.script = "echo a"}, StopToken());
using LocalShell = SshRunner;

}  // namespace sshsync

#endif  // SSHSYNC_TESTING_LOCAL_SHELL_H_
