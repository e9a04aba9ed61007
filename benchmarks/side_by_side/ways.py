"""The ways to bring a child up to date with its parent: sshsync, and what people use today.

A way gets a ground and a workload's hops and returns one command for the controller. What a peer runs, it runs on the
child, which the controller logs in
to: the child pulls from its parent over its own ssh, as sshsync's builtin transfer does. That is the peers' own best
way to get files from
one remote host to another (through the controller every byte would travel twice), and the one login of the controller
is the least that it
takes. Several hops are taken one after the other, for none of the peers can start a hop before the one above it has
ended.

Ansible alone sends from the controller: it is given the parent's folder as if it were there, and so is spared the way
from the parent.
"""

import os
import shlex
import shutil

RETRIES = 40  # of a peer that goes on where it was cut off: as a careful operator's loop would


class Way:
    """`compares`: by what it decides that a file need not be copied.

    `text(ground, child, parent)` is what runs on the child.
    """

    def __init__(self, name, needs, compares, text, again=False):
        self.name = name
        self.needs = needs
        self.compares = compares
        self._text = text
        self._again = again

    def installed(self):
        return all(shutil.which(program) for program in self.needs)

    def command(self, ground, workload, scratch):
        hops = [
            "ssh -F %s %s %s"
            % (shlex.quote(ground.fleet.ssh_config), child, shlex.quote(self._on_child(ground, child, parent)))
            for step in workload.steps
            for child, parent in step
        ]
        return ["sh", "-c", self._steps(workload, hops)]

    def _on_child(self, ground, child, parent):
        text = self._text(ground, child, parent)
        return "n=0; until %s; do n=$((n+1)); [ $n -lt %d ] || exit 1; done" % (text, RETRIES) if self._again else text

    @staticmethod
    def _steps(workload, hops):
        """Steps follow each other; the hops of a step go side by side, and each must succeed."""
        lines, at = ["set -e"], 0
        for step in workload.steps:
            for number in range(len(step)):
                lines.append("%s & p%d=$!" % (hops[at], number))
                at += 1
            lines += ["wait $p%d" % number for number in range(len(step))]
        return "\n".join(lines)


class Sshsync:
    """The program under test.

    `steps`: how many of the workload's it is asked for; `settings` are lines for [DEFAULT].
    """

    compares = "digest"
    needs = ()

    def __init__(self, binary, name="sshsync", steps=None, events=False, settings=""):
        self.name = name
        self._binary = binary
        self._steps = steps
        self._events = events
        self._settings = settings

    def installed(self):
        return os.access(self._binary, os.X_OK)

    def command(self, ground, workload, scratch):
        path = os.path.join(scratch, "sshsync.conf")
        text = "[sshsync]\nstate_dir = %s\npid_file = %s\n\n[DEFAULT]\n%s\n" % (
            os.path.join(scratch, "state"),
            os.path.join(scratch, "pid"),
            self._settings,
        )
        parents = {child: parent for step in workload.steps for child, parent in step}
        for host in dict.fromkeys([*parents.values(), *parents]):
            text += "\n[%s]\nhost = %s\nssh = ssh -F %s\npath = %s\n" % (
                host,
                host,
                ground.fleet.ssh_config,
                ground.repo(host),
            )
            if host in parents:
                text += "parent = %s\npeerssh = ssh -F %s\n" % (parents[host], ground.ssh_config(host))
        with open(path, "w", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(text)
        command = [self._binary, "--config", path, "--log-file", os.path.join(scratch, "log")]
        if self._events:
            command += ["--events", os.path.join(scratch, "events")]
        for step in workload.steps[: self._steps]:
            command += ["--sync", ",".join(child for child, _ in step)]
        return command


class Ansible:
    """Its copy module, set as an operator who minds the time would: no temporary file for a module (pipelining), one
    connection that is kept, the
    interpreter named. It is not asked whether it keeps times, which it does not."""

    name = "ansible copy"
    compares = "checksum"

    def installed(self):
        return shutil.which("ansible") is not None

    def command(self, ground, workload, scratch):
        ((child, parent),) = workload.hops()
        with open(os.path.join(scratch, "ansible.cfg"), "w"):
            pass
        connection = "-F %s -o ControlPath=%s" % (ground.fleet.ssh_config, os.path.join(scratch, "%C"))
        settings = {
            "ANSIBLE_CONFIG": os.path.join(scratch, "ansible.cfg"),  # not the operator's own
            "ANSIBLE_HOME": os.path.join(scratch, "ansible"),
            "ANSIBLE_PIPELINING": "True",
            "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3",
            "ANSIBLE_SSH_ARGS": connection + " -o ControlMaster=auto -o ControlPersist=60s",
            "LC_ALL": "C.UTF-8",
        }
        copy = "src=%s/ dest=%s/ mode=preserve" % (ground.repo(parent), ground.repo(child))
        run = (
            ["env"]
            + ["%s=%s" % item for item in settings.items()]
            + ["ansible", "all", "-i", child + ",", "-m", "ansible.builtin.copy", "-a", copy]
        )
        # The connection that it leaves would be taken for work of the next run.
        return ["sh", "-c", "%s; s=$?; ssh %s -O exit %s; exit $s" % (shlex.join(run), connection, child)]


def _ssh(ground, child):
    return "ssh -F " + shlex.quote(ground.ssh_config(child))


def _scp(ground, child, parent):
    return "scp -q -r -p -F %s %s:%s/. %s" % (
        shlex.quote(ground.ssh_config(child)),
        parent,
        ground.repo(parent),
        ground.repo(child),
    )


def _tar(ground, child, parent):
    return "%s %s 'exec tar -C %s -cf - .' | tar -C %s -xpf -" % (
        _ssh(ground, child),
        parent,
        ground.repo(parent),
        ground.repo(child),
    )


def _rsync(options):
    return lambda ground, child, parent: "rsync %s -e %s %s:%s/ %s/" % (
        options,
        shlex.quote(_ssh(ground, child)),
        parent,
        ground.repo(parent),
        ground.repo(child),
    )


def _lftp(options):
    def text(ground, child, parent):
        # lftp wants a password to try, which nobody asks for; several files at once, and several parts of a big one.
        script = (
            "set sftp:connect-program '%s -a -x'; set net:max-retries %d; set net:reconnect-interval-base 1; open -u"
            " %s,none sftp://%s; mirror %s %s %s"
            % (
                _ssh(ground, child),
                RETRIES,
                ground.fleet.host(parent).user,
                parent,
                options,
                ground.repo(parent),
                ground.repo(child),
            )
        )
        return "lftp --norc -c " + shlex.quote(script)

    return text


def _rclone(ground, child, parent):
    address, port = ground.peer(child, parent)
    host = ground.fleet.host(child)
    return (
        "rclone --config /dev/null -q copy --sftp-host %s --sftp-port %d --sftp-user %s --sftp-key-file %s :sftp:%s %s"
        % (
            address,
            port,
            ground.fleet.host(parent).user,
            os.path.join(host.home, ".ssh", "id_ed25519"),
            ground.repo(parent),
            ground.repo(child),
        )
    )


PEERS = (
    Way("scp -r", ("scp",), "nothing", _scp),
    Way("tar | ssh", ("tar",), "nothing", _tar),
    Way("rsync -a", ("rsync",), "size and time", _rsync("-a")),
    Way("rsync -ac", ("rsync",), "checksum", _rsync("-ac")),
    Way("rsync --partial", ("rsync",), "size and time", _rsync("-a --partial"), again=True),
    Way("lftp mirror", ("lftp",), "size and time", _lftp("--parallel=4 --use-pget-n=4")),
    Way("lftp mirror -c", ("lftp",), "size and time", _lftp("-c --parallel=4 --use-pget-n=4"), again=True),
    Way("rclone sftp", ("rclone",), "size and time", _rclone),
    Ansible(),
)
