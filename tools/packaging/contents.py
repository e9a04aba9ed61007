"""The table of what is installed where (contents.txt), read.

    rows = read_contents(text, "deb", "sshsync")
    rows[0] == Row(mode="0755", source="sshsync", target="/usr/bin/sshsync")
"""

import typing


class Row(typing.NamedTuple):
    mode: str  # permission bits, `config`, `folder`, `owned` or `wheel`
    source: str  # name of a file, `-` for a folder, `*.whl`
    target: str  # absolute

    @property
    def is_folder(self):
        return self.mode in ("folder", "owned")

    @property
    def bits(self):
        return {"config": 0o644, "folder": 0o755, "owned": 0o750, "wheel": 0o644}.get(self.mode) or int(self.mode, 8)


def read_contents(text, layout, package):
    """The rows of one package in one layout (`deb`, `rpm`), folders first where they stand first."""
    rows = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        where, owner, mode, source, target = line.split()
        if owner == package and (where == "all" or layout in where.split(",")):
            rows.append(Row(mode, source, target if target.startswith("/") else "/usr/" + target))
    if not rows:
        raise ValueError("contents.txt has no row of package %s for %s" % (package, layout))
    return rows
