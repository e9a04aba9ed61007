"""What the rounds say: medians, ratios, a table for people, a document for programs, a plot."""

import datetime
import html
import os
import platform
import statistics
import subprocess

LOST = "failed"


class Series:
    """One way in one workload, round by round."""

    def __init__(self, name, compares):
        self.name, self.compares = name, compares
        self.costs = []
        self.sent = []  # bytes on the first hop's link, where there is one
        self.failure = ""

    def median(self, of):
        values = [of(cost) for cost in self.costs]
        return statistics.median(values) if values else None

    @property
    def seconds(self):
        return None if self.failure else self.median(lambda cost: cost.seconds)

    def document(self, size):
        found = {"way": self.name, "compares": self.compares}
        if self.failure:
            found["failed"] = self.failure
        if self.costs:
            found.update(
                median_seconds=round(self.median(lambda cost: cost.seconds), 3),
                seconds=[round(cost.seconds, 3) for cost in self.costs],
                cpu_seconds_of_all=round(self.median(lambda cost: cost.controller_cpu + cost.hosts_cpu), 2),
                cpu_seconds_of_the_controller=round(self.median(lambda cost: cost.controller_cpu), 2),
                cpu_seconds_of_the_program=round(self.median(lambda cost: cost.own_cpu), 2),
                peak_memory_of_the_program=max(cost.peak_memory for cost in self.costs),
            )
        if self.sent:
            found["sent_times"] = round(statistics.median(self.sent) / size, 3)
        return found


class Result:
    """One workload's series, by name."""

    def __init__(self, workload, files, size):
        self.workload, self.files, self.size = workload, files, size
        self.series = {}

    def ratio(self, way, other):
        """Of the medians; None where one of them is missing."""
        ends = [self.series[name].seconds if name in self.series else None for name in (way, other)]
        return ends[0] / ends[1] if all(ends) else None

    def goals(self):
        """(what, found, limit) of everything to hold."""
        rows = [("%s / %s" % (way, other), self.ratio(way, other), limit) for way, other, limit in self.workload.goals]
        if self.workload.most_sent and "sshsync" in self.series:
            sent = self.series["sshsync"].sent
            rows.append(
                ("sent / content", statistics.median(sent) / self.size if sent else None, self.workload.most_sent)
            )
        return rows

    def document(self):
        return {
            "workload": self.workload.name,
            "what": self.workload.what,
            "files": self.files,
            "bytes": self.size,
            "ways": [series.document(self.size) for series in self.series.values()],
            "to_hold": [
                {"ratio": what, "limit": limit, "found": found and round(found, 3)}
                for what, found, limit in self.goals()
            ],
        }


def table(result):
    """Lines for a terminal. CPU seconds: of all processes everywhere, and of the controller with its ssh clients."""
    yield "%s: %s (%d files, %.1f MiB)" % (
        result.workload.name,
        result.workload.what,
        result.files,
        result.size / 2**20,
    )
    yield "  %-18s %9s %9s %9s %9s %9s %7s  %s" % (
        "",
        "seconds",
        "ratio",
        "CPU",
        "own CPU",
        "own MiB",
        "sent",
        "compares by",
    )
    reference = result.series["sshsync"].seconds if "sshsync" in result.series else None
    for series in result.series.values():
        if series.seconds is None:
            yield "  %-18s %9s  %s" % (series.name, LOST, series.failure.replace("\n", " ")[:120])
            continue
        yield "  %-18s %9.2f %9s %9.2f %9s %9s %7s  %s" % (
            series.name,
            series.seconds,
            "%.2f" % (series.seconds / reference) if reference else "-",
            series.median(lambda cost: cost.controller_cpu + cost.hosts_cpu),
            *_of_the_program(series),
            "%.3f" % (statistics.median(series.sent) / result.size) if series.sent else "-",
            series.compares,
        )
    for what, found, limit in result.goals():
        if found is not None:
            yield "  to hold: %s <= %g: %.2f, %s" % (what, limit, found, "held" if found <= limit else "MISSED")


def _of_the_program(series):
    """Only of sshsync: of a peer it is the shell that started it."""
    if not series.name.startswith("sshsync"):
        return "-", "-"
    return "%.2f" % series.median(lambda cost: cost.own_cpu), "%.1f" % (
        max(cost.peak_memory for cost in series.costs) / 2**20
    )


def machine():
    return {
        "cpus": os.cpu_count(),
        "architecture": platform.machine(),
        "kernel": platform.release(),
        "network": "loopback",
        "load": round(os.getloadavg()[0], 1),
        "versions": {
            name: _first_line(command)
            for name, command in (
                ("ssh", ["ssh", "-V"]),
                ("rsync", ["rsync", "--version"]),
                ("lftp", ["lftp", "--version"]),
                ("rclone", ["rclone", "version"]),
                ("ansible", ["ansible", "--version"]),
                ("tar", ["tar", "--version"]),
            )
        },
    }


def document(results, options, ceiling):
    return {
        "benchmark": "compare",
        "date": datetime.date.today().isoformat(),
        "rounds": options.rounds,
        "machine": machine(),
        "cores_of_each_host": options.cores,
        "relay": ceiling,
        "workloads": [result.document() for result in results],
    }


def plot(results):
    """SVG: a group of bars for each workload, each as long as its way took in relation to sshsync; sshsync's own is
    where the line is.
    """
    bar, gap, left, wide, most = 14, 26, 190, 420, 4.0
    rows, y = [], 30
    for result in results:
        reference = result.series["sshsync"].seconds if "sshsync" in result.series else None
        if not reference:
            continue
        rows.append(
            '<text x="10" y="%d" font-weight="bold">%s</text>'
            % (y + 10, html.escape("%s: %s" % (result.workload.name, result.workload.what)))
        )
        y += 18
        for series in result.series.values():
            ratio = series.seconds / reference if series.seconds else None
            label = "%.2f s, %.2f" % (series.seconds, ratio) if ratio else LOST
            length = wide / most * min(ratio, most) if ratio else 0
            colour = "#2b6cb0" if series.name.startswith("sshsync") else "#a0aec0"
            rows.append(
                '<text x="%d" y="%d" text-anchor="end">%s</text>' % (left - 8, y + 11, html.escape(series.name))
            )
            rows.append('<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>' % (left, y, length, bar - 2, colour))
            rows.append(
                '<text x="%.1f" y="%d">%s</text>'
                % (left + length + 5, y + 11, label + (" (bar cut)" if ratio and ratio > most else ""))
            )
            y += bar
        y += gap - bar
    one = left + wide / most
    return "\n".join(
        [
            '<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="11">'
            % (left + wide + 160, y + 10),
            '<rect width="100%" height="100%" fill="white"/>',
            '<text x="10" y="16">median seconds, and in relation to sshsync (the line); shorter is quicker</text>',
            '<line x1="%.1f" x2="%.1f" y1="24" y2="%d" stroke="#c53030"/>' % (one, one, y),
        ]
        + rows
        + ["</svg>", ""]
    )


def _first_line(command):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except OSError:
        return "not installed"
    return done.stdout.partition("\n")[0].strip()
