"""Configurations as Python sees them: values, texts, diagnostics, and what is refused."""

import os
import pickle
import tempfile
import unittest
from datetime import timedelta

import python_cases
import sshsync

TEXT = """
[DEFAULT]
user = deploy
timeout = 90
[sshsync]
jobs = 3
stop_at = 06:00
[master]
host = 192.168.0.1
path = /srv/app
password = secret
listcmd = find ${REPOPATH} -type f
[node[08-10]]
host = app${NODE}.example
port = 2222
path = /srv/app
parent = master
group = nodes
exclude = *.tmp
max_delete = 7
recheck = 1d
"""


class ConfigTest(unittest.TestCase):
    def setUp(self):
        self.config = sshsync.Config.loads(TEXT)

    def write(self, text, mode=0o600):
        folder = tempfile.TemporaryDirectory(dir="/tmp")
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "sshsync.conf")
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def test_sections_are_repositories_in_the_order_of_the_file(self):
        self.assertEqual(list(self.config), ["master", "node08", "node09", "node10"])
        self.assertEqual(len(self.config), 4)
        self.assertIn("node09", self.config)
        self.assertRaises(KeyError, self.config.__getitem__, "node11")
        self.assertEqual(
            [one.name for one in self.config.resolve("@nodes", "master")], ["node08", "node09", "node10", "master"]
        )

    def test_values_are_typed(self):
        node = self.config["node09"]
        self.assertEqual(
            (node.host.host, node.host.user, node.host.port, node.path, node.parent),
            ("app09.example", "deploy", 2222, "/srv/app", "master"),
        )
        self.assertEqual((node.timeout, node.recheck, node.max_delete), (timedelta(seconds=90), timedelta(days=1), "7"))
        self.assertEqual((node.filter, node.groups, node.digest), (("- *.tmp",), ("nodes",), ("sha256", "sha1", "md5")))
        self.assertTrue(self.config["master"].is_root)
        self.assertEqual((self.config.settings.jobs, self.config.settings.stop_at), (3, "06:00"))

    def test_as_a_mapping_a_repository_has_the_texts_of_the_file(self):
        node = self.config["node09"]
        self.assertEqual((node["HOST"], node["timeout"], node["max_delete"]), ("app09.example", "90", "7"))
        self.assertNotIn("listcmd", node)
        self.assertEqual(self.config["master"]["listcmd"], "find ${REPOPATH} -type f")
        self.assertEqual(node.get("nice", "10"), "10")

    def test_nothing_can_be_changed(self):
        with self.assertRaises(AttributeError):
            self.config["master"].path = "/"
        with self.assertRaises(TypeError):
            self.config["master"].templates["listcmd"] = "x"
        with self.assertRaises(TypeError):
            self.config["master"] = None

    def test_a_password_is_not_shown(self):
        self.assertEqual(self.config["master"].password, "secret")
        self.assertNotIn("secret", repr(self.config["master"]) + repr(self.config) + str(self.config["master"].host))

    def test_what_is_wrong_is_told_in_one_go(self):
        wrong = TEXT + "[other]\nhost = -x\nparent = nobody\npath = relative\n"
        with self.assertRaises(sshsync.ConfigError) as caught:
            sshsync.Config.loads(wrong, file="x.conf")
        lines = [one.line for one in caught.exception.diagnostics if one.severity == "error"]
        first = len(TEXT.splitlines())
        self.assertEqual(lines, [first + 2, first + 3, first + 4])
        self.assertIn("x.conf:%d:" % (first + 2), str(caught.exception))
        self.assertIn("^", str(caught.exception))
        self.assertEqual((caught.exception.exit_code, caught.exception.failure), (3, "config"))
        config = sshsync.Config.loads(wrong, strict=False)
        self.assertFalse(config.ok)
        self.assertEqual([one.line for one in config.validate() if one.severity == "error"], lines)
        self.assertRaises(sshsync.ConfigError, sshsync.Engine, config)

    def test_a_missing_parent_is_a_missing_section(self):
        with self.assertRaises(sshsync.MissingSectionError) as caught:
            sshsync.Config.loads("[a]\nhost = h\npath = /a\nparent = b\n")
        self.assertEqual(caught.exception.exit_code, 4)

    def test_warnings_do_not_keep_a_configuration_from_loading(self):
        config = sshsync.Config.loads(TEXT + "no_such_key = 1\n")
        warning = next(one for one in config.validate() if "no_such_key" in one.message)
        self.assertEqual((warning.severity, warning.line), ("warning", len(TEXT.splitlines()) + 1))

    def test_a_file_is_loaded_by_name_by_variable_or_not_at_all(self):
        path = self.write(TEXT)
        self.assertEqual(list(sshsync.Config.load(path)), list(self.config))
        os.environ["SSHSYNC_CONFIG"] = path
        self.addCleanup(os.environ.pop, "SSHSYNC_CONFIG")
        self.assertEqual(sshsync.Config.load().file, path)
        for place in ("/no/such/file", os.path.dirname(path)):
            with self.assertRaises(sshsync.ConfigError) as caught:
                sshsync.Config.load(place)
            self.assertIn(place, str(caught.exception))

    def test_a_fifo_is_refused_without_waiting_for_its_writer(self):
        path = self.write("") + ".fifo"
        os.mkfifo(path)
        self.assertRaises(sshsync.ConfigError, sshsync.Config.load, path)

    def test_a_file_that_others_can_write_runs_nothing(self):
        path = self.write(TEXT, 0o666)
        with self.assertRaises(sshsync.ConfigError) as caught:
            sshsync.Config.load(path)
        self.assertIn("write", str(caught.exception))
        self.assertEqual(sshsync.Config.load(path, strict=False).validate()[-1].severity, "warning")

    def test_a_template_that_no_run_takes_is_refused_before_there_is_an_engine(self):
        config = sshsync.Config.loads(TEXT + "digestcmd = sha1sum '${FILEPATH}*'\n", strict=False)
        self.assertFalse(config.ok)
        (refused,) = [one for one in config.commands(list(config)[-1]) if one.refused]
        self.assertEqual((refused.key, refused.remarks[0].kind), ("digestcmd", "quoting"))
        self.assertIn("^", refused.remarks[0].rendered)
        self.assertRaises(sshsync.UsageError, config.commands, "@nodes")

    def test_plain_values_survive_pickle(self):
        for value in (
            self.config,
            self.config["node10"],
            self.config.settings,
            self.config["master"].host,
            self.config.validate(),
        ):
            self.assertEqual(pickle.loads(pickle.dumps(value)), value)


if __name__ == "__main__":
    python_cases.main(__file__)
