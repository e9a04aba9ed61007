"""Cores of their own for hosts that share this machine's: each is held to the same share of one, however many there
are.

    with cores.held({"master": sshd.pid, "node": other.pid}, 0.5):
        ...

Four hosts with half a core each have twice what two have, as hosts of their own would; without that they have the same
between them. By the kernel's
cpu controller (version 2: cpu.max; version 1: cpu.cfs_quota_us), which takes root. What a host's sshd starts is its
own.
"""

import contextlib
import os

_PERIOD = 4000  # microseconds; short, for whoever has used his share waits for the next


@contextlib.contextmanager
def held(hosts, share, root="/sys/fs/cgroup"):
    """`hosts`: name -> process id, with all that it starts from now on; `share`: of a core, or None for no limit.

    Raises OSError where there is no controller.
    """
    made = []
    first = os.path.join(root, "cpu")
    above = first if os.path.exists(os.path.join(first, "cpu.cfs_quota_us")) else root
    try:
        for name, pid in hosts.items() if share else ():
            folder = os.path.join(above, "sshsync-compare-%d-%s" % (os.getpid(), name))
            if above == root:
                _write(os.path.join(root, "cgroup.subtree_control"), "+cpu")
            os.mkdir(folder)
            made.append(folder)
            quota = int(share * _PERIOD)
            if above == root:
                _write(os.path.join(folder, "cpu.max"), "%d %d" % (quota, _PERIOD))
            else:
                _write(os.path.join(folder, "cpu.cfs_period_us"), str(_PERIOD))
                _write(os.path.join(folder, "cpu.cfs_quota_us"), str(quota))
            _write(os.path.join(folder, "cgroup.procs"), str(pid))
        yield
    finally:
        for folder in made:
            _empty(folder, above)


def _empty(folder, above):
    """What is in there goes back up; a group without processes can be removed."""
    with contextlib.suppress(OSError):
        with open(os.path.join(folder, "cgroup.procs")) as file:
            pids = file.read().split()
        for pid in pids:
            with contextlib.suppress(OSError):  # it has ended
                _write(os.path.join(above, "cgroup.procs"), pid)
        os.rmdir(folder)


def _write(path, text):
    with open(path, "w") as file:
        file.write(text)
