"""Bazel's own rule sets, linked from the distribution's packages instead of downloaded."""

_PLACES = {
    "bazel_skylib": "/usr/share/bazel/tools/skylib",
    "platforms": "/usr/share/bazel/tools/platforms",
    "rules_java": "/usr/share/bazel/rules/java",
    "rules_proto": "/usr/share/bazel/rules/proto",
}

def _linked_folder_impl(ctx):
    place = ctx.path(ctx.attr.place)
    if not place.exists:
        fail("%s is missing: run ./tools/bazel, which installs what the build needs" % ctx.attr.place)
    for entry in place.readdir():
        ctx.symlink(entry, entry.basename)

_linked_folder = repository_rule(
    implementation = _linked_folder_impl,
    attrs = {"place": attr.string(mandatory = True)},
    local = True,
)

def packaged_rules():
    for name, place in _PLACES.items():
        _linked_folder(name = name, place = place)
