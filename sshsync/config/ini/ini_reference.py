"""Generates configuration files and prints what Python's configparser reads in them, for ini_python_test.

Usage: ini_reference.py SEED COUNT. Per file: its bytes, then `slip`, `error`, or `ok` and for each section its name and
number of
keys, and for each key: name, raw value, `=` and the interpolated value or `!` and nothing. Everything is written as
LENGTH:BYTES.
"""

import configparser
import random
import sys

KEYS = ["host", "Path", "a", "b", "c", "USER", "list cmd", "k-1", "x.y"]
SECTIONS = ["DEFAULT", "a", "b", "node one", "default", "n[01-20]", "x", "y", "sshsync"]
WORDS = [
    "h",
    "/srv/x",
    "find . -type f",
    "%%",
    "a=b:c",
    "x # y",
    "cd /x ; ls",
    "'q'",
    '"q"',
    "${FILE}",
    "\u00e4\u00f6",
    "[z]",
    "%(a)s",
    "%(HOST)s",
    "%(b)s/%(c)s",
    "%(x.y)s%%",
    "%(list cmd)s",
    "\udcff\udcfe",
    "\t",
    "  ",
    "",
]
ODD = ["%(nope)s", "%(a)", "%(", "100%", "%d", "%()s"]
BLANKS = ["", "", "", " ", "  ", "\t", "    "]
SLIPS = ["[]", "[q", "[ q ]", "[q] junk", "[q]]", "[q = r", "[q]=r", "[x[y[1]]]"]


def value(rng):
    return rng.choice(["", " ", "  "]).join(
        rng.choice(WORDS if rng.randrange(20) else ODD) for _ in range(rng.randrange(4))
    )


def line(rng):
    kind = rng.randrange(20)
    if kind < 3:
        return rng.choice(BLANKS[:4]) + "[" + rng.choice(SECTIONS) + "]" + rng.choice(BLANKS)
    if kind < 12:
        return (
            rng.choice(BLANKS)
            + rng.choice(KEYS)
            + rng.choice(BLANKS)
            + rng.choice("=:")
            + rng.choice(BLANKS)
            + value(rng)
        )
    if kind < 15:
        return rng.choice(BLANKS[3:]) + rng.choice(["more", "sed 's/a/b/'", "x = y", "| sort"]) + " " + value(rng)
    if kind < 16:
        return rng.choice(BLANKS)
    if kind < 18:
        return rng.choice(BLANKS) + rng.choice("#;") + value(rng)
    return rng.choice(["", "# c", "word", "= v", ": v"]) if kind == 18 and rng.randrange(10) == 0 else ""


def text(rng):
    """A file without the slips that the tool refuses, and often without errors."""
    lines, used, keys = [], set(), {}
    section = None
    if rng.randrange(2):
        lines = [
            "[DEFAULT]",
            "a = A",
            "host = %(a)s.net",
            "x.y = 50%",
            "b: B",
            " b2",
            "c = %(b)s!",
            "list cmd = find -printf %P",
        ]
        section = "[DEFAULT]"
        keys = {section: {"a", "host", "x.y", "b", "c", "list cmd"}}
    for _ in range(rng.randrange(1, 25)):
        new = line(rng)
        words = new.strip()
        if rng.randrange(30):  # mostly avoid what is an error anywhere
            if words.startswith("["):
                if words in used and words != "[DEFAULT]":
                    continue
                used.add(words)
                section = words
            elif section is None and words and words[0] not in "#;":
                new = section = "[a]"
                used.add(section)
            elif words and words[0] not in "#;" and new[0] not in " \t":
                key = words.replace(":", "=").split("=")[0].strip().lower()
                if key in keys.setdefault(section, set()):
                    continue
                keys[section].add(key)
        lines.append(new)
    end = rng.choice(["\n", "\n", "\n", "\r\n"])
    return rng.choice(["", "", "", "\ufeff"]) + end.join(lines) + rng.choice(["", end])


def parse(source):
    parser = configparser.RawConfigParser()
    parser.read_string(source.lstrip("\ufeff").replace("\r\n", "\n"))
    return parser


def interpolating(raw):
    """The same for interpolation, in which a value without a reference is literal."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_dict(raw)
    for section in [parser.default_section, *parser.sections()]:
        own = parser._defaults if section == parser.default_section else parser._sections[section]
        for key in own:
            if "%(" not in own[key]:
                own[key] = own[key].replace("%", "%%")
    parser._interpolation = configparser.BasicInterpolation()
    return parser


def emit(*fields):
    for field in fields:
        data = field if isinstance(field, bytes) else field.encode("utf-8", "surrogateescape")
        sys.stdout.buffer.write(b"%d:%s" % (len(data), data))


def report(source):
    try:
        raw = parse(source)
    except configparser.Error:
        return emit("error")
    emit("ok", str(len(raw.sections())))
    cooked = interpolating(raw)
    for section in raw.sections():
        emit(section, str(len(raw.options(section))))
        for key in sorted(raw.options(section), key=lambda k: k.encode("utf-8", "surrogateescape")):
            emit(key, raw.get(section, key))
            try:
                result = cooked.get(section, key)
                emit("=", result)
            except configparser.InterpolationError:
                emit("!", "")


def main():
    rng = random.Random(int(sys.argv[1]))
    for _ in range(int(sys.argv[2])):
        source = text(rng)
        slip = rng.randrange(10) == 0
        if slip:
            source += "\n" + rng.choice(SLIPS) + "\n"
        emit(source)
        if slip:
            emit("slip")
        else:
            report(source)


if __name__ == "__main__":
    main()
