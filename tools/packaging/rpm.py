"""An RPM of what was staged, by rpmbuild, which reads what it depends on out of the binaries itself."""

import datetime
import glob
import os

_HEADS = {
    "sshsync": (
        "Requires: /usr/bin/ssh\nRequires(pre): /usr/sbin/useradd, /usr/sbin/groupadd\nRequires(post):"
        " /usr/bin/setpriv\nRecommends: logrotate\n"
    ),
    "python3-sshsync": "Requires: /usr/bin/ssh\nRequires: python(abi) = {python}\n",
}

_SPEC = """\
%global debug_package %{{nil}}
%global __os_install_post %{{nil}}
Name: {name}
Version: {version}
Release: 1
Summary: {summary}
License: MIT
Packager: {maintainer}
Group: Applications/Internet
{head}
%description
{description}

%install
mkdir -p %{{buildroot}}
cp -a {root}/. %{{buildroot}}/
{scripts}
%files
{files}

%changelog
* {date} {maintainer} - {version}-1
- See the documentation of the package.
"""

_SCRIPTS = """
%pre
{account}
%post
{places}
%preun
if [ "$1" -eq 0 ]; then
{stop}
fi

%postun
if [ -d /run/systemd/system ]; then systemctl daemon-reload >/dev/null || true; fi
"""

# Nothing of the building machine, and no time but that of the changelog.
_DEFINES = [
    "_buildhost reproducible",
    "use_source_date_epoch_as_buildtime 1",
    "clamp_mtime_to_source_date_epoch 1",
    "_build_id_links none",
    "_binary_payload w6.xzdio",
    "_rpmfilename package.rpm",
]


def build(made):
    top = os.path.join(made.folder, "rpm")
    os.mkdir(top)
    scripts = ""
    if made.name == "sshsync":
        scripts = _SCRIPTS.format(
            account=made.script("account"), places=made.script("places"), stop=made.script("stop")
        )
    spec = os.path.join(top, made.name + ".spec")
    with open(spec, "w", encoding="utf-8") as file:
        file.write(
            _SPEC.format(
                name=made.name,
                version=made.version,
                summary=made.summary[0].upper() + made.summary[1:],
                head=_head(made),
                description=made.description,
                root=made.root,
                scripts=scripts,
                files="\n".join(_file(row, target) for row, target in made.targets),
                date=datetime.datetime.fromtimestamp(made.time, datetime.timezone.utc).strftime("%a %b %d %Y"),
                maintainer=made.maintainer,
            )
        )
    made.settle_times()
    defines = ["_topdir " + top, "_rpmdir " + top, "_tmppath " + top, "_dbpath " + os.path.join(top, "db")] + _DEFINES
    made.run("rpmbuild", "-bb", "--quiet", *[word for define in defines for word in ("--define", define)], spec)
    return glob.glob(os.path.join(top, "package.rpm"))[0]


def _head(made):
    head = _HEADS[made.name]
    return head.format(python=made.python()) if "{python}" in head else head


def _file(row, target):
    owner = "sshsync" if row.mode == "owned" else "root"
    kind = {"config": "%config(noreplace) ", "folder": "%dir ", "owned": "%dir "}.get(row.mode, "")
    if "/share/licenses/" in target:
        kind = "%license "
    elif "/share/doc/" in target and not row.is_folder:
        kind = "%doc "
    return "%s%%attr(%04o,%s,%s) %s" % (kind, row.bits, owner, owner, target)
