"""A configuration mapped to loopback keeps what the operator wrote and replaces what is elsewhere; the program itself
accepts it.
"""

import json
import os
import subprocess
import tempfile
import unittest

from sshsync.testing import python_cases
from tools.rules.loopback_config import Place, map_to_loopback, nodes

PROGRAM = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"], "tools", "cli", "sshsync")

ORIGINAL = """\
[DEFAULT]
user = deploy
path = %(base)s
base = /srv/app
jump = bastion
settle = 300

[sshsync]
jobs = 3
on_failure = mail operator
state_dir = /var/lib/sshsync

[repomaster]
host = master.example.com
identity = /etc/keys/master
listcmd = cd ${REPOPATH} &&
    find . -type f -printf '%P\\n'

[appnode[08-10]]
host = app${NODE}.example.com
parent = repomaster
group = rack${NODE}
stage = /var/tmp/stage
synccmd = scp -i /home/deploy/.ssh/key ${REMOTEHOST}:${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}
"""


def place(number):
    return Place(
        "host%d" % number,
        2000 + number,
        "u%d" % number,
        "/tmp/r%d" % number,
        "/tmp/s%d" % number,
        "/tmp/key",
        "ssh -F /tmp/c",
        "ssh -F /tmp/p",
        "/tmp/bin%d" % number,
    )


PLACES = {name: place(number) for number, name in enumerate(["repomaster", "appnode08", "appnode09", "appnode10"])}


class LoopbackConfigTest(unittest.TestCase):
    def graph(self, text):
        with tempfile.TemporaryDirectory() as folder:
            config = os.path.join(folder, "c.conf")
            with open(config, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(config, 0o600)
            out = subprocess.run(
                [PROGRAM, "graph", "--format", "json", "-c", config],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            ).stdout
            return {entry["repository"]: entry for entry in json.loads(out)["repositories"]}

    def test_every_repository_is_where_the_fleet_is(self):
        found = self.graph(map_to_loopback(ORIGINAL, PLACES, {}))
        self.assertEqual(list(found), list(PLACES))
        for name, entry in found.items():
            self.assertEqual(
                (entry["host"], entry["user"], entry["path"]), (PLACES[name].host, PLACES[name].user, PLACES[name].path)
            )
            self.assertEqual(entry["parent"], None if name == "repomaster" else "repomaster")

    def test_what_reaches_out_of_the_test_is_gone(self):
        mapped = map_to_loopback(ORIGINAL, PLACES, {})
        for word in ("bastion", "mail operator", "example.com", "/var/lib/sshsync", "/etc/keys", "/var/tmp/stage"):
            self.assertNotIn(word, mapped)

    def test_what_the_operator_wrote_stays(self):
        mapped = map_to_loopback(ORIGINAL, PLACES, {})
        self.assertIn("listcmd = cd ${REPOPATH} &&\n    find . -type f -printf '%P\\n'\n", mapped)
        self.assertIn("; scp -i /home/deploy/.ssh/key ${REMOTEHOST}:${REMOTEDIR}/${FILE} ${LOCALDIR}/${FILE}\n", mapped)
        for kept in ("settle = 300", "jobs = 3", "group = rack08", "group = rack10"):
            self.assertIn(kept + "\n", mapped)

    def test_overrides_win_from_the_general_to_the_special(self):
        mapped = map_to_loopback(
            ORIGINAL, PLACES, {"DEFAULT": ["settle = 0"], "appnode[08-10]": ["retries = 1"], "appnode09": ["retries=2"]}
        )
        self.assertIn("settle = 0\n", mapped)
        self.assertEqual((mapped.count("retries = 1\n"), mapped.count("retries = 2\n")), (2, 1))

    def test_an_override_of_nothing_is_refused(self):
        with self.assertRaisesRegex(ValueError, "appnode11"):
            map_to_loopback(ORIGINAL, PLACES, {"appnode11": ["retries = 1"]})
        with self.assertRaisesRegex(ValueError, "key = value"):
            map_to_loopback(ORIGINAL, PLACES, {"DEFAULT": ["retries"]})

    def test_ranges_keep_their_width(self):
        self.assertEqual([name for name, _ in nodes("n[08-10]x")], ["n08x", "n09x", "n10x"])
        self.assertEqual([name for name, _ in nodes("n[8-10]")], ["n8", "n9", "n10"])
        self.assertEqual(nodes("plain"), [("plain", None)])


if __name__ == "__main__":
    python_cases.main(__file__)
