"""Maps a configuration to hosts on loopback: the same repositories, parents and templates, with other addresses,
accounts and folders.

    text = map_to_loopback(original, {"repomaster": Place(...), "repoproxy": Place(...)}, overrides={})

A function of its arguments. What names a host, an account, a key or a folder is replaced in every section; what would
reach out of the test (hooks,
metrics, places of state, a jump host) is left out; all else stays as the operator wrote it.
"""

import configparser
import re
import typing

# Keys of [sshsync] that concern nobody but the run.
_KEPT_SETTINGS = ("jobs", "max_sessions")
_LEFT_OUT = ("jump", "peerssh", "ssh", "host", "port", "user", "path", "identity", "peerhost", "peerport", "peeruser")
_SECTION_OF_MANY = re.compile(r"^(?P<head>.*)\[(?P<first>\d+)-(?P<last>\d+)\](?P<tail>.*)$")
_TEMPLATES = ("listcmd", "digestcmd", "synccmd", "deletecmd")
_NODE = "${NODE}"


class Place(typing.NamedTuple):
    """Where a repository is during the test."""

    host: str
    port: int
    user: str
    path: str
    stage: str  # a folder on the same file system, for a configuration that has one elsewhere
    identity: str  # the controller's key
    ssh: str  # with which the controller reaches it
    peerssh: str  # with which its account reaches its parent
    programs: str  # a folder with ssh and scp that know the other hosts


def nodes(section):
    """(name, node) of every repository that a header stands for; the node is None where it stands for itself."""
    many = _SECTION_OF_MANY.match(section)
    if not many:
        return [(section, None)]
    first, last = many["first"], many["last"]
    width = len(first) if first.startswith("0") else 0
    numbers = [str(number).zfill(width) for number in range(int(first), int(last) + 1)]
    return [(many["head"] + number + many["tail"], number) for number in numbers]


def map_to_loopback(text, places, overrides):
    """`overrides` is {section or repository: [`key = value`]}; a repository's win over its section's, those over
    [DEFAULT]'s.
    """
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.read_string(text.lstrip("\ufeff"))
    unknown = set(overrides) - {"DEFAULT"} - set(parser.sections()) - set(places)
    if unknown:
        raise ValueError("overrides name no section: " + ", ".join(sorted(unknown)))
    defaults = dict(parser.defaults(), **_keys(overrides.get("DEFAULT", [])))
    # Values may refer to these by %(host)s: they stay defined.
    result = _section("DEFAULT", {key: value for key, value in defaults.items() if key != "jump"})
    settings = parser["sshsync"] if parser.has_section("sshsync") else {}
    result += _section("sshsync", {key: settings[key] for key in _KEPT_SETTINGS if key in settings})
    for section in parser.sections():
        if section == "sshsync":
            continue
        own = {
            key: value
            for key, value in parser.items(section)
            if key not in parser.defaults() or parser.defaults()[key] != value
        }
        own.update(_keys(overrides.get(section, [])))
        for name, node in nodes(section):
            if name not in places:
                raise ValueError("section [%s]: where is %s?" % (section, name))
            result += _section(
                name, _mapped(dict(own), dict(defaults), places[name], node, _keys(overrides.get(name, [])))
            )
    return result


def _mapped(keys, defaults, place, node, overrides):
    keys.update(overrides)
    for key in _LEFT_OUT:
        keys.pop(key, None)
    for key, value in keys.items():
        if node is not None and key not in _TEMPLATES and not key.startswith("action."):
            keys[key] = value.replace(_NODE, node)
    for key, value in defaults.items():
        if node is not None and _NODE in value and key not in keys and key not in _TEMPLATES:
            keys[key] = value.replace(_NODE, node)
    is_local = keys.get("transport", defaults.get("transport")) == "local"
    keys.update(
        path=place.path, peerhost=place.host, peerport=str(place.port), peeruser=place.user, peerssh=place.peerssh
    )
    if not is_local:
        keys.update(host=place.host, port=str(place.port), user=place.user, identity=place.identity, ssh=place.ssh)
    if keys.get("stage", defaults.get("stage", "")).startswith("/"):
        keys["stage"] = place.stage
    synccmd = keys.get("synccmd", defaults.get("synccmd"))
    if synccmd is not None:
        # An operator's `scp` finds the other hosts as it would where they have names of their own.
        keys["synccmd"] = "PATH=%s:/usr/local/bin:/usr/bin:/bin; %s" % (place.programs, synccmd)
    return keys


def _keys(lines):
    found = {}
    for line in lines:
        key, equals, value = line.partition("=")
        if not equals:
            raise ValueError("an override is `key = value`, not: " + line)
        found[key.strip().lower()] = value.strip()
    return found


def _section(name, keys):
    lines = ["[%s]" % name]
    for key, value in keys.items():
        lines.append("%s = %s" % (key, (value or "").replace("\n", "\n    ")))
    return "\n".join(lines) + "\n\n"
