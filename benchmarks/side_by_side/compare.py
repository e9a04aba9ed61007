"""sshsync beside what people use today, over real sshd on loopback.

    benchmarks/compare                                    # everything, three rounds
    benchmarks/compare --rounds 5 --only small-new,big-new --peers 'scp -r,rsync -a'
    benchmarks/compare --list

In every round each way does the workload once, one after the other, for the machine may have other work; what counts is
the ratio of medians. Every result
is compared with the parent byte by byte: a way that ended well but did not do the job counts as failed. Peers that are
not installed are
left out, by name. Writes compare.json and compare.svg to benchmarks/runs/DATE/, or to --output. docs/performance.md
tells how the figures are meant.
"""

import argparse
import datetime
import json
import os
import shutil
import signal
import subprocess
import sys

from benchmarks.side_by_side import cores, figures, ground, trees, ways, workloads

SSHSYNC = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "tools", "cli", "sshsync"
)


def parse_options():
    parser = argparse.ArgumentParser(
        prog="benchmarks/compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = lambda text: [name.strip() for name in text.split(",") if name.strip()]
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", type=names, metavar="WORKLOAD,...", help="these workloads")
    parser.add_argument("--peers", type=names, metavar="PEER,...", help="these peers beside sshsync; `none` for none")
    parser.add_argument("--output", metavar="DIR", help="instead of benchmarks/runs/DATE of the workspace")
    parser.add_argument("--sshsync", default=SSHSYNC, metavar="PROGRAM", help="another build of it")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="a line for sshsync's [DEFAULT], as streams=8"
    )
    parser.add_argument(
        "--cores",
        type=float,
        metavar="SHARE",
        help="hold each host to so much of a core, as 0.5, as if it were its own (root)",
    )
    parser.add_argument("--keep", metavar="DIR", help="keep sshsync's log and events of each run there")
    parser.add_argument("--tiny", action="store_true", help="little data: only to see that everything works")
    parser.add_argument("--list", action="store_true", help="the workloads and the peers, and which are installed")
    options = parser.parse_args()
    known = {workload.name for workload in workloads.WORKLOADS}
    for name in options.only or []:
        if name not in known:
            parser.error("no such workload: %s; there are %s" % (name, ", ".join(sorted(known))))
    peers = {peer.name for peer in ways.PEERS} | {"none"}
    for name in options.peers or []:
        if name not in peers:
            parser.error("no such peer: %s; there are %s" % (name, ", ".join(sorted(peers))))
    return options


def select_ways(workload, options):
    """The ways of a workload, sshsync first, and the names of those that are not installed."""
    settings = "\n".join(options.set)
    chosen = [ways.Sshsync(options.sshsync, events=bool(options.keep), settings=settings)]
    if workload.one_hop:
        chosen.append(
            ways.Sshsync(options.sshsync, "sshsync, one hop", steps=1, events=bool(options.keep), settings=settings)
        )
    peers = [
        way for way in ways.PEERS if way.name in workload.ways and (options.peers is None or way.name in options.peers)
    ]
    return chosen + [way for way in peers if way.installed()], [way.name for way in peers if not way.installed()]


def one_run(place, workload, way, old, new, options, number):
    """(cost, bytes on the first hop's link or None, what went wrong or nothing)."""
    hops = [hop for step in workload.steps[: 1 if way.name.endswith("one hop") else None] for hop in step]
    for child, _ in workload.hops():
        place.place(child, old if workload.before == "old" else None)
    scratch = os.path.join(place.folder, "scratch")
    shutil.rmtree(scratch, ignore_errors=True)
    os.mkdir(scratch, 0o700)
    with place.links({hop: list(workload.link) for hop in workload.hops()} if workload.link else {}) as links:
        cost = place.run(way.command(place, workload, scratch))
    if options.keep and isinstance(way, ways.Sshsync):
        shutil.copytree(
            scratch,
            os.path.join(
                options.keep, "%s-%s-%d" % (workload.name, way.name.replace(", ", "-").replace(" ", "-"), number)
            ),
            dirs_exist_ok=True,
        )
    sent = links.counted[hops[0]]["down"] if workload.link else None
    if cost.status != 0:
        return cost, sent, "ended with %d: %s" % (cost.status, cost.output[-600:].strip())
    wrong = [place.differs(child, new) for child, _ in hops]
    return cost, sent, "".join(wrong)


def measure(place, workload, options):
    scale = trees.TINY if options.tiny else trees.WHOLE
    old = new = os.path.join(place.folder, "old")
    os.mkdir(old)
    try:
        workload.make(old, scale)
        if workload.update:
            new = os.path.join(place.folder, "new")
            subprocess.run(["cp", "-a", old, new], check=True)
            workload.update(new, scale)
        for host in workloads.HOSTS:
            place.place(host, None)  # the last workload's
        place.place(workloads.MASTER, new)
        result = figures.Result(workload, *trees.total(new))
        chosen, missing = select_ways(workload, options)
        if missing:
            print("%s: not installed: %s" % (workload.name, ", ".join(missing)), flush=True)
        for number in range(options.rounds):
            for way in chosen:
                series = result.series.setdefault(way.name, figures.Series(way.name, way.compares))
                if series.failure:
                    continue
                cost, sent, series.failure = one_run(place, workload, way, old, new, options, number)
                if not series.failure:
                    series.costs.append(cost)
                    series.sent += [] if sent is None else [sent]
                print(
                    "  %s, round %d, %s: %.2f s %s"
                    % (workload.name, number + 1, way.name, cost.seconds, series.failure),
                    file=sys.stderr,
                    flush=True,
                )
    finally:
        for folder in {old, new}:
            shutil.rmtree(folder, ignore_errors=True)
    return result


def write(results, options, ceiling):
    folder = options.output or os.path.join(
        os.environ.get("BUILD_WORKSPACE_DIRECTORY", "."), "benchmarks", "runs", datetime.date.today().isoformat()
    )
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "compare.json"), "w") as file:
        json.dump(figures.document(results, options, ceiling), file, indent=1)
        file.write("\n")
    with open(os.path.join(folder, "compare.svg"), "w") as file:
        file.write(figures.plot(results))
    return folder


def end_in_order(number, _):
    """Leaves every block, so that no sshd and no data stay behind."""
    sys.exit(128 + number)


def main():
    for number in ground.ENDING:
        signal.signal(number, end_in_order)
    options = parse_options()
    chosen = [workload for workload in workloads.WORKLOADS if not options.only or workload.name in options.only]
    if options.list:
        for workload in workloads.WORKLOADS:
            print("%-18s %s" % (workload.name, workload.what))
        for peer in ways.PEERS:
            print(
                "%-18s %s"
                % (peer.name, "compares by " + peer.compares + ("" if peer.installed() else "; not installed"))
            )
        return 0
    if not ways.Sshsync(options.sshsync).installed():
        sys.exit("there is no program " + options.sshsync)
    ceiling = json.loads(
        subprocess.run([sys.executable, ground.RELAY, "--ceiling"], check=True, stdout=subprocess.PIPE).stdout
    )
    print(
        "the links' relay carries %(megabits_per_second)d Mbit/s and takes %(cpu_seconds_per_gigabyte).2f CPU seconds"
        " for a gigabyte" % ceiling
    )
    results = []
    with ground.Ground(workloads.HOSTS) as place, cores.held(place.sshd(), options.cores):
        for workload in chosen:
            results.append(measure(place, workload, options))
            print("\n".join(figures.table(results[-1])), flush=True)
    print("written to " + write(results, options, ceiling))
    return 1 if any(series.failure for result in results for series in result.series.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
