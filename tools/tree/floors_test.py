"""Holds the house: who may include whom, which library has which single door, and what every file and folder owes its reader.

Reads the sources as data: each package hands on its files as `:tree`. A new package adds that filegroup, and a line in this folder's
BUILD.bazel; docs/design.md tells the floors and why they are what they are.
"""

import collections
import os
import re
import unittest

from sshsync.testing import python_cases

ROOT = os.path.join(os.environ["TEST_SRCDIR"], os.environ["TEST_WORKSPACE"])

# A file includes its own folder and what is listed here: folders below sshsync, or single headers.
FLOORS = {
    "sshsync/base": [],
    "sshsync/text": ["base"],
    "sshsync/digest": ["base"],
    "sshsync/model": ["base", "text", "digest"],
    "sshsync/config": ["base", "text", "digest", "model"],
    "sshsync/plan": ["base", "text", "digest", "model", "config"],
    "sshsync/exec": ["base", "text", "digest", "model", "config", "plan"],
    "sshsync/record": ["base", "text", "digest", "model", "config", "plan"],
    "sshsync": ["base", "text", "digest", "model", "config", "plan", "exec", "record"],
    # What a person sees needs escaping, names, and the sinks of events; of exec only the stop token, which is in sync.h's own signature,
    # and the limit of descriptors, which is the program's to raise.
    "tools": ["base", "text", "model", "config", "plan", "record", "sync.h", "probe.h", "resume.h", "exec/stop.h", "exec/descriptor_limit.h", "tools/init", "tools/page"],
    "tools/init": ["base", "text", "model", "config", "tools/paragraph.h"],
    # One run as one page: what the record holds, and nothing else.
    "tools/page": ["base", "text", "model", "record"],
    # Python has the parts as well as the whole, and what runs leave behind, also as a page: everything but the inside of sync.cc.
    "bindings": ["base", "text", "digest", "model", "config", "plan", "exec", "record", "sync.h", "probe.h", "resume.h", "tools/page"],
}

# Floors that are functions of their arguments: no descriptor, thread or clock.
PURE = ["sshsync/base", "sshsync/text", "sshsync/model", "sshsync/config", "sshsync/plan"]
IMPURE_HEADERS = re.compile(
    r"unistd\.h|fcntl\.h|sys/(?!types)|poll\.h|dirent\.h|signal\.h|thread|mutex|condition_variable|fstream|iostream|filesystem|chrono|absl/time/clock\.h"
)

# Each outside library, and the files of the product that may know it.
LIBRARIES = {
    r"openssl/": ["sshsync/digest/hasher.cc"],
    r"re2/": ["sshsync/text/"],
    r"SQLiteCpp/|sqlite3\.h": ["sshsync/record/"],
    r"pybind11/|Python\.h": ["bindings/"],
    r"CLI/": ["tools/command_line.cc"],
    # Two documents are written, on two floors: the report, and the graph.
    r"nlohmann/": ["sshsync/record/report_json.cc", "tools/graph.cc"],
    # std::regex recurses by the length of its input, and costs seconds of compile time.
    r"regex$": [],
}

# Headers without a test beside them or one in their folder that includes them, and what holds them.
WITHOUT_TEST = {
    "plain values, concepts, abstract classes": [
        "sshsync/model/chunk_list.h", "sshsync/model/digest_store.h", "sshsync/model/event.h", "sshsync/model/moved_block.h", "sshsync/model/plan.h", "sshsync/model/repository.h", "sshsync/record/run_record.h",
        "sshsync/exec/clock.h", "sshsync/exec/run_context.h", "sshsync/exec/hop_source.h", "sshsync/exec/remote_listing.h", "sshsync/exec/runner.h", "sshsync/exec/stream.h", "sshsync/exec/supply.h", "tools/doors.h", "tools/log_target.h", "tools/tool.h",
    ],
    "the inside of command_template.h, shell_scan.h": [
        "sshsync/text/shell_scanner.h", "sshsync/text/template_reading.h", "sshsync/text/template_variables.h",
    ],
    "the inside of settings.h": ["sshsync/config/entry_reader.h", "sshsync/config/relations.h"],
    "the inside of preset.h": ["sshsync/config/preset_files.h"],
    "the inside of state.h": ["sshsync/record/state_database.h", "sshsync/record/state_query.h"],
    "the inside of log_sinks.h": ["tools/log_file.h", "tools/log_syslog.h"],
    "the inside of the extension module, whose tests are in Python": [
        "bindings/call_objects.h", "bindings/door.h", "bindings/event_object.h", "bindings/exceptions.h", "bindings/faces.h", "bindings/loaded.h",
        "bindings/python_runner.h", "bindings/remarks.h", "bindings/run.h", "bindings/texts.h",
    ],
    "whole runs, of the program and of the demo": [
        "sshsync/run_parts.h", "sshsync/writing_run.h", "sshsync/probe.h", "tools/probe_text.h", "sshsync/exec/digest_agreement.h",
        "sshsync/exec/digest_probe.h", "sshsync/exec/digest_recall.h", "sshsync/exec/cascade.h", "sshsync/exec/chunk_survey.h", "sshsync/exec/deleter.h", "sshsync/exec/held_lease.h", "sshsync/exec/hop.h", "sshsync/exec/mover.h", "sshsync/exec/publisher.h", "sshsync/exec/routes.h", "sshsync/exec/stream_hop.h",
        "sshsync/exec/remote_repository.h", "sshsync/exec/restorer.h", "sshsync/exec/survey.h", "tools/history_verbs.h", "tools/init_verb.h", "tools/load_configuration.h", "tools/offline_verbs.h",
        "tools/open_log.h", "tools/run_verbs.h", "tools/template_text.h",
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
                found.update(os.path.join(os.path.dirname(path), name) for name in re.findall(r'"([\w.]+\.(?:h|cc|py))"', rule))
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


def may_include(folder, header):
    if os.path.dirname(header) == folder:
        return True
    allowed = [entry if entry.startswith("tools/") else os.path.join("sshsync", entry) for entry in FLOORS.get(folder, [])]
    return os.path.dirname(header) in allowed or header in allowed


class Floors(unittest.TestCase):
    def none(self, wrong):
        self.assertFalse(wrong, "\n" + "\n".join(wrong))

    def test_the_tree_was_read(self):
        for path in ["sshsync/sync.cc", "sshsync/base/status.h", "tools/BUILD.bazel", "sshsync/exec/hop.h"]:
            self.assertIn(path, TREE)

    def test_every_package_that_is_named_is_in_the_tree(self):
        named = {label for path, text in TREE.items() if path.endswith("BUILD.bazel") for label in LABEL.findall(text)}
        self.none(["//%s is missing in //tools/tree" % package for package in sorted(named) if os.path.join(package, "BUILD.bazel") not in TREE])

    def test_every_include_of_ours_exists(self):
        self.none(["%s: %s is not in the tree" % (path, header) for path in sorted(TREE) if path.endswith((".h", ".cc"))
                   for header in includes(path) if is_ours(header) and header not in TREE])

    def test_files_include_lower_floors_only(self):
        self.none(["%s: %s is no lower floor" % (path, header) for path in product()
                   for header in includes(path) if is_ours(header) and not may_include(os.path.dirname(path), header)])

    def test_the_product_does_not_include_what_is_for_tests(self):
        self.none(["%s: %s" % (path, header) for path in product() for header in includes(path)
                   if is_for_tests(header) or header.startswith(("gtest/", "gmock/", "benchmark/"))])

    def test_pure_floors_have_no_descriptor_thread_or_clock(self):
        self.none(["%s: %s" % (path, header) for path in product() if os.path.dirname(path) in PURE
                   for header in includes(path) if IMPURE_HEADERS.match(header)])

    def test_each_outside_library_has_one_door(self):
        wrong = []
        for pattern, doors in LIBRARIES.items():
            for path in product():
                if any(re.match(pattern, header) for header in includes(path)) and not path.startswith(tuple(doors)):
                    wrong.append("%s: %s is the business of %s" % (path, pattern, ", ".join(doors) or "nobody"))
        self.none(wrong)

    def test_no_file_is_longer_than_500_lines(self):
        self.none(["%s: %d lines" % (path, text.count("\n")) for path, text in sorted(TREE.items()) if path.endswith(CODE) and text.count("\n") > 500])

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
        self.none([path for path, text in sorted(TREE.items()) if path.endswith("BUILD.bazel") and not text.startswith("# ")])

    def test_headers_have_guards_by_their_path(self):
        wrong = []
        for path in sorted(TREE):
            place = path[len("sshsync/"):] if path.startswith("sshsync/") else path
            guard = "SSHSYNC_" + re.sub(r"[^A-Z0-9]", "_", place.upper()) + "_"
            if path.endswith(".h") and "#ifndef %s\n#define %s\n" % (guard, guard) not in TREE[path]:
                wrong.append("%s: its guard is not %s" % (path, guard))
        self.none(wrong)

    def test_nothing_is_left_for_later(self):
        mark = re.compile(r"\b(TO" + r"DO|FIX" + r"ME)\b")
        self.none([path for path, text in sorted(TREE.items()) if mark.search(text)])


if __name__ == "__main__":
    python_cases.main(__file__)
