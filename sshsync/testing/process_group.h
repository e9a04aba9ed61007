#ifndef SSHSYNC_TESTING_PROCESS_GROUP_H_
#define SSHSYNC_TESTING_PROCESS_GROUP_H_

#include <sys/types.h>

#include <vector>

namespace sshsync {

/// The live processes of a process group, as /proc shows them; zombies that nobody has reaped yet are not counted.
std::vector<pid_t> ProcessesOfGroup(pid_t group);

/// Waits until nothing of the group lives, for 20 s at most: a killed process takes a moment to go. Whether it went.
bool GroupEnds(pid_t group);

/// SIGKILL to each child of this process, as an operator or the OOM killer does it to ssh; a fleet (python) is spared.
void KillChildrenOfThisProcess();

}  // namespace sshsync

#endif  // SSHSYNC_TESTING_PROCESS_GROUP_H_
