"""What runs on hosts, as files: a room's scripts/*.sh, embedded into the program."""

def embedded_scripts(room):
    """The library `scripts` with the header scripts.h: a constant for each scripts/NAME.sh of the package.

    Args:
      room: the package below sshsync/, for the include guard.
    """
    files = native.glob(["scripts/*.sh"])
    native.filegroup(
        name = "script_files",
        srcs = files,
        visibility = ["//sshsync:__subpackages__"],
    )
    native.genrule(
        name = "scripts_header",
        srcs = files,
        outs = ["scripts.h"],
        cmd = "python3 $(location //tools/workspace:embed_scripts.py) SSHSYNC_%s_SCRIPTS_H_ $(SRCS) > $@" % room.upper(),
        tools = ["//tools/workspace:embed_scripts.py"],
    )
    native.cc_library(
        name = "scripts",
        hdrs = ["scripts.h"],
        deps = ["@absl"],
    )
