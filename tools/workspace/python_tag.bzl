"""What a wheel for this machine's Python is called, as `load("@python_tag//:tag.bzl", "PYTHON_TAG")`: `cp311-cp311-linux_x86_64`.

The interpreter is the one that the extension is compiled for: the distribution's python3.
"""

_SCRIPT = """
import sys, sysconfig
name = "cp%d%d" % sys.version_info[:2]
print("-".join([name, name, sysconfig.get_platform().replace("-", "_").replace(".", "_")]))
"""

def _impl(ctx):
    result = ctx.execute(["/usr/bin/python3", "-c", _SCRIPT])
    if result.return_code != 0:
        fail("/usr/bin/python3 is missing: install the package python3-dev (./tools/bazel does it)")
    ctx.file("BUILD.bazel", "")
    ctx.file("tag.bzl", "PYTHON_TAG = %s\n" % repr(result.stdout.strip()))

python_tag = repository_rule(implementation = _impl, local = True)
