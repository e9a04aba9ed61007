#ifndef SSHSYNC_PROCESS_DESCRIPTOR_LIMIT_H_
#define SSHSYNC_PROCESS_DESCRIPTOR_LIMIT_H_

#include <sys/types.h>

namespace sshsync {

/// How many files the process may have open. A channel takes four descriptors, so the usual soft limit of 1,024 ends a
/// run over more than 250 hosts. The soft limit is there for programs that count to it, or use select(); this one does
/// neither and may go up to the hard one, but the programs that it starts get the old limit back. (A moment after they
/// have begun: there is no other way to tell them. So it is kept where it does no harm.) For the program itself: in
/// somebody else's process, say a Python script, it is not ours to change. Threads: any, after Raise.

/// Raises the soft limit to the hard one, to 65,536 at most. Where that cannot be, it stays as it is. To be called at
/// the start of the program.
void RaiseDescriptorLimit();

/// Gives a child the limit that this process began with; does nothing where it was not raised, nor for one that runs as
/// somebody else.
void RestoreDescriptorLimit(pid_t child);

}  // namespace sshsync

#endif  // SSHSYNC_PROCESS_DESCRIPTOR_LIMIT_H_
