"""What goes wrong in one run, drawn from a seed: the same seed always gives the same trees, options and faults.

    scenario = scenarios.draw(17)
    scenario.plan          # the lines of faulty_ssh's plan
    scenario.root, scenario.children["p"]    # {path: content}

The cascade is m (the root), p below it, n below p. Where a fault strikes is drawn blindly, so some are never reached: a
connection may
end before the byte that was meant. How many were hit is counted by whoever runs the scenarios.
"""

import dataclasses
import random

CHUNK = 128 * 1024
BIG = b"big.bin"

# Names that go wrong where a name is pasted into a command, cut at blanks or newlines, taken for an option, or read by
# scp, awk or printf.
NAMES = [
    b"plain",
    b"a b",
    b" lead",
    b"trail ",
    b"it's",
    b'"quoted"',
    b"`touch pwn`",
    b"$(touch pwn)",
    b"a;touch pwn",
    b"a&b",
    b"a|b",
    b"<in",
    b">out",
    b"*",
    b"?",
    b"[a]",
    b"{x,y}",
    b"~",
    b"#hash",
    b"!bang",
    b"%s%n",
    b"back\\slash",
    b"end\\",
    b"tab\there",
    b"new\nline",
    b"end\n",
    b"-rf",
    b"--help",
    b"..a",
    b"a..",
    b"${FILE}",
    b"$$",
    b"host:path",
    b"=x",
    b"@h",
    b"\xff\xfe",
    b"caf\xc3\xa9",
    b"cr\r",
    b"\\n",
    b"\\056\\056\\057x",
    b"x.tar",
]
# What a tar of 1988 does not hold, and what no list of names holds: two of each, for only several go together.
UNPACKABLE = [b"l" * 120, b"d/" + b"m" * 200, b"one\x01", b"d/two\x01"]
FOLDERS = [b"", b"", b"", b"d/", b"d/e/", b"-d/", b"new\nfolder/", b"s p/", b"$(touch pwn) d/"]

# What login files print: words, a path, digits that look like a digest, control bytes, half a line.
NOISE = [
    b"Welcome to m\n",
    b"/srv/app/plain\n",
    b"da39a3ee5e6b4b0d3255bfef95601890afd80709\n",
    b"\x1b[31mred\x1b[0m\r\n",
    b"\0\xff\n\n",
    b"no newline",
    b"0\n",
    b"sshsync\n" * 200,
]


@dataclasses.dataclass
class Scenario:
    seed: int
    kind: str  # C0: builtin, nothing given; C0d: builtin with the operator's digestcmd; C1: the operator's synccmd
    steps: list  # words of the command line
    keys: dict  # further keys of [DEFAULT]
    root: dict  # {path: content}
    children: dict  # {"p": {path: content}, "n": ...}
    extras: dict  # {"p": {path: content}}: what the parent does not have
    plan: list  # lines for faulty_ssh
    versions: dict  # {path: [contents that the root gets during the run]}
    scripts: dict  # {name: bytes}: files that the plan's commands use
    gone: set  # paths that may vanish from the root during the run
    small_disk: str = ""  # the child whose disk is small
    room: int = 0  # bytes that it has beside what it holds
    without: tuple = ()  # tools that hosts do not have, so that they fall back on others
    aged: bool = False  # what a child has is older than the root's: it has probably changed
    ends: bool = False  # the controller is killed or told to end, if that fault is hit

    @property
    def delete(self):
        return self.keys.get("delete") == "yes"


def draw(seed):
    return _Draw(seed).scenario()


class _Draw:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.seed = seed

    def scenario(self):
        draw = self.random
        kind = draw.choice(["C0", "C0", "C0d", "C1"])
        root = self._root(newlines=kind == "C0")
        p, n = self._behind(root), self._behind(root)
        extras = {
            name: {b"extra/mine %d" % i: draw.randbytes(30) for i in range(draw.choice([0, 0, 1, 3]))} for name in "pn"
        }
        keys = {}
        if draw.random() < 0.25:
            keys.update(delete="yes", max_delete="100%")
        if draw.random() < 0.15:
            keys["trash"] = "yes"
        if draw.random() < 0.2:
            keys["publish"] = "together"
        scenario = Scenario(
            seed=self.seed,
            kind=kind,
            steps=draw.choice([["--sync", "p", "--sync", "n"], ["--sync", "p,n"], ["--cascade", "m"]]),
            keys=keys,
            root=root,
            children={"p": p, "n": n},
            extras=extras,
            plan=[],
            versions={},
            scripts={},
            gone=set(),
        )
        for _ in range(draw.choice([1, 1, 2, 2, 3, 4])):
            self._fault(scenario)
        # Drawn last, so that the rest of a seed stays as it was.
        if draw.random() < 0.2:
            keys["recheck"] = "1d"
        scenario.aged = draw.random() < 0.6
        scenario.without = tuple(tool for tool, often in (("python3", 0.6), ("openssl", 0.3)) if draw.random() < often)
        # Half of the processes of a run find out what a host can do.
        if draw.random() < 0.7:
            keys["preset"] = "gnu"
        if draw.random() < 0.2:
            root.update({name: draw.randbytes(self._size()) for name in UNPACKABLE})
        return scenario

    def _size(self):
        return self.random.choice([0, 1, 7, 100, 4095, 4096, 4097, 9000])

    def _root(self, newlines):
        """An operator's `find -type f` tells names by lines: there is no newline in one."""
        draw = self.random
        names, folders = ([name for name in names if newlines or b"\n" not in name] for names in (NAMES, FOLDERS))
        names = draw.sample(names, draw.randrange(4, 12))
        tree = {draw.choice(folders) + name: draw.randbytes(self._size()) for name in names}
        tree[BIG] = draw.randbytes(draw.randrange(3 * CHUNK, 6 * CHUNK) + draw.choice([0, 1, -1]))
        return tree

    def _behind(self, root):
        """What a child has of a root's files: some are equal, some are older, some are missing."""
        draw = self.random
        tree = {}
        for path, data in root.items():
            kind = draw.choice(["equal", "equal", "older", "missing"])
            if kind == "equal":
                tree[path] = data
            elif kind == "older" and path == BIG and draw.random() < 0.7:
                at = draw.randrange(len(data))
                tree[path] = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 : draw.choice([len(data), at + 2])]
            elif kind == "older":
                tree[path] = draw.randbytes(max(1, len(data) + draw.choice([0, -1, 1, 500])))
                if tree[path] == data:
                    del tree[path]
        return tree

    # Faults.

    def _place(self, data=False):
        """FROM TO ORDINAL DIRECTION OFFSET. Answers are longer than questions, and what carries files is longest."""
        draw = self.random
        peer = data or draw.random() < 0.35
        if peer:
            pair, ordinal = draw.choice(["p m", "n p"]), draw.choice([1, 1, 2, 3])
            direction, limit = (
                ("out", draw.choice([300, 20000, 700000])) if data or draw.random() < 0.8 else ("in", 1000)
            )
        else:
            pair, ordinal = draw.choice(["- m", "- p", "- p", "- n"]), draw.choice([1, 1, 1, 2, 2, 3, 4, 5])
            direction, limit = draw.choice([("in", 12000), ("out", 4000)])
        # Half of them where a stream begins, for that is where conversations are.
        offset = draw.randrange(limit) if draw.random() < 0.5 else int(limit ** draw.random())
        return "%s %d %s %d" % (pair, ordinal, direction, offset)

    def _fate(self):
        return self.random.choice(["leave", "leave", "kill", "freeze %d" % self.random.choice([50, 200, 500])])

    def _fault(self, scenario):
        draw = self.random
        faults = [
            self._cut,
            self._cut,
            self._cut,
            self._hang,
            self._stall,
            self._print,
            self._flip,
            self._status,
            self._kill,
            self._kill,
            self._change,
            self._change,
            self._small_disk,
        ]
        draw.choice(faults)(scenario)

    def _cut(self, scenario):
        scenario.plan.append(
            "%s cut %s %s" % (self._place(), self.random.choice(["255", "255", "255", "0", "1", "kill"]), self._fate())
        )

    def _hang(self, scenario):
        scenario.plan.append("%s hang %d %s" % (self._place(), self.random.choice([10, 50, 300]), self._fate()))

    def _stall(self, scenario):
        # The long one is above the runs' timeout.
        scenario.plan.append(
            "%s stall %d" % (self._place(), self.random.choice([5, 50, 50, 200, 200, 200, 400, 400, 400, 6000]))
        )

    def _print(self, scenario):
        if self.random.random() < 0.7:
            fields = self._place().split()
            scenario.plan.append("%s out 0 print %s" % (" ".join(fields[:3]), self.random.choice(NOISE).hex()))
        else:
            scenario.plan.append("%s trail %s" % (self._place(), self.random.choice(NOISE).hex()))

    def _flip(self, scenario):
        # Of what carries files, and of answers; a changed command would be the host's own deed.
        fields = self._place(data=self.random.random() < 0.7).split()
        fields[3] = "out"
        scenario.plan.append("%s flip" % " ".join(fields))

    def _status(self, scenario):
        scenario.plan.append("%s status %d" % (self._place(), self.random.choice([0, 1, 2, 127, 255])))

    def _kill(self, scenario):
        signal = self.random.choice(["KILL", "KILL", "KILL", "TERM", "INT"])
        scenario.plan.append("%s run kill -%s $(cat controller)" % (self._place(), signal))
        scenario.ends = True

    def _change(self, scenario):
        """The root changes: a file is moved over, written to at its end or in place, or deleted. All in single writes,
        so that no reader
        of the root sees what nobody ever meant to be there."""
        draw = self.random
        path = draw.choice([path for path in scenario.root if path not in scenario.versions] or [None])
        if path is None:
            return
        old, number = scenario.root[path], len(scenario.scripts)
        way = draw.choice(["over", "append", "within", "delete"])
        if way == "within" and not old:
            way = "append"
        piece, name = (
            draw.randbytes(min(len(old), 64) if way == "within" else draw.choice([1, 1000, 3000])),
            b"new-%d" % number,
        )
        place = 4096 * draw.randrange((len(old) + 4095) // 4096) if way == "within" else 0
        piece = piece[: len(old) - place] if way == "within" else piece
        at = b"homes/m/repo/" + path
        scenario.versions[path] = {
            "over": [piece],
            "append": [old + piece],
            "within": [old[:place] + piece + old[place + len(piece) :]],
            "delete": [],
        }[way]
        if way == "delete":
            scenario.gone.add(path)
        script = {
            "over": b"mv -f -- %s %s",
            "append": b"cat %s >>%s",
            "within": b"dd if=%%s of=%%s bs=4096 conv=notrunc seek=%d" % (place // 4096),
            "delete": b": %s; rm -f -- %s",
        }[way] % (name, _quoted(at))
        scenario.scripts[name] = piece
        scenario.scripts[name + b".sh"] = script + b"\n"
        scenario.plan.append("%s run sh %s.sh" % (self._place(), name.decode()))

    def _small_disk(self, scenario):
        scenario.small_disk = self.random.choice("pn")
        scenario.room = self.random.choice([0, 8, 40, 200, 400]) * 1024


def _quoted(path):
    return b"'" + path.replace(b"'", b"'\\''") + b"'"
