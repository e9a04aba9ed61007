"""A Debian package of what was staged, by dpkg-deb; what it depends on is what dpkg-shlibdeps reads out of its
binaries.
"""

import hashlib
import os

_MORE = {
    "sshsync": (
        "Recommends: logrotate, cron | cron-daemon | systemd\nSuggests: default-mta | mail-transport-agent\nSection:"
        " net\n"
    ),
    "python3-sshsync": "Suggests: sshsync\nSection: python\n",
}

_POSTINST = """#!/bin/sh
set -e
[ "$1" = configure ] || exit 0
{account}
for folder in /var/lib/sshsync /var/log/sshsync; do
  # A decision of the administrator's, by dpkg-statoverride, stands.
  if ! dpkg-statoverride --list "$folder" >/dev/null 2>&1; then
    chown sshsync:sshsync "$folder"
    chmod 0750 "$folder"
  fi
done
{places}"""

_PRERM = """#!/bin/sh
set -e
[ "$1" = remove ] || exit 0
{stop}"""

_POSTRM = """#!/bin/sh
set -e
if [ "$1" = purge ]; then
  # State, keys and log of the account; what is on the hosts stays there.
  rm -rf /var/lib/sshsync /var/log/sshsync
  rm -f /etc/systemd/system/timers.target.wants/sshsync@*.timer
  if getent passwd sshsync >/dev/null; then userdel sshsync; fi
fi
if [ -d /run/systemd/system ]; then systemctl daemon-reload >/dev/null || true; fi
"""


# What Python has compiled is no file of the package's.
_PYTHON_SCRIPTS = {
    "postinst": """#!/bin/sh
set -e
if [ "$1" = configure ] && command -v py3compile >/dev/null; then py3compile -p python3-sshsync; fi
""",
    "prerm": """#!/bin/sh
set -e
if command -v py3clean >/dev/null; then py3clean -p python3-sshsync; fi
""",
}


def _depends(made):
    if made.name == "sshsync":
        return ["openssh-client", "passwd"]
    major, minor = made.python().split(".")
    return ["openssh-client", "python3 (>= %s.%s)" % (major, minor), "python3 (<< %s.%d)" % (major, int(minor) + 1)]


def build(made):
    folder = os.path.join(made.root, "DEBIAN")
    os.mkdir(folder, 0o755)
    architecture = made.run("dpkg", "--print-architecture").strip()
    files = {
        "control": _control(made, architecture),
        "conffiles": "".join(target + "\n" for row, target in made.targets if row.mode == "config"),
        "md5sums": "".join(
            "%s  %s\n" % (_md5(made.root + target), target[1:])
            for row, target in sorted(made.targets, key=lambda item: item[1])
            if row.mode not in ("config", "folder", "owned")
        ),
    }
    if made.name == "sshsync":
        files["postinst"] = _POSTINST.format(account=made.script("account"), places=made.script("places"))
        files["prerm"] = _PRERM.format(stop=made.script("stop"))
        files["postrm"] = _POSTRM
    else:
        files.update(_PYTHON_SCRIPTS)
    for name, text in files.items():
        if text:
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(path, 0o755 if text.startswith("#!") else 0o644)
    made.settle_times()
    package = os.path.join(made.folder, "package.deb")
    made.run("dpkg-deb", "--root-owner-group", "-Zxz", "--build", made.root, package)
    return package


def _control(made, architecture):
    depends = _shared_libraries(made, architecture) + _depends(made)
    size = sum(os.path.getsize(made.root + target) + 1023 >> 10 for row, target in made.targets if not row.is_folder)
    description = "".join("\n " + (line or ".") for line in made.description.split("\n"))
    return (
        "Package: %s\nVersion: %s\nArchitecture: %s\nMaintainer: %s\nInstalled-Size: %d\nDepends: %s\n%sPriority:"
        " optional\nDescription: %s%s\n"
        % (
            made.name,
            made.version,
            architecture,
            made.maintainer,
            size,
            ", ".join(depends),
            _MORE[made.name],
            made.summary,
            description,
        )
    )


def _shared_libraries(made, architecture):
    if not made.binaries:
        return []
    # It wants a source package around it.
    source = os.path.join(made.folder, "source")
    os.makedirs(os.path.join(source, "debian"))
    with open(os.path.join(source, "debian", "control"), "w", encoding="utf-8") as file:
        file.write(
            "Source: sshsync\nMaintainer: %s\n\nPackage: %s\nArchitecture: %s\nDescription: x\n"
            % (made.maintainer, made.name, architecture)
        )
    found = made.run("dpkg-shlibdeps", "--warnings=1", "-O", *["-e" + path for path in made.binaries], cwd=source)
    return found.strip().partition("shlibs:Depends=")[2].split(", ")


def _md5(path):
    with open(path, "rb") as file:
        return hashlib.md5(file.read()).hexdigest()
