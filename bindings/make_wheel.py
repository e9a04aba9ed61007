"""Writes a wheel: the package and its extension in a zip file, with the papers that pip wants.

    make_wheel.py WHEEL FILE...

The files lie in folders called `sshsync`; name, version and tag are those of the wheel's own name. Equal files give
equal bytes.
"""

import base64
import hashlib
import os
import sys
import zipfile

METADATA = """Metadata-Version: 2.1
Name: sshsync
Version: {version}
Summary: Cascades files from host to many hosts over nothing but SSH: the engine, for Python
Requires-Python: =={major}.{minor}.*
"""

WHEEL = """Wheel-Version: 1.0
Generator: sshsync
Root-Is-Purelib: false
Tag: {tag}
"""


def main(wheel, files):
    name, version, tag = os.path.basename(wheel)[: -len(".whl")].split("-", 2)
    major, minor = tag[2], tag[3:].split("-")[0]
    papers = f"{name}-{version}.dist-info"
    contents = {}
    for path in sorted(files, key=os.path.basename):
        with open(path, "rb") as file:
            contents[f"{name}/{os.path.basename(path)}"] = file.read()
    contents[papers + "/METADATA"] = METADATA.format(version=version, major=major, minor=minor).encode()
    contents[papers + "/WHEEL"] = WHEEL.format(tag=tag).encode()
    record = "".join(f"{path},sha256={_digest(content)},{len(content)}\n" for path, content in contents.items())
    contents[papers + "/RECORD"] = (record + papers + "/RECORD,,\n").encode()
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in contents.items():
            entry = zipfile.ZipInfo(path)  # its time is that of the format's beginning
            entry.external_attr = (0o755 if path.endswith(".so") else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)


def _digest(content):
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
