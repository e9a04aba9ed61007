"""What a run costs that finds nothing to do, beside one ssh process per question.

    ./tools/bazel run -c opt //benchmarks:no_change                  # 1,000 files, five rounds
    ./tools/bazel run -c opt //benchmarks:no_change -- --files 10000 --rounds 3 --record

A fleet of four real sshd on loopback, each repository with the same small files, and `sshsync --sync repoproxy --sync
appnode1,appnode2`
with the operator's listcmd, digestcmd and synccmd. Three ways, interleaved in every round, for the machine may have
other work:

  batched    the digestcmd is a known tool, so sshsync asks it with many operands and samples the template
  per file   the same digestcmd with `; true` behind it, which nobody recognises: one call per file, in one session per
  repository
  original   one ssh process per question: a listing and, file by file, a digest of each side of every hop

The original way takes many minutes, so a sample of its questions is timed and extrapolated linearly. It is given the
benefit of the doubt: the two
hops of the second step count as one, as if they ran beside each other at no cost. Exits with 1 where a way of sshsync's
takes more than 1/30 of that.
"""

import argparse
import datetime
import json
import os
import platform
import shlex
import statistics
import subprocess
import sys
import time

from sshsync.testing import fleet as fleets

HOSTS = ("repomaster", "repoproxy", "appnode1", "appnode2")
PARENTS = {"repoproxy": "repomaster", "appnode1": "repoproxy", "appnode2": "repoproxy"}
STEPS = (("repoproxy",), ("appnode1", "appnode2"))
LIST = "find ${REPOPATH} -type f"
DIGEST = "if [ -f ${FILEPATH} ]; then sha1sum ${FILEPATH} | cut -d' ' -f1; else echo NONE; fi"
WAYS = {"batched": DIGEST, "per file": DIGEST + "; true"}
FOLDERS = 20


def names(files):
    return ["module%02d/part-%05d.bin" % (number % FOLDERS, number) for number in range(files)]


def fill(fleet, files):
    """The same small files in each repository, owned by its account."""
    for host in fleet.hosts.values():
        for number in range(FOLDERS):
            os.makedirs(os.path.join(host.repo, "module%02d" % number), exist_ok=True)
        for number, name in enumerate(names(files)):
            with open(os.path.join(host.repo, name), "wb") as file:
                file.write(b"%08d" % number * (16 + number % 64))
        if fleet.private_accounts:
            subprocess.run(["chown", "-R", "%d:%d" % (host.uid, host.gid), host.repo], check=True)


def configuration(fleet, digest):
    text = "[sshsync]\nstate_dir = %s\npid_file = %s\n" % (
        os.path.join(fleet.folder, "state"),
        os.path.join(fleet.folder, "pid"),
    )
    for name in HOSTS:
        host = fleet.host(name)
        text += "\n[%s]\nhost = %s\nssh = ssh -F %s\npath = %s\nlistcmd = %s\ndigestcmd = %s\n" % (
            name,
            name,
            fleet.ssh_config,
            host.repo,
            LIST,
            digest,
        )
        if name in PARENTS:
            text += (
                "parent = %s\nsynccmd = scp -F %s -p ${REMOTEUSER}@${REMOTEHOST}:${REMOTEDIR}/${FILE}"
                " ${LOCALDIR}/${FILE}\n" % (PARENTS[name], host.ssh_config)
            )
    return text


def run_sshsync(binary, config, files):
    """Seconds of one run, which must have found every file equal."""
    command = [binary, "--config", config, "--json", "--log-file", os.devnull]
    for step in STEPS:
        command += ["--sync", ",".join(step)]
    start = time.perf_counter()
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        raise SystemExit("sshsync ended with %d: %s" % (done.returncode, done.stderr.decode(errors="replace")[-2000:]))
    for repository in json.loads(done.stdout)["repositories"]:
        if repository["kept"] != files:
            raise SystemExit(
                "sshsync kept %d of %d files of %s" % (repository["kept"], files, repository["repository"])
            )
    return seconds


def ask(fleet, host, command):
    """Seconds of one question that has an ssh process of its own."""
    start = time.perf_counter()
    subprocess.run(
        ["ssh", "-F", fleet.ssh_config, host, command], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    return time.perf_counter() - start


def listing_question(fleet, host):
    return ask(fleet, host, LIST.replace("${REPOPATH}", shlex.quote(fleet.host(host).repo)))


def digest_question(fleet, host, name):
    return ask(fleet, host, DIGEST.replace("${FILEPATH}", shlex.quote(os.path.join(fleet.host(host).repo, name))))


def measure(fleet, binary, options):
    """{what: seconds, one of each round}; for the original way, of one question."""
    configs = {}
    for way, digest in WAYS.items():
        configs[way] = os.path.join(fleet.folder, way.replace(" ", "_") + ".conf")
        with open(configs[way], "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(configuration(fleet, digest))
        run_sshsync(binary, configs[way], options.files)  # not counted: warms the caches of both ways
    all_names = names(options.files)
    found = {"batched": [], "per file": [], "one listing": [], "one question": []}
    for number in range(options.rounds):
        for way, config in configs.items():
            found[way].append(run_sshsync(binary, config, options.files))
        found["one listing"].append(listing_question(fleet, HOSTS[number % len(HOSTS)]))
        for question in range(options.questions):
            at = number * options.questions + question
            found["one question"].append(
                digest_question(fleet, HOSTS[at % len(HOSTS)], all_names[at * 7 % len(all_names)])
            )
    return found


def judge(found, files):
    """The table's rows: what, seconds, how many times quicker than the original way."""
    sides = 2 * len(STEPS)
    original = sides * (statistics.median(found["one listing"]) + files * statistics.median(found["one question"]))
    rows = [("original, extrapolated", original, 1.0)]
    for way in WAYS:
        seconds = statistics.median(found[way])
        rows.append(("sshsync, " + way, seconds, original / seconds))
    return rows


def first_line_of_ssh_version():
    return subprocess.run(["ssh", "-V"], capture_output=True).stderr.decode().split(",")[0].strip()


def record(found, rows, options):
    """One file a day and a number of files, in the workspace."""
    day = datetime.date.today().isoformat()
    folder = os.path.join(os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."), "benchmarks", "runs", day)
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, "no_change_%d.json" % options.files)
    document = {
        "benchmark": "no_change",
        "date": day,
        "files": options.files,
        "rounds": options.rounds,
        "machine": {
            "cpus": os.cpu_count(),
            "architecture": platform.machine(),
            "ssh": first_line_of_ssh_version(),
            "network": "loopback",
            "load": round(os.getloadavg()[0], 1),
        },
        "table": [
            {"way": way, "median_seconds": round(seconds, 4), "ratio": round(ratio, 1)} for way, seconds, ratio in rows
        ],
        "seconds": {what: [round(value, 4) for value in values] for what, values in found.items()},
    }
    with open(path, "w") as file:
        json.dump(document, file, indent=2)
        file.write("\n")
    return path


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1000, help="in each repository")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--questions", type=int, default=8, help="of the original way, in each round")
    parser.add_argument(
        "--ratio",
        type=float,
        default=30,
        help="how many times quicker than the original way each way has to be; 0: any",
    )
    parser.add_argument(
        "--record", action="store_true", help="write the figures to benchmarks/runs/DATE/ of the workspace"
    )
    parser.add_argument(
        "--sshsync",
        default=os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tools", "cli", "sshsync"),
    )
    return parser.parse_args()


def main():
    options = parse_options()
    with fleets.Fleet(HOSTS) as fleet:
        fill(fleet, options.files)
        found = measure(fleet, options.sshsync, options)
    rows = judge(found, options.files)
    print(
        "%d files, nothing to do; medians of %d rounds, original from %d questions"
        % (options.files, options.rounds, len(found["one question"]))
    )
    print("%-26s %10s %10s" % ("", "seconds", "ratio"))
    for way, seconds, ratio in rows:
        print("%-26s %10.2f %9.0fx" % (way, seconds, ratio))
    if options.record:
        print("recorded in " + record(found, rows, options))
    slow = [way for way, _, ratio in rows[1:] if ratio < options.ratio]
    if slow:
        print("slower than 1/%g of the original way: %s" % (options.ratio, ", ".join(slow)), file=sys.stderr)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
