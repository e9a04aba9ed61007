"""The fleet itself: logins, shells, peers, stops, leftovers."""

import json
import os
import subprocess
import sys
import unittest

from sshsync.testing import fleet as fleet_module
from sshsync.testing import python_cases
from sshsync.testing.fleet import Fleet, FleetError


def ssh(fleet, host, command, **options):
    return subprocess.run(
        ["ssh", "-F", fleet.ssh_config, host, command],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        **options
    )


class FleetTest(unittest.TestCase):
    def test_every_host_can_be_logged_in_to_and_reaches_the_others(self):
        with Fleet(["repomaster", "repoproxy"]) as fleet:
            master, proxy = fleet.host("repomaster"), fleet.host("repoproxy")
            self.assertEqual(ssh(fleet, "repomaster", "id -un").stdout, master.user + "\n")
            with open(os.path.join(master.repo, "file"), "w") as file:
                file.write("content")
            copied = ssh(
                fleet,
                "repoproxy",
                "scp -p -F %s repomaster:%s/file %s/ && cat %s/file"
                % (proxy.ssh_config, master.repo, proxy.repo, proxy.repo),
            )
            self.assertEqual(copied.stdout, "content", copied.stderr)

    def test_a_stopped_sshd_refuses_and_comes_back_at_the_same_place(self):
        with Fleet(["host"]) as fleet:
            port = fleet.host("host").port
            fleet.stop_sshd("host")
            self.assertIn("Connection refused", ssh(fleet, "host", "true").stderr)
            fleet.start_sshd("host")
            self.assertEqual(fleet.host("host").port, port)
            self.assertEqual(ssh(fleet, "host", "true").returncode, 0)

    def test_what_a_cut_session_leaves_behind_is_seen_and_ended_at_the_end(self):
        with Fleet(["host"]) as fleet:
            client = subprocess.Popen(
                ["ssh", "-F", fleet.ssh_config, "host", "echo up; sleep 1000"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self.assertEqual(client.stdout.readline(), b"up\n")
            fleet.cut_sessions("host")
            self.assertEqual(client.wait(), 255)
            client.stdout.close()
            left = fleet.processes("host")
            self.assertTrue(any("sleep 1000" in command for command in left.values()), left)
        for pid in left:
            self.assertNotIn("sleep 1000", fleet_module._command(pid))
        self.assertIsNone(fleet.folder)

    def test_fleets_that_stand_at_the_same_time_leave_each_other_alone(self):
        with Fleet(["host"]) as one:
            client = subprocess.Popen(
                ["ssh", "-F", one.ssh_config, "host", "echo up; exec sleep 1000"],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self.assertEqual(client.stdout.readline(), b"up\n")
            with Fleet(["host"]) as other:
                self.assertEqual(other.processes("host"), {})
            self.assertIn("sleep 1000", one.processes("host").values())
            client.kill()
            client.wait()
            client.stdout.close()

    def test_accounts_have_the_login_shell_they_were_given(self):
        shells = {"a": "csh", "b": "nologin", "c": "busybox"}
        try:
            standing = Fleet(list(shells), login_shells=shells)
        except FleetError as error:
            self.assertIn("root", str(error))
            return
        with standing as fleet:
            self.assertEqual(ssh(fleet, "a", "setenv X y; echo $X").stdout, "y\n")
            self.assertIn("not available", ssh(fleet, "b", "true").stdout)
            self.assertIn("Built-in commands", ssh(fleet, "c", "help").stdout)
        with open("/etc/passwd") as passwd:
            self.assertNotIn("/tmp/sshsync-fleet", passwd.read())

    def test_as_a_command_it_lives_until_its_stdin_ends(self):
        command = subprocess.Popen(
            [sys.executable, fleet_module.__file__, "--hosts", "host"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        described = json.loads(command.stdout.readline())
        self.assertTrue(os.path.isdir(described["hosts"]["host"]["repo"]))
        for line, answer in [
            ("processes host", {"processes": {}}),
            ("stop host", {"ok": True}),
            ("stop nobody", {"error": "no such host: nobody"}),
        ]:
            command.stdin.write(line + "\n")
            command.stdin.flush()
            self.assertEqual(json.loads(command.stdout.readline()), answer)
        command.communicate()
        self.assertEqual(command.returncode, 0)
        self.assertFalse(os.path.exists(described["folder"]))


if __name__ == "__main__":
    python_cases.main(__file__)
