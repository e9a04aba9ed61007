"""Writes a C++ header that holds shell scripts as constants: embed_scripts.py GUARD FILE...

scripts/publish_folders.sh becomes kPublishFoldersScript: a newline and the script without the comment at its top.
"""

import os
import sys


def body_of(text):
    """The script without the comment lines at its top."""
    lines = text.splitlines(keepends=True)
    while lines and (lines[0].startswith("#") or not lines[0].strip()):
        lines.pop(0)
    return "".join(lines)


def main(guard, *files):
    print("#ifndef %s\n#define %s\n" % (guard, guard))
    print('#include "absl/strings/string_view.h"\n\nnamespace sshsync {\n')
    for path in files:
        words = os.path.basename(path)[: -len(".sh")].split("_")
        with open(path, encoding="ascii") as file:
            body = body_of(file.read())
        name = "k%sScript" % "".join(word.capitalize() for word in words)
        print('inline constexpr absl::string_view %s = R"sh(\n%s)sh";\n' % (name, body))
    print("}  // namespace sshsync\n\n#endif  // %s" % guard)


if __name__ == "__main__":
    main(*sys.argv[1:])
