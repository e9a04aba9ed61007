"""Random configurations mean to sshsync what they mean to Python's logging.config: same handlers, same lines, same
refusals.
"""

import logging
import logging.config
import os
import random
import subprocess
import sys
import tempfile
import time
import unittest

DRIVER = "sshsync/config/logging/logging_conf_lines"
SECONDS, MILLISECONDS = 1767225600, 123
MESSAGE = "repoproxy: caf\u00e9 100% published \U0001f600"
TEXTS = ["message", "asctime", "name", "levelname", "processName", "threadName", "module"]
NUMBERS = ["levelno", "process", "thread", "lineno", "msecs", "relativeCreated", "created"]
ZONE = "Europe/Berlin" if os.path.exists("/usr/share/zoneinfo/Europe/Berlin") else "UTC"


def conversion(rng):
    flags = "".join(rng.sample("#0- +", rng.choice([0, 0, 0, 1, 1, 2])))
    width = rng.choice(["", "", "1", "8", "30"])
    precision = rng.choice(["", "", "", ".", ".0", ".3", ".12"])
    length = rng.choice(["", "", "", "", "l", "h"])
    if rng.random() < 0.02:
        return "%(nosuch)s"
    if rng.random() < 0.6:
        kind = "s" if rng.random() < 0.98 else rng.choice("dfx")
        return f"%({rng.choice(TEXTS)}){flags}{width}{precision}{kind}"
    # `%s` of the seconds is Python's repr of a double that only its own clock makes.
    name = rng.choice(NUMBERS)
    kinds = "diueEfFgG" if name == "created" else "sdiueEfFgG"
    if name not in ("msecs", "relativeCreated", "created") or rng.random() < 0.02:
        kinds += "oxX"
    return f"%({name}){flags}{width}{precision}{length}{rng.choice(kinds)}"


def formatter(rng):
    # Python asks for one conversion in a narrower form than it reads: here it is.
    pieces = ["%(levelname)s "]
    for _ in range(rng.choice([1, 2, 3, 5])):
        pieces += [rng.choice(["", " ", "%%", "[", "- ", "\u00e9", ": "]), conversion(rng)]
    if rng.random() < 0.02:
        pieces.append(rng.choice(["%", "%d", "%(message)", "%(", "%(message)*s"]))
    lines = [] if rng.random() < 0.05 else ["format=" + "".join(pieces).strip()]
    if rng.random() < 0.4:
        lines.append(
            "datefmt=" + rng.choice(["%Y-%m-%d", "%d.%m.%y %H:%M:%S", "%j %p %I", "%Z%z", "%A %b %%", "", "%s"])
        )
    if rng.random() < 0.1:
        lines.append("style=%")
    return lines


def spelled(rng, path):
    """A Python literal that means `path`."""
    form = rng.choice(["'%s'", '"%s"', "r'%s'", "u'%s'", "'''%s'''", "split", "hex", "unicode", "interpolated"])
    if form == "split":
        return "'%s' \"%s\"" % (path[:5], path[5:])
    if form == "hex":
        return "'%s'" % "".join("\\x%02x" % ord(c) for c in path)
    if form == "unicode":
        return "'%s'" % "".join(rng.choice(["\\u%04x", "\\%03o"]) % ord(c) for c in path)
    if form == "interpolated":
        return "'%(folder)s/" + path.rsplit("/", 1)[1] + "'"
    return form % path


def handler(rng, name, formatters, folder):
    path = spelled(rng, f"{folder}/{name}.log")
    classes = [
        ("StreamHandler", ["()", "(sys.stdout,)", "(sys.stderr,)", ""], ["{}", "{'stream': sys.stderr}"]),
        ("logging.NullHandler" if rng.random() < 0.5 else "NullHandler", ["()"], ["{}"]),
        (
            "FileHandler",
            [f"({path},)", f"({path}, 'a')", f"({path}, 'w', None, True)", "()"],
            ["{}", "{'delay': True}", "{'mode': 'w'}"],
        ),
        ("handlers.WatchedFileHandler", [f"({path},)", f"[{path}]"], ["{'delay': 1}"]),
        (
            "handlers.RotatingFileHandler",
            [f"({path}, 'a', 0x10_00, 5)", f"({path},)"],
            ["{'maxBytes': 10}", "{'encoding': None}"],
        ),
        (
            "logging.handlers.TimedRotatingFileHandler",
            [f"({path}, 'midnight')", f"({path}, 'W3', 1, 5)", f"({path}, 'X')"],
            ["{'utc': True}"],
        ),
        (
            "handlers.SysLogHandler",
            ["(('127.0.0.1', 514), handlers.SysLogHandler.LOG_DAEMON)", "(('127.0.0.1', handlers.SYSLOG_UDP_PORT),)"],
            ["{}"],
        ),
        ("NoSuchHandler", ["()"], ["{}"]),
    ]
    weights = [6, 1, 6, 3, 3, 3, 2, 0.3]
    class_name, args, kwargs = rng.choices(classes, weights)[0]
    lines = [f"class={class_name}"]
    chosen = rng.choice(args)
    if chosen:
        lines.append("args=" + chosen)
    if rng.random() < 0.3:
        lines.append("kwargs=" + rng.choice(kwargs))
    if rng.random() < 0.5:
        lines.append("level=" + rng.choice(["DEBUG", "INFO", "WARN", "ERROR", "NOTSET", "CRITICAL"]))
    if rng.random() < 0.7:
        lines.append("formatter=" + rng.choice(formatters + [""]))
    return lines


def some(rng, names):
    return rng.choice([",", ", ", " , "]).join(rng.sample(names, rng.randint(1, len(names))))


def configuration(rng, folder):
    formatters = ["f%d" % i for i in range(rng.randint(1, 3))]
    handlers = ["h%d" % i for i in range(rng.randint(1, 3))]
    names = {"root": "root", "a": rng.choice(["sshsync", "mbrepo", "other"])}
    if rng.random() < 0.5:
        names["b"] = rng.choice(["sshsync", "mbrepo", "sshsync.child"])
    sections = [("DEFAULT", ["folder=" + folder])]
    for kind, keys in [("loggers", names), ("handlers", handlers), ("formatters", formatters)]:
        sections.append((kind, ["keys=" + ",".join(keys)]))
    sections += [("formatter_" + name, formatter(rng)) for name in formatters]
    sections += [("handler_" + name, handler(rng, name, formatters, folder)) for name in handlers]
    for name, qualname in names.items():
        lines = ["handlers=" + (some(rng, handlers) if rng.random() < 0.9 else "")]
        if name != "root":
            lines.append("qualname=" + qualname)
        if rng.random() < 0.7:
            lines.append("level=" + rng.choice(["DEBUG", "INFO", "WARNING", "ERROR", "NOTSET"]))
        if rng.random() < 0.4:
            lines.append("propagate=" + rng.choice(["0", "1"]))
        sections.append(("logger_" + name, lines))
    if rng.random() < 0.1:
        _, lines = rng.choice(sections[1:])
        if lines:
            lines.pop(rng.randrange(len(lines)))
    if rng.random() < 0.03:
        sections.pop(rng.randrange(1, len(sections)))
    return "".join("[%s]\n%s\n" % (name, "\n".join(lines)) for name, lines in sections)


def record(name):
    created = SECONDS + MILLISECONDS / 1000
    return logging.makeLogRecord(
        dict(
            name=name,
            levelno=logging.WARNING,
            levelname="WARNING",
            msg=MESSAGE,
            created=created,
            msecs=float(MILLISECONDS),
            relativeCreated=2500.0,
            process=4711,
            processName="MainProcess",
            thread=42,
            threadName="MainThread",
            pathname="sshsync",
            filename="sshsync",
            module="sshsync",
            funcName="sshsync",
            lineno=0,
        )
    )


def python_lines(path):
    logging.root.manager.loggerDict.clear()
    logging.root.setLevel(logging.WARNING)
    formatters = []
    create = logging.config._create_formatters

    def remember(parser):
        made = create(parser)
        formatters.extend(made.values())
        return made

    logging.config._create_formatters = remember
    try:
        logging.config.fileConfig(path, encoding="utf-8")
        known = logging.root.manager.loggerDict
        name = "mbrepo" if "mbrepo" in known and not isinstance(known.get("sshsync"), logging.Logger) else "sshsync"
        one = record(name)
        for each in formatters:
            each.format(one)
    except Exception as error:
        return "error", repr(error)
    finally:
        logging.config._create_formatters = create
    logger = logging.getLogger(name)
    lines, found, place = [], False, logger
    while place:
        for each in place.handlers:
            found = True
            if (
                one.levelno >= logger.getEffectiveLevel()
                and one.levelno >= each.level
                and not isinstance(each, logging.NullHandler)
            ):
                lines.append("%s\t%s\t%s" % (each.name, getattr(each, "baseFilename", ""), each.format(one)))
        place = place.parent if place.propagate else None
    if not found and one.levelno >= logger.getEffectiveLevel():
        lines.append("stderr\t\t" + MESSAGE)
    return "\n".join(lines), ""


class LoggingConfLikePython(unittest.TestCase):
    def test_random_configurations_mean_the_same(self):
        seed, count = int(os.environ.get("SSHSYNC_SEED", "1")), int(os.environ.get("SSHSYNC_CASES", "1000"))
        rng = random.Random(seed)
        with tempfile.TemporaryDirectory() as folder:
            paths = []
            for case in range(count):
                paths.append(f"{folder}/{case}.conf")
                with open(paths[-1], "w", encoding="utf-8") as file:
                    file.write(configuration(rng, folder))
            os.environ["TZ"] = ZONE
            time.tzset()
            command = [DRIVER, str(SECONDS * 1000 + MILLISECONDS), "WARNING", MESSAGE]
            ours = {}
            for start in range(0, count, 500):
                ran = subprocess.run(command + paths[start : start + 500], capture_output=True, check=True)
                current = None
                for line in ran.stdout.decode().splitlines():
                    if line in paths[start : start + 500]:
                        current = ours.setdefault(line, [])
                    else:
                        current.append(line)
            errors = 0
            for path in paths:
                expected, why = python_lines(path)
                errors += expected == "error"
                with open(path, encoding="utf-8") as file:
                    self.assertEqual("\n".join(ours[path]), expected, "seed %d, %s\n%s" % (seed, why, file.read()))
            # The generator is worth something only if both kinds occur.
            self.assertGreater(errors, count // 20)
            self.assertLess(errors, 2 * count // 3)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], warnings="ignore")
