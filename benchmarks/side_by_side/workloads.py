"""The workloads: which data, between which hosts, over which links, by which ways, and what the figures are held
against.
"""

from benchmarks.side_by_side import trees

MASTER, PROXY, SECOND = "repomaster", "repoproxy", "secondproxy"
NODES = ("appnode1", "appnode2", "appnode3", "appnode4")
HOSTS = (MASTER, PROXY, SECOND) + NODES

ONE_HOP = (((PROXY, MASTER),),)
TWO_HOPS = ONE_HOP + (((NODES[0], PROXY),),)
FAN = ONE_HOP + (tuple((node, PROXY) for node in NODES),)
THREE_HOPS = ONE_HOP + (((SECOND, PROXY),), ((NODES[0], SECOND),))

ALL = ("scp -r", "tar | ssh", "rsync -a", "rsync -ac", "lftp mirror", "rclone sftp")
COMPARING = ("rsync -a", "rsync -ac", "lftp mirror", "rclone sftp")
ANSIBLE = ("ansible copy",)  # seconds a file: where there are few
WINDOW = str(4 << 20)  # what Linux's TCP lets a connection have under way by default, about


class Workload:
    """`make` fills the old folder; `update`, if any, makes the new one of a copy. `before`: what the child has,
    `nothing` or `old`.
    `link`: options of the relay on every hop. `ways`: names of peers; `one_hop`: sshsync's first step alone is run
    beside the whole of it.
    `goals`: (a way, another, the ratio of their medians to hold), `most_sent`: bytes on the first hop's link as a
    multiple of the content.
    """

    def __init__(
        self,
        name,
        what,
        make,
        ways=ALL,
        update=None,
        before="nothing",
        steps=ONE_HOP,
        link=None,
        one_hop=False,
        goals=(),
        most_sent=None,
    ):
        self.name, self.what = name, what
        self.make, self.update, self.before = make, update, before
        self.ways, self.steps, self.link, self.one_hop = ways, steps, link, one_hop
        self.goals, self.most_sent = goals, most_sent

    def hops(self):
        return [hop for step in self.steps for hop in step]


def _big(mebibytes):
    return lambda folder, scale: trees.big_file(folder, scale.size(mebibytes))


def _rate(text):
    return ("--rate", text)


WORKLOADS = (
    Workload(
        "small-new",
        "10,000 files of 4 KiB, the child has none",
        trees.small_files,
        goals=[("sshsync", "rsync -a", 1.5)],
    ),
    Workload(
        "small-unchanged",
        "10,000 files of 4 KiB, all as the parent's",
        trees.small_files,
        COMPARING,
        before="old",
        goals=[("sshsync", "rsync -ac", 0.9)],
    ),
    Workload(
        "small-changed",
        "10,000 files of 4 KiB, 1 % changed",
        trees.small_files,
        COMPARING,
        trees.change_small_files,
        "old",
    ),
    Workload("few-new", "100 files of 4 KiB, the child has none", trees.few_files, ALL + ANSIBLE),
    Workload(
        "few-unchanged", "100 files of 4 KiB, all as the parent's", trees.few_files, COMPARING + ANSIBLE, before="old"
    ),
    Workload(
        "big-new",
        "1 GiB in one file, the child has none",
        _big(1024),
        ALL + ANSIBLE,
        goals=[("sshsync", "scp -r", 1.0)],
    ),
    Workload(
        "big-unchanged",
        "1 GiB in one file, as the parent's",
        _big(1024),
        COMPARING + ANSIBLE,
        before="old",
        goals=[("sshsync", "rsync -ac", 1.4)],
    ),
    Workload(
        "big-changed",
        "1 GiB in one file, 1 % changed in ten places",
        _big(1024),
        ("scp -r",) + COMPARING,
        trees.change_big_file,
        "old",
        goals=[("sshsync", "rsync -a", 0.6)],
    ),
    Workload(
        "big-appended",
        "1 GiB in one file, 1 % appended",
        _big(1024),
        ("scp -r",) + COMPARING,
        trees.append_to_big_file,
        "old",
    ),
    Workload(
        "slow-link",
        "1 GiB in one file, the child has none, 400 Mbit/s",
        _big(1024),
        link=_rate("400M"),
        goals=[("sshsync", "scp -r", 1.1)],
    ),
    Workload(
        "long-link",
        "256 MiB in one file, the child has none, round trip 60 ms",
        _big(256),
        link=("--delay", "0.03", "--window", WINDOW),
        goals=[("sshsync", "scp -r", 0.5)],
    ),
    Workload(
        "cut-link",
        "512 MiB in one file, the child has none, 400 Mbit/s, cut every 3 s",
        _big(512),
        ("rsync --partial", "lftp mirror -c"),
        link=_rate("400M") + ("--cut-every", "3"),
        most_sent=1.15,
    ),
    Workload(
        "cascade-line",
        "96 MiB in one file, two hops of 200 Mbit/s",
        _big(96),
        ("scp -r", "rsync -a"),
        steps=TWO_HOPS,
        link=_rate("200M"),
        one_hop=True,
        goals=[("sshsync", "sshsync, one hop", 1.25)],
    ),
    Workload(
        "cascade-fan",
        "96 MiB in one file, a hop and then four, each of 200 Mbit/s",
        _big(96),
        ("scp -r", "rsync -a"),
        steps=FAN,
        link=_rate("200M"),
        one_hop=True,
        goals=[("sshsync", "sshsync, one hop", 1.5)],
    ),
    Workload(
        "cascade-unchanged",
        "10,000 files of 4 KiB, three hops, all as the parent's",
        trees.small_files,
        ("rsync -ac",),
        before="old",
        steps=THREE_HOPS,
        one_hop=True,
        goals=[("sshsync", "sshsync, one hop", 1.5)],
    ),
)
