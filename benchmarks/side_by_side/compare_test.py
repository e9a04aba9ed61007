"""The comparison runs: with little data, every workload, by every way that the tests' packages bring."""

import json
import os
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

from benchmarks.side_by_side import figures, workloads
from sshsync.testing import python_cases

COMPARE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare")
PEERS = "scp -r,tar | ssh,rsync -a,rsync -ac,rsync --partial"


def descendants(pid):
    """The processes below that one."""
    found = []
    for task in os.listdir("/proc/%d/task" % pid):
        with open("/proc/%d/task/%s/children" % (pid, task)) as file:
            for child in map(int, file.read().split()):
                found += [child] + descendants(child)
    return found


class FakeCost:
    def __init__(self, seconds):
        self.seconds = seconds
        self.controller_cpu = self.hosts_cpu = self.own_cpu = 1.0
        self.peak_memory = 1 << 20


def result_of(**seconds):
    """A result of the first workload; names are ways with _ for a blank."""
    workload = workloads.Workload("name", "what", None, goals=[("sshsync", "scp -r", 0.5)])
    result = figures.Result(workload, 1, 1 << 20)
    for name, values in seconds.items():
        series = result.series[name.replace("_", " ")] = figures.Series(name.replace("_", " "), "digest")
        series.costs = [FakeCost(value) for value in values]
    return result


class FiguresTest(unittest.TestCase):
    def test_a_ratio_is_that_of_the_medians(self):
        result = result_of(sshsync=[1, 2, 9], other=[8, 1, 4])
        self.assertEqual(result.ratio("sshsync", "other"), 0.5)

    def test_a_way_that_failed_has_no_ratio(self):
        result = result_of(sshsync=[1], other=[1])
        result.series["other"].failure = "broken"
        self.assertIsNone(result.ratio("sshsync", "other"))
        self.assertIn("failed  broken", "\n".join(figures.table(result)).replace("   ", ""))

    def test_what_is_to_hold_is_told_with_what_was_found(self):
        result = result_of(sshsync=[3])
        result.series["scp -r"] = figures.Series("scp -r", "nothing")
        result.series["scp -r"].costs = [FakeCost(4)]
        self.assertEqual(result.goals(), [("sshsync / scp -r", 0.75, 0.5)])
        self.assertIn("MISSED", "\n".join(figures.table(result)))

    def test_a_plot_is_well_formed_and_names_every_way(self):
        root = xml.etree.ElementTree.fromstring(figures.plot([result_of(sshsync=[1], a_way=[30])]))
        texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
        self.assertIn("a way", texts)
        self.assertIn("30.00 s, 30.00 (bar cut)", texts)


class CompareTest(unittest.TestCase):
    def run_compare(self, *options, **environment):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                [COMPARE, "--output", folder] + list(options),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=folder,
                env={**os.environ, **environment},
            )
            try:
                with open(os.path.join(folder, "compare.json")) as file:
                    return done, json.load(file)
            except FileNotFoundError:
                return done, None

    def test_every_workload_is_done_by_every_way(self):
        done, document = self.run_compare("--tiny", "--rounds", "1", "--peers", PEERS)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(
            [found["workload"] for found in document["workloads"]], [workload.name for workload in workloads.WORKLOADS]
        )
        for found in document["workloads"]:
            for way in found["ways"]:
                self.assertNotIn("failed", way, found["workload"])

    def test_ansible_is_given_the_parents_folder_and_a_connection_that_is_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            fake = os.path.join(folder, "ansible")
            with open(fake, "w") as file:
                file.write(
                    "#!/bin/sh\n[ $1 = all ] || exit 0\ncase $ANSIBLE_PIPELINING,$ANSIBLE_SSH_ARGS in"
                    " True,*ControlPersist*) ;; *) exit 1;; esac\nset -- $7\nssh $ANSIBLE_SSH_ARGS repoproxy exit && cp"
                    " -r ${1#src=}. ${2#dest=}\n"
                )
            os.chmod(fake, 0o755)
            done, document = self.run_compare(
                "--tiny",
                "--rounds",
                "2",
                "--only",
                "few-new",
                "--peers",
                "ansible copy",
                PATH=folder + ":" + os.environ["PATH"],
            )
        self.assertEqual(done.returncode, 0, done.stdout)
        way = document["workloads"][0]["ways"][1]
        self.assertEqual((way["way"], way["compares"], len(way["seconds"])), ("ansible copy", "checksum", 2))

    def test_a_program_that_does_nothing_has_not_done_the_job(self):
        done, document = self.run_compare(
            "--tiny", "--rounds", "1", "--only", "big-new", "--peers", "none", "--sshsync", "/bin/true"
        )
        self.assertEqual(done.returncode, 1)
        self.assertIn("big.bin", document["workloads"][0]["ways"][0]["failed"])

    def test_a_comparison_that_is_ended_takes_its_sshd_along(self):
        with tempfile.TemporaryDirectory() as folder:
            slow = os.path.join(folder, "slow")
            os.mkfifo(slow + ".begun")
            with open(slow, "w") as file:
                file.write("#!/bin/sh\necho $$ > %s.begun\nexec sleep 1000\n" % slow)
            os.chmod(slow, 0o755)
            options = [
                "--output",
                folder,
                "--tiny",
                "--rounds",
                "1",
                "--only",
                "big-new",
                "--peers",
                "none",
                "--sshsync",
                slow,
            ]
            # With this variable of Bazel's tests a second process would stand between, which hands no signals on.
            environment = {key: value for key, value in os.environ.items() if key != "RUN_UNDER_RUNFILES"}
            process = subprocess.Popen(
                [COMPARE] + options,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=folder,
                env=environment,
            )
            self.addCleanup(process.kill)
            with open(slow + ".begun") as begun:
                pids = [int(begun.read())] + descendants(process.pid)
            self.assertGreater(len(pids), 4)
            process.terminate()
            said, _ = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 128 + 15, said)
            self.assertEqual([pid for pid in pids if os.path.exists("/proc/%d" % pid)], [])

    def test_an_unknown_workload_is_refused(self):
        done, _ = self.run_compare("--only", "small-news")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no such workload: small-news", done.stdout)


if __name__ == "__main__":
    python_cases.main(__file__)
