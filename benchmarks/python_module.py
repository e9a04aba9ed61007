"""What the Python package costs beside the program and beside OpenSSL.

    ./tools/bazel run -c opt //benchmarks:python_module
    ./tools/bazel run -c opt //benchmarks:python_module -- --rounds 3 --files 1000 --mib 64

Four questions, each with its limit; where two things are compared they are timed in turns, and the least time of each
counts:

  import    of the package in a fresh interpreter, beside one that imports nothing: less than 100 ms
  event     a million events from the engine's side to a callback that does nothing: less than 2 microseconds each
  digest    sha256 of a file of 1 GiB, beside `openssl dgst -sha256`: at most 5 % more
  no change a run that finds 10,000 files equal on two repositories of this machine, beside the program's: at most 5 %
  more

Exits with 1 where a limit is passed, unless --no-limits.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

CONFIG = """
[DEFAULT]
transport = local
listcmd = find ${{REPOPATH}} -type f
digestcmd = if [ -f ${{FILEPATH}} ]; then sha1sum ${{FILEPATH}} | cut -d' ' -f1; else echo NONE; fi
synccmd = cp -p ${{REMOTEDIR}}/${{FILE}} ${{LOCALDIR}}/${{FILE}}
[sshsync]
state_dir = {0}/state
pid_file = {0}/state/pid
[m]
path = {0}/m
[p]
path = {0}/p
parent = m
"""

PROGRAM = os.path.abspath("tools/cli/sshsync")


def timed(work):
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def python(*arguments):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    subprocess.run([sys.executable, *arguments], check=True, env=environment, stdout=subprocess.DEVNULL)


def least(rounds, *works):
    """The least time of each, taken in turns."""
    times = [[] for _ in works]
    for _ in range(rounds):
        for work, taken in zip(works, times):
            taken.append(timed(work))
    return [min(taken) for taken in times]


def import_cost(rounds):
    empty, whole = least(2 * rounds, lambda: python("-c", "pass"), lambda: python("-c", "import sshsync"))
    return whole - empty


def event_cost(rounds, events):
    import sshsync
    from sshsync import _sshsync

    seen = 0

    def on_event(event):
        nonlocal seen
        seen += 1

    def run():
        stream = sshsync.Stream(lambda: _sshsync.start_flood(events), lambda run: None, False, on_event)
        while stream._next_batch() is not None:
            pass

    cost = least(rounds, run)[0] / events
    assert seen == rounds * events, seen
    return cost


def digests(rounds, folder, mib):
    import sshsync

    path = os.path.join(folder, "big")
    with open(path, "wb") as file:
        for _ in range(mib):
            file.write(os.urandom(1 << 20))
    openssl = lambda: subprocess.run(["openssl", "dgst", "-sha256", path], check=True, stdout=subprocess.DEVNULL)
    return least(rounds, openssl, lambda: sshsync.digest_file(path, "sha256"))


def runs(rounds, folder, files):
    import sshsync

    for name in ("m", "p", "state"):
        os.mkdir(f"{folder}/{name}")
    for i in range(files):
        os.makedirs(f"{folder}/m/d{i % 20}", exist_ok=True)
        with open(f"{folder}/m/d{i % 20}/f{i}", "w") as file:
            file.write(f"content {i}\n")
    subprocess.run(["cp", "-a", f"{folder}/m/.", f"{folder}/p"], check=True)
    config = f"{folder}/sshsync.conf"
    with open(config, "w") as file:
        file.write(CONFIG.format(folder))
    os.chmod(config, 0o600)
    engine = sshsync.Engine(config)

    def module():
        assert engine.sync("p")["p"].kept == files

    program = lambda: subprocess.run(
        [PROGRAM, "--config", config, "--sync", "p", "-q"], check=True, stderr=subprocess.DEVNULL
    )
    return least(rounds, program, module)


def main():
    parser = argparse.ArgumentParser(description="What the Python package costs.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--no-limits", action="store_true")
    options = parser.parse_args()
    folder = tempfile.mkdtemp(dir="/tmp")
    try:
        loaded = import_cost(options.rounds)
        event = event_cost(options.rounds, options.events)
        openssl, digest = digests(options.rounds, folder, options.mib)
        program, module = runs(options.rounds, folder, options.files)
    finally:
        shutil.rmtree(folder)
    print(f"import      {1e3 * loaded:8.1f} ms")
    print(f"event       {1e6 * event:8.2f} us each, over {options.events}")
    print(
        f"digest      {digest:8.3f} s for {options.mib} MiB; openssl {openssl:.3f} s"
        f" ({100 * (digest / openssl - 1):+.1f} %)"
    )
    print(
        f"no change   {module:8.3f} s for {options.files} files; the program {program:.3f} s"
        f" ({100 * (module / program - 1):+.1f} %)"
    )
    kept = loaded < 0.1 and event < 2e-6 and digest < 1.05 * openssl and module < 1.05 * program
    return 0 if kept or options.no_limits else 1


if __name__ == "__main__":
    sys.exit(main())
