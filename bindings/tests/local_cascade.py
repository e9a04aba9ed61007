"""The cascade m -> p -> n as folders of this machine, for tests of the Python package.

Where a run has to be at a certain point, its synccmd says so through a FIFO, so that nothing waits for a time.
"""

import os
import shutil
import tempfile

CONFIG = """
[DEFAULT]
transport = local
timeout = 20
wait = 2
retries = 2
nice = 0
listcmd = find ${{REPOPATH}} -type f
digestcmd = if [ -f ${{FILEPATH}} ]; then sha1sum ${{FILEPATH}} | cut -d' ' -f1; else echo NONE; fi
synccmd = . {0}/before; cp -p ${{REMOTEDIR}}/${{FILE}} ${{LOCALDIR}}/${{FILE}}
[sshsync]
state_dir = {0}/state
pid_file = {0}/state/pid
[m]
path = {0}/m
[p]
path = {0}/p
parent = m
[n]
path = {0}/n
parent = p
"""


class LocalCascade:
    """A folder below /tmp with the configuration `config` and three files in m; `close` removes it."""

    def __init__(self, files=3):
        self.folder = tempfile.mkdtemp(dir="/tmp")
        for name in ("m", "p", "n", "state"):
            os.mkdir(f"{self.folder}/{name}")
        os.mkfifo(f"{self.folder}/reached")
        for i in range(files):
            self.write(f"m/f{i}", f"content {i}")
        self.before("true")
        self.config = f"{self.folder}/sshsync.conf"
        self.configure()

    def configure(self, more=""):
        self.write("sshsync.conf", CONFIG.format(self.folder) + more)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, name, text):
        with open(f"{self.folder}/{name}", "w") as file:
            file.write(text)
        os.chmod(f"{self.folder}/{name}", 0o600)

    def read(self, name):
        with open(f"{self.folder}/{name}") as file:
            return file.read()

    def files(self, repository):
        """{name: content}, the tool's own folder left out."""
        found = {}
        for folder, folders, names in os.walk(f"{self.folder}/{repository}"):
            folders[:] = [name for name in folders if name != ".sshsync"]
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), f"{self.folder}/{repository}")
                found[path] = self.read(f"{repository}/{path}")
        return found

    def before(self, script):
        """Shell text in front of every transfer."""
        self.write("before", script + "\n")

    def hold_transfers(self):
        """Lets the next transfer say through the FIFO that it began, and then last until it is ended."""
        self.before(f"echo x > {self.folder}/reached; sleep 1000")

    def await_transfer(self):
        with open(f"{self.folder}/reached") as fifo:
            fifo.read()
