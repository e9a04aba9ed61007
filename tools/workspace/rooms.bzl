"""The rooms of the house: who may include whom. The only list of it.

`room_visibility()` makes each room's package visible to the rooms that may include it, so that Bazel refuses any other
arrow; //tools/tree:rooms_test draws the arrows from the includes and holds them to this table, and to the picture in
docs/design.md. Tests, their fixtures (//sshsync/testing) and the benchmarks may include what they like.
"""

# A room, and the rooms that its files include, besides itself. In the order of the floors: each includes rooms that
# stand before it only.
ROOMS = {
    "sshsync/base": [],
    "sshsync/text": ["sshsync/base"],
    "sshsync/digest": ["sshsync/base"],
    "sshsync/model": ["sshsync/base", "sshsync/digest"],
    "sshsync/config/ini": ["sshsync/base", "sshsync/text"],
    "sshsync/config/logging": ["sshsync/base", "sshsync/text", "sshsync/config/ini"],
    "sshsync/config": ["sshsync/base", "sshsync/text", "sshsync/model", "sshsync/config/ini"],
    "sshsync/plan": ["sshsync/base", "sshsync/text", "sshsync/digest", "sshsync/model", "sshsync/config"],
    "sshsync/host": ["sshsync/base", "sshsync/text", "sshsync/digest", "sshsync/model", "sshsync/config", "sshsync/plan"],
    "sshsync/host/probe": [
        "sshsync/text",
        "sshsync/digest",
        "sshsync/model",
        "sshsync/config",
        "sshsync/plan",
        "sshsync/host",
    ],
    "sshsync/stage": ["sshsync/base", "sshsync/text", "sshsync/digest", "sshsync/model", "sshsync/plan", "sshsync/host"],
    "sshsync/process": ["sshsync/base"],
    "sshsync/ssh": ["sshsync/base", "sshsync/text", "sshsync/model", "sshsync/process"],
    "sshsync/remote": [
        "sshsync/base",
        "sshsync/text",
        "sshsync/model",
        "sshsync/plan",
        "sshsync/host",
        "sshsync/host/probe",
        "sshsync/stage",
        "sshsync/process",
        "sshsync/ssh",
    ],
    "sshsync/route": [
        "sshsync/base",
        "sshsync/text",
        "sshsync/model",
        "sshsync/plan",
        "sshsync/host",
        "sshsync/stage",
        "sshsync/process",
        "sshsync/ssh",
        "sshsync/remote",
    ],
    "sshsync/schedule": [
        "sshsync/base",
        "sshsync/text",
        "sshsync/model",
        "sshsync/plan",
        "sshsync/host",
        "sshsync/stage",
        "sshsync/process",
    ],
    "sshsync/transfer": [
        "sshsync/text",
        "sshsync/plan",
        "sshsync/host",
        "sshsync/host/probe",
        "sshsync/stage",
        "sshsync/process",
        "sshsync/ssh",
        "sshsync/remote",
        "sshsync/route",
        "sshsync/schedule",
    ],
    "sshsync/cascade": [
        "sshsync/base",
        "sshsync/text",
        "sshsync/model",
        "sshsync/plan",
        "sshsync/stage",
        "sshsync/process",
        "sshsync/remote",
        "sshsync/schedule",
        "sshsync/transfer",
    ],
    "sshsync/record": ["sshsync/base", "sshsync/model"],
    "sshsync/record/state": ["sshsync/base", "sshsync/model", "sshsync/record"],
    "sshsync/record/report": [
        "sshsync/base",
        "sshsync/text",
        "sshsync/model",
        "sshsync/plan",
        "sshsync/record",
        "sshsync/record/state",
    ],
    # The public headers of the engine.
    "sshsync": ["sshsync/base", "sshsync/model", "sshsync/process"],
    "sshsync/run": [
        "sshsync/base",
        "sshsync/text",
        "sshsync/model",
        "sshsync/config",
        "sshsync/plan",
        "sshsync/host/probe",
        "sshsync/process",
        "sshsync/ssh",
        "sshsync/remote",
        "sshsync/route",
        "sshsync/schedule",
        "sshsync/cascade",
        "sshsync/record",
        "sshsync/record/report",
        "sshsync/record/state",
        "sshsync",
    ],
    "tools/cli/text": [
        "sshsync/base",
        "sshsync/text",
        "sshsync/model",
        "sshsync/config",
        "sshsync/plan",
        "sshsync/record",
        "sshsync/record/report",
        "sshsync",
    ],
    "tools/cli/flags": ["sshsync/base", "sshsync/text", "sshsync/model", "sshsync/config", "tools/cli/text"],
    "tools/cli/init": [
        "sshsync/base",
        "sshsync/text",
        "sshsync/model",
        "sshsync/config",
        "sshsync/config/ini",
        "tools/cli/text",
    ],
    "tools/cli/log": ["sshsync/base", "sshsync/text", "sshsync/config/logging"],
    "tools/cli/page": [
        "sshsync/base",
        "sshsync/text",
        "sshsync/record",
        "sshsync/record/report",
        "sshsync/record/state",
    ],
    "tools/cli/view": ["sshsync/text", "sshsync/model", "sshsync/record/report", "tools/cli/text"],
    "tools/cli/verbs": [
        "sshsync/base",
        "sshsync/text",
        "sshsync/config",
        "sshsync/config/ini",
        "sshsync/config/logging",
        "sshsync/plan",
        "sshsync/process",
        "sshsync/record",
        "sshsync/record/report",
        "sshsync",
        "tools/cli/text",
        "tools/cli/flags",
        "tools/cli/init",
        "tools/cli/log",
        "tools/cli/page",
        "tools/cli/view",
    ],
    "tools/cli": ["sshsync/process", "sshsync", "tools/cli/flags", "tools/cli/verbs"],
    # Python has the parts as well as the whole, and what runs leave behind, also as a page.
    "bindings": [
        "sshsync/base",
        "sshsync/text",
        "sshsync/digest",
        "sshsync/model",
        "sshsync/config",
        "sshsync/config/ini",
        "sshsync/plan",
        "sshsync/process",
        "sshsync/ssh",
        "sshsync/record/report",
        "sshsync",
        "tools/cli/page",
    ],
}

# What links a room without including it: the public headers of `sshsync` are implemented in `sshsync/run`.
LINKS = {
    "bindings": ["sshsync/run"],
    "tools/cli": ["sshsync/run"],
    "tools/cli/verbs": ["sshsync/run"],
}

# What the tests and fuzzers that lie in a room include besides.
TESTS = {
    "sshsync/config/ini": ["sshsync/config"],
    "sshsync/ssh": ["sshsync/host"],
    "sshsync/cascade": ["sshsync/ssh"],
    "sshsync/transfer": ["sshsync/base"],
    "tools/cli": ["sshsync/base"],
    "docs": ["sshsync/base"],
}

def room_visibility():
    """The packages that may depend on this one: for `package(default_visibility = room_visibility())`."""
    room = native.package_name()
    allowed = [user for table in [ROOMS, LINKS, TESTS] for user, used in table.items() if room in used]
    return ["//%s:__subpackages__" % top for top in ["benchmarks", "bindings/tests", "sshsync/testing", "tools/cli/testing"]] + \
           ["//%s:__pkg__" % user for user in {user: None for user in allowed}]
