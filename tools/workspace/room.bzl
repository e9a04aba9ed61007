"""Declares the units of a room: one call makes the library and the test of a header."""

load(":rooms.bzl", _room_visibility = "room_visibility")

room_visibility = _room_visibility

def _existing(names):
    return native.glob(names, allow_empty = True)

def sshsync_library(
        name,
        srcs = None,
        hdrs = None,
        deps = [],
        test_deps = [],
        test_size = "medium",
        test_data = [],
        test_tags = [],
        test_linkopts = [],
        test_shard_count = None,
        **kwargs):
    """The library NAME of NAME.h and NAME.cc, and its test NAME_test where NAME_test.cc exists.

    Args:
      name: of the unit.
      srcs: NAME.cc, if there is one.
      hdrs: NAME.h.
      deps: of the library, besides Abseil.
      test_deps: of the test, besides the library, its deps and GoogleTest.
      test_size: of the test.
      test_data: of the test.
      test_tags: of the test.
      test_linkopts: of the test.
      test_shard_count: of the test.
      **kwargs: what cc_library takes.
    """
    native.cc_library(
        name = name,
        srcs = _existing([name + ".cc"]) if srcs == None else srcs,
        hdrs = [name + ".h"] if hdrs == None else hdrs,
        deps = deps + ["@absl"],
        **kwargs
    )
    if _existing([name + "_test.cc"]):
        sshsync_test(
            name = name + "_test",
            size = test_size,
            data = test_data,
            tags = test_tags,
            linkopts = test_linkopts,
            shard_count = test_shard_count,
            deps = [":" + name] + deps + test_deps,
        )

def sshsync_test(name, size = "medium", deps = [], **kwargs):
    """A test of NAME.cc alone, for what belongs to no single header.

    Args:
      name: of the test and of its file.
      size: as cc_test's.
      deps: besides Abseil and GoogleTest.
      **kwargs: what cc_test takes.
    """
    native.cc_test(
        name = name,
        size = size,
        srcs = [name + ".cc"],
        deps = {dep: None for dep in deps + ["@absl", "@googletest"]}.keys(),
        **kwargs
    )

def room_tree():
    """All files of the package, for the tests that read the sources (//tools/tree)."""
    native.filegroup(
        name = "tree",
        srcs = native.glob(["**"]),
        visibility = [
            "//testdata/rules:__pkg__",
            "//tools/tree:__pkg__",
        ],
    )
