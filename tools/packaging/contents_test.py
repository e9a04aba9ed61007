"""The table of what is installed where is read as it is written."""

import unittest

from sshsync.testing import python_cases
from tools.packaging.contents import Row, read_contents

TABLE = """\
# WHERE  PACKAGE  MODE    SOURCE  TARGET
all      one      0755    program  bin/program

deb,rpm  one      config  conf     /etc/one.conf
rpm      one      folder  -        share/doc/one
deb      two      0644    page     share/page
"""


class ContentsTest(unittest.TestCase):
    def test_relative_targets_are_below_usr_and_absolute_ones_where_they_say(self):
        self.assertEqual(
            read_contents(TABLE, "deb", "one"),
            [Row("0755", "program", "/usr/bin/program"), Row("config", "conf", "/etc/one.conf")],
        )

    def test_each_layout_and_package_has_rows_of_its_own(self):
        self.assertEqual(
            [row.target for row in read_contents(TABLE, "rpm", "one")],
            ["/usr/bin/program", "/etc/one.conf", "/usr/share/doc/one"],
        )
        self.assertEqual([row.target for row in read_contents(TABLE, "deb", "two")], ["/usr/share/page"])

    def test_a_mode_says_what_a_row_is(self):
        self.assertEqual(
            [(row.bits, row.is_folder) for row in read_contents(TABLE, "rpm", "one")],
            [(0o755, False), (0o644, False), (0o755, True)],
        )

    def test_a_package_without_a_row_is_a_mistake(self):
        with self.assertRaisesRegex(ValueError, "three"):
            read_contents(TABLE, "deb", "three")


if __name__ == "__main__":
    python_cases.main(__file__)
