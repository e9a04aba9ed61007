"""Chains with a digestcmd, over real sshd: it speaks of whole files and has the last word; of a big file only chunks
that differ are sent.
"""

import json
import os

from sshsync.testing import python_cases
from sshsync.testing.acceptance import trees
from sshsync.testing.acceptance.rig import DIGESTCMD, rig, site  # noqa: F401

BIG = 64 * trees.MIB
STEP = ("--sync", "repoproxy")


def streams(rig, **more):
    """The builtin transfer, and digestcmds on both sides."""
    for name in [name for name, parent in rig.parents.items() if parent]:
        rig.plain[name] = {"synccmd": None, "peerssh": "ssh -F " + rig.host(name).ssh_config}
    rig.plain["DEFAULT"] = {"chunk": "1M"}
    rig.configure(**more)


def moved(rig, *words):
    """One good run of the proxy; how many bytes of content came from the parent."""
    run = rig.run("--events", "-", *(words or STEP))
    assert run.exit == 0, str(run)
    events = [json.loads(line) for line in run.out.splitlines()]
    return sum(
        event["bytes"] for event in events if event["event"] == "block_moved" and event["repository"] == "repoproxy"
    )


def change(rig, offset, data, name="repomaster"):
    with open(os.path.join(rig.repo(name), "big.bin"), "r+b") as file:
        file.seek(offset)
        file.write(data)


def test_one_changed_byte_of_a_big_file_sends_its_chunk_and_no_more(rig):
    streams(rig)
    rig.populate(trees.few(BIG))
    assert moved(rig) >= BIG
    change(rig, 40 * trees.MIB + 5, b"!")
    rig.remember_source()
    assert moved(rig) == trees.MIB
    rig.same("repoproxy")
    assert moved(rig) == 0


def test_what_an_earlier_run_brought_is_not_sent_again(rig):
    streams(rig)
    rig.populate(trees.few(BIG))
    rig.plain["repoproxy"]["bwlimit"] = "16M"
    rig.configure()
    run = rig.start(*STEP)
    rig.mid(run, "repoproxy", BIG)
    run.process.kill()
    run.wait()
    del rig.plain["repoproxy"]["bwlimit"]
    rig.configure()
    assert moved(rig) <= BIG * 9 // 10
    rig.same("repoproxy")


def test_the_digestcmd_has_the_last_word(rig):
    # It does not see the chunks: what it says of the whole in the stage is another thing each time, until it is asked
    # of the final try.
    streams(rig)
    rig.populate(trees.few(BIG))
    moved(rig)
    change(rig, 3 * trees.MIB, b"!!")
    rig.remember_source()
    home = rig.host("repoproxy").home
    wrong = (
        "case ${FILEPATH} in */.sshsync/in/*/big.bin) [ -f %s/once ] || { touch %s/once; echo"
        " 0123456789012345678901234567890123456789; exit 0; };; esac; %s" % (home, home, DIGESTCMD)
    )
    rig.plain["repoproxy"]["digestcmd"] = wrong
    rig.configure()
    assert moved(rig) == trees.MIB + BIG, "its chunk, and then, for chunks do not say what differs, the whole"
    rig.same("repoproxy")


if __name__ == "__main__":
    python_cases.main(__file__)
