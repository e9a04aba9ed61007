"""Holds the house: who may include whom, which library has which single includer, and what files and folders owe their
reader.

Reads the sources as data: each package hands on its files as `:tree`. A new package adds that filegroup, and a line in
this folder's BUILD.bazel. The rooms and their arrows are in tools/workspace/rooms.bzl; docs/design.md shows the same
picture.
"""

import collections
import os
import re
import unittest

from sshsync.testing import python_cases

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])


def read_rooms():
    """The tables of tools/workspace/rooms.bzl, whose language is a part of Python's."""
    tables = {}
    with open(os.path.join(ROOT, "tools/workspace/rooms.bzl"), encoding="utf-8") as file:
        exec(file.read().partition("\ndef ")[0], tables)
    return tables


# A file includes its own room, and those that the table lists for it.
ROOMS = read_rooms()["ROOMS"]

# Rooms that are functions of their arguments: no descriptor, thread or clock.
PURE = [
    "sshsync/base",
    "sshsync/text",
    "sshsync/model",
    "sshsync/config",
    "sshsync/plan",
    "sshsync/host",
    "sshsync/host/probe",
    "sshsync/stage",
]
# Random marks come from the kernel; their values mean nothing.
RANDOM = "sshsync/base/random.cc"
IMPURE_HEADERS = re.compile(
    r"unistd\.h|fcntl\.h|sys/(?!types)|poll\.h|dirent\.h|signal\.h|thread|mutex|"
    r"condition_variable|fstream|iostream|filesystem|chrono|absl/time/clock\.h"
)

# Each outside library, and the files of the product that may know it.
LIBRARIES = {
    r"openssl/": ["sshsync/digest/hasher.cc"],
    r"re2/": ["sshsync/text/"],
    r"SQLiteCpp/|sqlite3\.h": ["sshsync/record/"],
    r"pybind11/|Python\.h": ["bindings/"],
    r"CLI/": ["tools/cli/flags/command_line.cc"],
    # Two documents are written, in two rooms: the report, and the graph.
    r"nlohmann/": ["sshsync/record/report/report_json.cc", "tools/cli/text/graph_text.cc"],
    # std::regex recurses by the length of its input, and costs seconds of compile time.
    r"regex$": [],
}

# Headers without a test beside them or one in their folder that includes them, and what holds them.
WITHOUT_TEST = {
    "plain values, concepts, abstract classes": [
        "sshsync/model/chunk_list.h",
        "sshsync/model/digest_store.h",
        "sshsync/model/event.h",
        "sshsync/model/moved_block.h",
        "sshsync/model/plan.h",
        "sshsync/model/remote_command.h",
        "sshsync/model/repository.h",
        "sshsync/plan/relay_block.h",
        "sshsync/process/clock.h",
        "sshsync/record/run_record.h",
        "sshsync/remote/remote_listing.h",
        "sshsync/remote/run_context.h",
        "sshsync/route/stream.h",
        "sshsync/schedule/source_files.h",
        "sshsync/ssh/runner.h",
        "tools/cli/log/log_target.h",
        "tools/cli/verbs/engine_api.h",
        "tools/cli/verbs/tool.h",
    ],
    "the inside of command_template.h, shell_scan.h": [
        "sshsync/text/shell_scanner.h",
        "sshsync/text/template_reading.h",
        "sshsync/text/template_variables.h",
    ],
    "the inside of settings.h": [
        "sshsync/config/entry_reader.h",
        "sshsync/config/relations.h",
    ],
    "the inside of preset.h": [
        "sshsync/config/preset_files.h",
    ],
    "the inside of state.h": [
        "sshsync/record/state/state_database.h",
        "sshsync/record/state/state_query.h",
    ],
    "the inside of log_sinks.h": [
        "tools/cli/log/log_file.h",
        "tools/cli/log/log_syslog.h",
    ],
    "the inside of the extension module, whose tests are in Python": [
        "bindings/bindings.h",
        "bindings/call_objects.h",
        "bindings/convert.h",
        "bindings/diagnostics.h",
        "bindings/event_object.h",
        "bindings/exceptions.h",
        "bindings/gil.h",
        "bindings/loaded.h",
        "bindings/python_runner.h",
        "bindings/run.h",
    ],
    "whole runs, of the program and of the demo": [
        "sshsync/cascade/repository_reporter.h",
        "sshsync/resume.h",
        "sshsync/sync.h",
        "sshsync/cascade/cascade.h",
        "sshsync/cascade/deleter.h",
        "sshsync/cascade/hop.h",
        "sshsync/cascade/lease_guard.h",
        "sshsync/cascade/restorer.h",
        "sshsync/host/probe/digest_probe.h",
        "sshsync/probe.h",
        "sshsync/remote/digest_agreement.h",
        "sshsync/remote/digest_cache.h",
        "sshsync/remote/remote_repository.h",
        "sshsync/remote/survey.h",
        "sshsync/route/routes.h",
        "sshsync/run/recorded_run.h",
        "sshsync/run/run_environment.h",
        "sshsync/transfer/chunk_survey.h",
        "sshsync/transfer/publisher.h",
        "sshsync/transfer/transfer.h",
        "sshsync/transfer/transfer_policy.h",
        "tools/cli/text/probe_text.h",
        "tools/cli/text/template_text.h",
        "tools/cli/verbs/history_verbs.h",
        "tools/cli/verbs/init_verb.h",
        "tools/cli/verbs/load_configuration.h",
        "tools/cli/verbs/offline_verbs.h",
        "tools/cli/verbs/open_log.h",
        "tools/cli/verbs/run_verbs.h",
    ],
}

INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^">]+)[">]', re.MULTILINE)
LABEL = re.compile(r'"//((?!visibility)[a-z0-9_/]*)[:"]')
RULE = re.compile(r"^\w+\(\n(.*?)^\)\n", re.MULTILINE | re.DOTALL)
TEST_FILE = re.compile(r"_test\.(cc|py)$|_fuzz\.cc$|(^|/)testing/|^benchmarks/")
CODE = (".h", ".cc", ".py", ".pyi", ".bzl", ".sh")


def read_tree():
    """{path: text} of all sources."""
    tree = {}
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name != "__pycache__" and not (folder == ROOT and name == "external")]
        for name in files:
            path = os.path.join(folder, name)
            relative = os.path.relpath(path, ROOT)
            if name.endswith(CODE) or name == "BUILD.bazel":
                with open(path, encoding="utf-8") as file:
                    tree[relative] = file.read()
    return tree


def files_of_tests(tree):
    """The files of rules that are testonly."""
    found = set()
    for path, text in tree.items():
        for rule in RULE.findall(text) if path.endswith("BUILD.bazel") else []:
            if "testonly = True" in rule:
                names = re.findall(r'"([\w.]+\.(?:h|cc|py))"', rule)
                names += [
                    unit + suffix
                    for unit in re.findall(r'^    name = "(\w+)"', rule, re.MULTILINE)
                    for suffix in (".h", ".cc")
                ]
                found.update(os.path.join(os.path.dirname(path), name) for name in names)
    return found


TREE = read_tree()
OF_TESTS = files_of_tests(TREE)


def is_for_tests(path):
    return bool(TEST_FILE.search(path)) or path in OF_TESTS


def product(suffixes=(".h", ".cc")):
    return sorted(path for path in TREE if path.endswith(suffixes) and not is_for_tests(path))


def includes(path):
    return INCLUDE.findall(TREE[path])


def is_ours(header):
    return header.startswith(("sshsync/", "tools/", "bindings/", "benchmarks/"))


def is_embedded(header):
    """Whether a rule writes it: scripts.h, of the scripts of its room."""
    folder, name = os.path.split(header)
    return name == "scripts.h" and any(path.startswith(folder + "/scripts/") for path in TREE)


def room_of(path):
    return os.path.dirname(path)


def arrows():
    """{(room, other room): the files of the room that include the other}, of the product."""
    found = collections.defaultdict(set)
    for path in product():
        for header in includes(path):
            if is_ours(header) and room_of(header) != room_of(path):
                found[room_of(path), room_of(header)].add(path)
    return found


def picture():
    """The rooms and what each includes, as docs/design.md shows them."""
    width = max(map(len, ROOMS)) + 2
    short = {room: room.replace("sshsync/", "") for room in ROOMS}
    return "".join(
        "    %s%s\n" % (room.ljust(width) if used else room, " ".join(short[other] for other in used))
        for room, used in ROOMS.items()
    )


class Rooms(unittest.TestCase):
    def none(self, wrong):
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_the_tree_was_read(self):
        for path in ["sshsync/run/sync.cc", "sshsync/base/status.h", "tools/BUILD.bazel", "sshsync/cascade/hop.h"]:
            self.assertIn(path, TREE)

    def test_every_package_that_is_named_is_in_the_tree(self):
        named = {label for path, text in TREE.items() if path.endswith("BUILD.bazel") for label in LABEL.findall(text)}
        self.none(
            [
                "//%s is missing in //tools/tree" % package
                for package in sorted(named)
                if os.path.join(package, "BUILD.bazel") not in TREE
            ]
        )

    def test_every_include_of_ours_exists(self):
        self.none(
            [
                "%s: %s is not in the tree" % (path, header)
                for path in sorted(TREE)
                if path.endswith((".h", ".cc"))
                for header in includes(path)
                if is_ours(header) and header not in TREE and not is_embedded(header)
            ]
        )

    def test_the_arrows_are_those_of_the_table(self):
        drawn = arrows()
        listed = {(room, other) for room, used in ROOMS.items() for other in used}
        rooms = [pair for pair in sorted(drawn) if pair[0].startswith("sshsync") or pair[0] in ROOMS]
        self.none(
            [
                "%s -> %s is not in tools/workspace/rooms.bzl: %s" % (*pair, ", ".join(sorted(drawn[pair])))
                for pair in rooms
                if pair not in listed
            ]
            + [
                "%s -> %s is in tools/workspace/rooms.bzl, and nothing includes it" % pair
                for pair in sorted(listed - set(drawn))
            ]
        )

    def test_a_room_includes_rooms_before_it_only(self):
        place = {room: number for number, room in enumerate(ROOMS)}
        self.none(
            [
                "%s -> %s" % (room, other)
                for room, used in ROOMS.items()
                for other in used
                if place[other] >= place[room]
            ]
        )

    def test_the_design_shows_the_same_picture(self):
        with open(os.path.join(ROOT, "docs/design.md"), encoding="utf-8") as file:
            self.assertIn("\n\n" + picture() + "\n", file.read())

    def test_bazel_refuses_other_arrows(self):
        self.none(
            [
                "%s: its default_visibility is not room_visibility()" % room
                for room in ROOMS
                if room != "bindings"
                and "package(default_visibility = room_visibility())" not in TREE[room + "/BUILD.bazel"]
            ]
        )

    def test_no_room_is_crowded(self):
        files = collections.Counter(
            room_of(path)
            for path in TREE
            if path.startswith(("sshsync/", "tools/")) and path.endswith((".h", ".cc", ".py"))
        )
        self.none(["%s: %d files" % (room, count) for room, count in sorted(files.items()) if count > 50])

    def test_the_product_does_not_include_what_is_for_tests(self):
        self.none(
            [
                "%s: %s" % (path, header)
                for path in product()
                for header in includes(path)
                if is_for_tests(header) or header.startswith(("gtest/", "gmock/", "benchmark/"))
            ]
        )

    def test_pure_rooms_have_no_descriptor_thread_or_clock(self):
        self.none(
            [
                "%s: %s" % (path, header)
                for path in product()
                if os.path.dirname(path) in PURE and path != RANDOM
                for header in includes(path)
                if IMPURE_HEADERS.match(header)
            ]
        )

    def test_each_outside_library_has_one_includer(self):
        wrong = []
        for pattern, includers in LIBRARIES.items():
            for path in product():
                if any(re.match(pattern, header) for header in includes(path)) and not path.startswith(
                    tuple(includers)
                ):
                    wrong.append("%s: %s is the business of %s" % (path, pattern, ", ".join(includers) or "nobody"))
        self.none(wrong)

    def test_no_file_is_longer_than_500_lines(self):
        self.none(
            [
                "%s: %d lines" % (path, text.count("\n"))
                for path, text in sorted(TREE.items())
                if path.endswith(CODE) and text.count("\n") > 500
            ]
        )

    def test_names_say_what_a_file_is(self):
        vague = re.compile(r"(^|[/_])(utils?|common|helpers?|misc)([/_.]|$)")
        self.none([path for path in sorted(TREE) if vague.search(path)])

    def test_every_header_has_a_test(self):
        tested = collections.defaultdict(set)
        for path in TREE:
            if path.endswith(("_test.cc", "_fuzz.cc")):
                tested[os.path.dirname(path)].update(includes(path))
        listed = [path for paths in WITHOUT_TEST.values() for path in paths]
        wrong = ["%s is listed, but gone" % path for path in listed if path not in TREE]
        for path in product((".h",)):
            if path[:-2] + "_test.cc" in TREE or path in tested[os.path.dirname(path)] or path in listed:
                continue
            wrong.append("%s: no test beside it" % path)
        self.none(wrong)

    def test_every_build_file_opens_with_a_comment(self):
        self.none(
            [path for path, text in sorted(TREE.items()) if path.endswith("BUILD.bazel") and not text.startswith("# ")]
        )

    def test_headers_have_guards_by_their_path(self):
        wrong = []
        for path in sorted(TREE):
            place = path[len("sshsync/") :] if path.startswith("sshsync/") else path
            guard = "SSHSYNC_" + re.sub(r"[^A-Z0-9]", "_", place.upper()) + "_"
            if path.endswith(".h") and "#ifndef %s\n#define %s\n" % (guard, guard) not in TREE[path]:
                wrong.append("%s: its guard is not %s" % (path, guard))
        self.none(wrong)

    def test_nothing_is_left_for_later(self):
        mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME)\b")
        self.none([path for path, text in sorted(TREE.items()) if mark.search(text)])


if __name__ == "__main__":
    python_cases.main(__file__)
