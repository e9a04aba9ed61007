"""What the stand-in for ssh does at the places that its plan names."""

import os
import subprocess

import pytest

from sshsync.testing import python_cases
from sshsync.testing.acceptance import laws
from sshsync.testing.faults import faults


class Site:
    def __init__(self, folder):
        self.folder = folder
        for host in ("m", "p"):
            os.makedirs(os.path.join(folder, "homes", host))
        self.plan()

    def plan(self, *lines):
        with open(os.path.join(self.folder, "plan"), "w") as file:
            file.writelines(line + "\n" for line in lines)

    def ssh(self, *arguments, send=b"", caller=None):
        env = {"PATH": "/usr/bin:/bin", "FAULTY_SSH_ROOT": str(self.folder)}
        if caller:
            env["FAULTY_SSH_HOST"] = caller
        return subprocess.run(
            [faults.runfile("sshsync", "testing", "faults", "faulty_ssh"), *arguments],
            input=send,
            env=env,
            capture_output=True,
            timeout=60,
        )

    def told(self, name):
        with open(os.path.join(self.folder, name)) as file:
            return file.read()


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


def test_without_faults_it_is_a_shell_in_the_hosts_home(site):
    done = site.ssh(
        "-T",
        "-o",
        "BatchMode=yes",
        "-oPort=1",
        "-p",
        "22",
        "-M",
        "-S",
        "/nowhere/socket",
        "-l",
        "someone",
        "--",
        "m",
        "cat;",
        "pwd; echo err >&2; exit 7",
        send=b"hello\n",
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        7,
        b"hello\n%s/homes/m\n" % os.fsencode(site.folder),
        b"err\n",
    )
    assert site.told("connections") == "- m 1 6 %d\n" % len(done.stdout)


def test_a_master_for_multiplexing_fails_at_once(site):
    for words in (["-M", "-N", "-S", "/tmp/x", "m"], ["-MNf", "m"], ["-O", "exit", "-S", "/tmp/x", "m"]):
        assert site.ssh(*words).returncode == 255, words
    assert not os.path.exists(os.path.join(site.folder, "connections"))


def test_the_faults_of_others_do_not_count(site):
    site.plan("- p 1 out 0 cut 255 leave", "- m 2 out 0 cut 255 leave", "p m 1 out 0 cut 1 leave")
    assert site.ssh("m", "echo whole").stdout == b"whole\n"
    assert site.ssh("m", "echo whole").returncode == 255
    assert site.ssh("m", "echo whole", caller="p").returncode == 1
    assert site.told("hits") == "2\n3\n"


def test_a_connection_is_cut_at_a_byte_of_either_direction(site):
    site.plan("- m 1 out 4 cut 255 leave", "- m 2 in 3 cut 0 leave", "- m 3 out 2 cut kill leave")
    done = site.ssh("m", "echo 12345")
    assert (done.returncode, done.stdout) == (255, b"1234") and b"closed by remote host" in done.stderr
    done = site.ssh("m", "cat >got; echo $(cat got) >seen", send=b"12345")
    assert done.returncode == 0
    seen = os.path.join(site.folder, "homes", "m", "seen")
    laws.wait_until(
        lambda: os.path.exists(seen) and site.told("homes/m/seen"),
        60,
        "what the shell of a host that was cut off does at its end of input",
    )
    assert site.told("homes/m/seen") == "123\n"
    assert site.ssh("m", "echo 12345").returncode == -9


def test_what_runs_on_the_host_may_live_die_or_wake_up_later(site):
    site.plan("- m 1 out 2 cut 255 kill", "- m 2 out 2 cut 255 freeze 100")
    done = site.ssh("m", "echo $$; exec sleep 1000")
    assert done.returncode == 255
    done = site.ssh("m", "echo $$ >pid; echo go; echo more; : >woke")
    assert done.returncode == 255
    shell = "/proc/" + site.told("homes/m/pid").strip()
    laws.wait_until(lambda: not os.path.exists(shell), 60, "the end of a shell that was frozen for a moment")


def test_bytes_change_and_noise_comes(site):
    site.plan(
        "- m 1 out 2 flip",
        "- m 2 out 0 print " + b"noise\n".hex(),
        "- m 3 out 0 trail " + b"bye\n".hex(),
        "- m 4 in 0 status 9",
    )
    assert site.ssh("m", "echo 12345").stdout == b"12" + bytes([ord("3") ^ 0x15]) + b"45\n"
    assert site.ssh("m", "echo 12345").stdout == b"noise\n12345\n"
    assert site.ssh("m", "echo 12345").stdout == b"12345\nbye\n"
    assert site.ssh("m", "echo 12345").returncode == 9


def test_a_command_runs_when_a_byte_is_reached(site):
    site.plan("- m 1 in 3 run touch ran")
    assert site.ssh("m", "cat", send=b"12").stdout == b"12"
    assert not os.path.exists(os.path.join(site.folder, "ran"))
    site.plan("- m 2 in 3 run touch ran", "- m 2 out 1 stall 1")
    assert site.ssh("m", "cat", send=b"1234").stdout == b"1234"
    assert os.path.exists(os.path.join(site.folder, "ran")) and site.told("hits") == "1\n2\n"


def test_an_unknown_host_is_unknown(site):
    done = site.ssh("nowhere", "true")
    assert done.returncode == 255 and b"Could not resolve hostname nowhere" in done.stderr


if __name__ == "__main__":
    python_cases.main(__file__)
