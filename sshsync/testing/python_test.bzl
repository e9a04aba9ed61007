"""python_test: a test in Python, the way all of this repository's are."""

# sshd started by root wants setgroups, and other things of a whole machine are not to be had in Bazel's sandbox either.
_OUTSIDE = [
    "local",
    "no-sandbox",
]

def python_test(name, deps = [], outside = False, tags = [], **more):
    """A py_test of NAME.py, whose cases `python_cases.main(__file__)` runs.

    Args:
      name: of the test and of its file.
      deps: besides python_cases.
      outside: whether it cannot run in the sandbox.
      tags: more of them.
      **more: what py_test takes.
    """
    native.py_test(
        name = name,
        srcs = [name + ".py"],
        python_version = "PY3",
        tags = tags + (_OUTSIDE if outside else []),
        deps = deps + ["//sshsync/testing:python_cases"],
        **more
    )
