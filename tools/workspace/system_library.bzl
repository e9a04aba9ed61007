"""A library of the distribution as a repository with one cc_library of the same name.

    system_library(name = "re2", headers = ["re2"], modules = ["re2"], package = "libre2-dev")

`headers` are entries of the include folders, `modules` are asked of pkg-config for flags, `links` are given where a library
has no pkg-config file, `package` is what the message names when something is missing.
"""

_BUILD = """package(default_visibility = ["//visibility:public"])

cc_library(
    name = "{name}",
    hdrs = glob(["include/**", "arch/**"]),
    defines = {defines},
    includes = {includes},
    linkopts = {linkopts},
)

# The same library for a program that brings it along: where the linker looks here first, it finds nothing but archives.
filegroup(
    name = "archives",
    srcs = glob(["archives/*.a"]),
)
"""

def _missing(ctx, what):
    fail("%s is missing: install the packages %s (./tools/bazel does it)" % (what, ctx.attr.package))

def _flags(ctx, option):
    if not ctx.attr.modules:
        return []
    result = ctx.execute(["pkg-config", option] + ctx.attr.modules)
    if result.return_code != 0:
        _missing(ctx, "pkg-config module " + " ".join(ctx.attr.modules))
    return [word for word in result.stdout.strip().split(" ") if word]

def _impl(ctx):
    arch = ctx.execute(["gcc", "-print-multiarch"]).stdout.strip()
    flags = _flags(ctx, "--cflags-only-I")
    roots = ["/usr/include"] + [flag[2:] for flag in flags if flag.startswith("-I")]
    includes = []
    for header in ctx.attr.headers:
        found = False
        for root in roots:
            for folder, place in [("include", root), ("arch", root.replace("/usr/include", "/usr/include/" + arch))]:
                entry = ctx.path(place + "/" + header)
                if entry.exists and not ctx.path(folder + "/" + header).exists:
                    ctx.symlink(entry, folder + "/" + header)
                    found = True
                    if folder not in includes:
                        includes.append(folder)
        if not found:
            _missing(ctx, "header " + header)

    # A root of its own (python3.11) is linked whole: its headers include each other without a folder.
    for root in roots[1:]:
        if root.startswith("/usr/include/") and ctx.path(root).exists:
            folder = "include/" + root[len("/usr/include/"):]
            if not ctx.path(folder).exists:
                ctx.symlink(root, folder)
            includes.append(folder)
    links = ctx.attr.links or _flags(ctx, "--libs")
    for link in links:
        name = "lib%s.a" % link[len("-l"):]
        archive = ctx.path("/usr/lib/%s/%s" % (arch, name))
        if link.startswith("-l") and archive.exists and not ctx.path("archives/" + name).exists:
            ctx.symlink(archive, "archives/" + name)
    ctx.file("BUILD.bazel", _BUILD.format(
        name = ctx.name,
        defines = repr([flag[2:] for flag in _flags(ctx, "--cflags-only-other") if flag.startswith("-D")]),
        includes = repr(includes),
        linkopts = repr(links),
    ))

system_library = repository_rule(
    implementation = _impl,
    attrs = {
        "headers": attr.string_list(mandatory = True),
        "links": attr.string_list(),
        "modules": attr.string_list(),
        "package": attr.string(mandatory = True),
    },
    local = True,
)
