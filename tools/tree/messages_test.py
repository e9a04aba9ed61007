"""Every message that a person can meet stands in docs/troubleshooting.md: read off the sources, call by call of what
makes messages.
"""

import os
import re
import unittest

from sshsync.testing import python_cases

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])
PAGE = "docs/troubleshooting.md"
FOLDERS = ("sshsync", "tools")
FOR_TESTS = re.compile(r"_test\.cc$|_fuzz\.cc$|(^|/)testing/")

# What makes a message: an error, the failure of a file, a warning of a run, a remark about a file that was read.
CALL = re.compile(
    r"\b(MakeError|FailedPath|Refuse|FormatError|UsageError|OptionError|Warn|Emit|Tell|log_?|tell_?|Error|Warning)"
    r"\((?=[^)])"
)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')

# Calls whose texts are no messages, or of which no person hears, and why.
NO_MESSAGES = {
    "a bug, which the entry `internal` tells of": re.compile(r"Failure::kInternal"),
    "not a warning": re.compile(r"^(Emit|Tell|tell_?|log_?)\((?!LogLevel::k(Warning|Error))"),
    "the build's own data, which its tests hold": re.compile(r"^MakeError.*(its base |\[auto\] )"),
}

# A message is known by words of its own: shorter pieces are grammar.
SHORTEST = 9


def sources():
    """{path: text} of the product."""
    found = {}
    for top in FOLDERS:
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), ROOT)
                if name.endswith((".h", ".cc")) and not FOR_TESTS.search(path):
                    with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                        found[path] = re.sub(r"^\s*//.*$", "", file.read(), flags=re.MULTILINE)
    return found


def calls(text):
    """The calls that make messages, each as it stands, to its closing parenthesis."""
    for match in CALL.finditer(text):
        depth, at, quoted = 0, match.end() - 1, False
        while at < len(text):
            letter = text[at]
            if quoted and letter == "\\":
                at += 1
            elif letter == '"':
                quoted = not quoted
            elif not quoted and letter in "()":
                depth += 1 if letter == "(" else -1
                if depth == 0:
                    break
            at += 1
        yield text[match.start() : at + 1]


def plain(text):
    """Without what Markdown and C++ put around words."""
    text = text.replace("\\n", " ").replace('\\"', '"').replace("\\\\", "\\").replace("`", "").replace("\\|", "|")
    return re.sub(r"\s+", " ", text)


def arguments(call):
    """The arguments of a call, as they stand."""
    inside = call[call.index("(") + 1 : -1]
    found, depth, quoted, begin = [], 0, False, 0
    for at, letter in enumerate(inside):
        if letter == '"' and inside[at - 1 : at] != "\\":
            quoted = not quoted
        elif not quoted and letter in "([{":
            depth += 1
        elif not quoted and letter in ")]}":
            depth -= 1
        elif not quoted and letter == "," and depth == 0:
            found.append(inside[begin:at])
            begin = at + 1
    return found + [inside[begin:]]


# Which argument is the message; None: all of them are.
MESSAGE = {
    "MakeError": 1,
    "FailedPath": 2,
    "Error": 1,
    "Warning": 1,
    "Emit": 1,
    "Tell": 1,
    "tell": 1,
    "tell_": 1,
    "log": 1,
    "log_": 1,
}


def words_of(call):
    """What a message is recognised by: its longest literal, up to a colon, behind which stands what to do."""
    given, name = arguments(call), call[: call.index("(")]
    if name == "Refuse":
        given = [one for one in given if '"' in one][:1]
    elif name in MESSAGE:
        given = given[MESSAGE[name] :][:1]
    pieces = []
    for one in given:
        for literal in LITERAL.findall(re.sub(r'(?<!\\)"\s*"', "", one)):
            pieces += [piece.strip(" :;,.()\"[]") for piece in re.split(r"%\d+\w", plain(literal).split(": ")[0])]
    return max(pieces, key=len, default="")


class Messages(unittest.TestCase):
    def setUp(self):
        with open(os.path.join(ROOT, PAGE), encoding="utf-8") as file:
            self.page = plain(file.read())

    def test_every_message_has_its_entry(self):
        found, missing = set(), []
        for path, text in sorted(sources().items()):
            for call in calls(text):
                words = words_of(call)
                if len(words) < SHORTEST or any(why.search(call) for why in NO_MESSAGES.values()):
                    continue
                found.add(words)
                if words not in self.page:
                    missing.append("%s: %s" % (path, words))
        self.assertGreater(len(found), 150, "the sources were not read")
        self.assertFalse(missing, "write these into %s:\n%s" % (PAGE, "\n".join(dict.fromkeys(missing))))


if __name__ == "__main__":
    python_cases.main(__file__)
