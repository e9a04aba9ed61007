"""The parts that are usable alone: templates, filters, digests, manifests, commands on this machine; and every example
in a docstring.
"""

import doctest
import hashlib
import importlib
import os
import pickle
import tempfile
import threading
import unittest

import python_cases
import sshsync

HERE = sshsync.Host("", local=True)
MODULES = ("config", "digests", "engine", "errors", "manifest", "report", "runner", "template")


class PartsTest(unittest.TestCase):
    def test_examples_in_docstrings_hold(self):
        tried = 0
        for name in MODULES:
            module = importlib.import_module("sshsync." + name)
            results = doctest.testmod(module)
            self.assertEqual(results.failed, 0, name)
            tried += results.attempted
        self.assertGreater(tried, 20)

    def test_everything_public_is_documented(self):
        for name in sshsync.__all__:
            value = getattr(sshsync, name)
            if callable(value) and value.__module__ != "sshsync._sshsync":
                self.assertTrue(value.__doc__, name)

    def test_a_hasher_takes_whatever_has_a_buffer(self):
        hasher = sshsync.Hasher("sha256")
        whole = os.urandom(1 << 20)
        for part in (whole[:1], bytearray(whole[1:5]), memoryview(whole)[5:100_000], whole[100_000:]):
            hasher.update(part)
        self.assertEqual(str(hasher.finish()), hashlib.sha256(whole).hexdigest())
        self.assertEqual(hasher.finish(), sshsync.Digest.of(b""))

    def test_every_algorithm_is_openssls(self):
        for name in sshsync.ALGORITHMS:
            self.assertEqual(sshsync.Digest.of(b"abc", name).text, hashlib.new(name, b"abc").hexdigest())
        self.assertRaises(sshsync.ConfigError, sshsync.Hasher, "crc32")

    def test_a_file_is_digested_or_told_of_by_name(self):
        with tempfile.NamedTemporaryFile() as file:
            file.write(b"x" * 3_000_000)
            file.flush()
            self.assertEqual(sshsync.digest_file(file.name), sshsync.Digest.of(b"x" * 3_000_000))
        with self.assertRaises(sshsync.ProcessingError) as caught:
            sshsync.digest_file("/no/such/file")
        self.assertEqual(caught.exception.failure, "source_vanished")

    def test_no_digest_is_a_value_error(self):
        self.assertRaises(ValueError, sshsync.Digest, "xyz")
        self.assertEqual(sshsync.Digest("4038471504 75").kind, "CRC and size")

    def test_a_value_reaches_the_shell_as_it_is(self):
        for value in ("a b", "it's", "$HOME `id` \\", "-n", "*", 'x"y', os.fsdecode(b"\xff\x01")):
            out = sshsync.Template("printf %s ${FILEPATH}").run(HERE, FILEPATH=value).out
            self.assertEqual(os.fsdecode(out), value)

    def test_a_second_parser_is_found_and_guarded(self):
        template = sshsync.Template("ssh other cat ${FILEPATH}")
        self.assertEqual(template.second_parser_variables, ("FILEPATH",))
        with self.assertRaises(sshsync.ProcessingError) as caught:
            template.bind(FILEPATH="/srv/$(id)")
        self.assertEqual(caught.exception.failure, "unsafe_name")
        template.bind(FILEPATH="/srv/plain")

    def test_a_template_has_variables_of_its_own_if_asked(self):
        template = sshsync.Template(
            "tar -xf ${ARCHIVE} -C ${WHERE}", variables={"ARCHIVE": "relative_path", "WHERE": "absolute_path"}
        )
        self.assertEqual(template.variables, ("ARCHIVE", "WHERE"))
        self.assertIn("ARCHIVE='x.tar'", template.bind(ARCHIVE="x.tar", WHERE="/srv").script)
        self.assertRaises(ValueError, sshsync.Template, "x", variables={"A": "anything"})
        with self.assertRaises(sshsync.InternalError):
            template.bind(ARCHIVE="x.tar")

    def test_a_wrong_template_says_what_to_write_instead(self):
        with self.assertRaises(sshsync.ConfigError):
            sshsync.Template("cat '${FILE}*'")
        remark = sshsync.Template.check("cat '${FILE}*'")[0]
        self.assertEqual((remark.kind, remark.severity, remark.offset), ("quoting", "ERROR", 5))
        self.assertIn("^", remark.rendered)
        self.assertTrue(remark.remedy)

    def test_a_wrong_filter_line_is_named(self):
        with self.assertRaises(sshsync.ConfigError) as caught:
            sshsync.Filter("+ ok", "nonsense")
        self.assertIn("nonsense", str(caught.exception))
        with self.assertRaises(sshsync.ConfigError) as caught:
            sshsync.Filter("+ ok", "- a/{{b(}}")
        self.assertIn("`a/{{b(}}` has a wrong regular expression at column 5: RE2 says", str(caught.exception))

    def test_a_filter_takes_regular_expressions(self):
        chosen = sshsync.Filter("+ {{v[0-9]+}}.zip", "- *")
        self.assertTrue(chosen.selects("v12.zip"))
        self.assertFalse(chosen.selects("v.zip"))

    def test_a_folder_is_read_as_a_manifest(self):
        with tempfile.TemporaryDirectory() as folder:
            os.makedirs(folder + "/a/.sshsync")
            os.symlink("/etc/passwd", folder + "/link")
            for name in ("a/one", "two", "skip.tmp", "a/.sshsync/mine"):
                with open(os.path.join(folder, name), "w") as file:
                    file.write(name)
            manifest = sshsync.Manifest.of_folder(folder, filter=sshsync.Filter("- *.tmp"))
            self.assertEqual(list(manifest), ["a/one", "two"])
            self.assertEqual(manifest["two"], sshsync.FileEntry("two", sshsync.Digest.of(b"two"), 3))
            self.assertTrue(sshsync.diff(manifest, manifest).empty)
            plan = sshsync.diff(manifest, sshsync.Manifest())
            self.assertEqual(
                [(one.action, one.path, one.child) for one in plan], [("copy", "a/one", None), ("copy", "two", None)]
            )
            self.assertEqual(plan.bytes, 8)

    def test_a_filter_leaves_files_out_of_a_comparison(self):
        one = sshsync.Manifest([sshsync.FileEntry("a.tmp", sshsync.Digest.of(b"1"))])
        self.assertTrue(sshsync.diff(one, sshsync.Manifest(), filter=sshsync.Filter("- *.tmp")).empty)

    def test_a_listing_is_not_trusted(self):
        output = b"/srv/a\n/srv/../etc/passwd\n/other\nb\n"
        self.assertEqual(sshsync.Manifest.paths_of_listing(output, "/srv"), ("a", "b"))

    def test_commands_have_limits(self):
        with self.assertRaises(sshsync.HostTimeoutError) as caught:
            sshsync.run(HERE, "sleep 1000", timeout=0.2)
        self.assertIsInstance(caught.exception, TimeoutError)
        self.assertIsInstance(caught.exception, ConnectionError)
        with self.assertRaises(sshsync.ProcessingError) as caught:
            sshsync.run(HERE, sshsync.Command("yes", max_output=1000))
        self.assertEqual(caught.exception.failure, "output_too_large")

    def test_a_host_that_does_not_exist_is_unreachable(self):
        with self.assertRaises(sshsync.HostUnreachableError) as caught:
            sshsync.SshRunner(wait=0.1).run(
                sshsync.Host("127.0.0.1", port=1, ssh=["ssh", "-F", "none"]), sshsync.Command("true")
            )
        self.assertIsInstance(caught.exception, ConnectionError)
        self.assertEqual(caught.exception.exit_code, 6)

    def test_output_is_streamed_and_its_taker_may_end_the_command(self):
        class Enough(Exception):
            pass

        def take(data):
            if b"first\n" in data:
                raise Enough

        with sshsync.SshRunner() as runner:
            self.assertRaises(Enough, runner.stream, HERE, sshsync.Command("echo first; sleep 1000"), take)
            parts = []
            self.assertEqual(runner.stream(HERE, sshsync.Command("echo a; exit 2"), parts.append).status, 2)
            self.assertEqual(b"".join(parts), b"a\n")
        self.assertRaises(RuntimeError, runner.run, HERE, sshsync.Command("true"))

    def test_connections_serve_many_threads(self):
        with sshsync.SshRunner() as runner:
            outs = []
            threads = [
                threading.Thread(target=lambda i=i: outs.append(runner.run(HERE, sshsync.Command(f"echo {i}")).out))
                for i in range(8)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(sorted(outs), [b"%d\n" % i for i in range(8)])

    def test_plain_values_survive_pickle(self):
        values = [
            sshsync.Digest.of(b"x"),
            sshsync.Template("echo ${FILE}"),
            sshsync.Filter("- *.tmp"),
            sshsync.FileEntry("a", sshsync.Digest.of(b"x"), 1),
            sshsync.Manifest([sshsync.FileEntry("a")]),
            sshsync.Template("echo ${FILE}").bind(FILE="x"),
            sshsync.Host("h", user="u", port=22, jump="j", ssh=["ssh", "-4"]),
            sshsync.Command("x", input=b"y\n", writes=True),
            sshsync.Result(3, b"o", b"e"),
        ]
        for value in values:
            copy = pickle.loads(pickle.dumps(value))
            self.assertEqual(copy, value)
            self.assertEqual(hash(copy), hash(value))

    def test_exceptions_survive_pickle(self):
        error = sshsync.errors.error_of("timeout", "silent", repository="p", file="f", output="o")
        copy = pickle.loads(pickle.dumps(error))
        self.assertEqual((type(copy), str(copy), vars(copy)), (type(error), "silent", vars(error)))

    def test_every_failure_has_a_class_of_the_family(self):
        for failure in sshsync.errors.FAILURES.values():
            error = sshsync.errors.error_of(failure.name, "m")
            self.assertIsInstance(error, sshsync.SshsyncError)
            self.assertEqual((error.exit_code, error.failure), (failure.exit_code, failure.name))
        self.assertEqual(len(sshsync.errors.FAILURES), len(set(sshsync.errors.FAILURES)))
        self.assertIsInstance(sshsync.errors.error_of("auth", "m"), ConnectionError)


if __name__ == "__main__":
    python_cases.main(__file__)
