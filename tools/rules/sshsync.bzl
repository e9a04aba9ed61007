"""Bazel rules for repositories that keep an sshsync.conf: lint it, pin what it expands to, try it over real sshd.

    load("//tools/rules:sshsync.bzl", "sshsync_cascade_test", "sshsync_config_test", "sshsync_plan_test")

From another workspace: `load("@sshsync//tools/rules:sshsync.bzl", ...)`. docs/bazel.md has an example of each. The tests are programs in Python of the
system's `python3`, started by a shell script, so that nothing but this repository is needed; `sshsync` in each rule names the program to test with,
the one of this repository unless you say otherwise.
"""

_PACKAGE = "//tools/rules:"

_LAUNCHER = """#!/bin/sh
# Starts {program} with the values that the rule was given.
set -eu
runfiles=${{TEST_SRCDIR:-${{RUNFILES_DIR:-$0.runfiles}}}}
case $runfiles in
  /*) ;;
  *) runfiles=$PWD/$runfiles ;;
esac
# -S: what is installed for the system's Python must not stand in for what lies here.
PYTHONPATH="$runfiles/{root}" PYTHONDONTWRITEBYTECODE=1 exec python3 -S "$runfiles/{program}" "$runfiles/{values}" "$runfiles" "$@"
"""

_COMMON = {
    "config": attr.label(mandatory = True, allow_single_file = True, doc = "The configuration."),
    "sshsync": attr.label(
        default = Label("//tools/cli:sshsync"),
        allow_files = True,
        executable = True,
        cfg = "target",
        doc = "The program to test with.",
    ),
}

_QUEUE = {
    "steps": attr.string_list(doc = "One value of --sync each: `appnode1,appnode2`, `@group`, `node[1-20]`."),
    "cascade": attr.string_list(doc = "Values of --cascade, behind the steps."),
    "exclude_repos": attr.string_list(doc = "Repositories to leave out."),
}

def _place(ctx, file):
    """Where a file lies below the folder of all runfiles."""
    path = file.short_path
    return path[len("../"):] if path.startswith("../") else ctx.workspace_name + "/" + path

def _shown(file):
    """How a message names a file: as its own workspace does."""
    path = file.short_path
    return "/".join(path.split("/")[2:]) if path.startswith("../") else path

def _start(ctx, runner, values, files, runfiles = None):
    """The providers of a test whose program is `runner`, one file of ctx.attr._programs."""
    program = [file for file in ctx.files._programs if file.basename == runner][0]
    values = dict(
        values,
        config = _place(ctx, ctx.file.config),
        config_shown = _shown(ctx.file.config),
        label = str(ctx.label),
        sshsync = _place(ctx, ctx.executable.sshsync),
    )
    values_file = ctx.actions.declare_file(ctx.label.name + ".values.json")
    ctx.actions.write(values_file, json.encode(values))
    launcher = ctx.actions.declare_file(ctx.label.name + ".sh")
    place = _place(ctx, program)
    ctx.actions.write(
        launcher,
        _LAUNCHER.format(program = place, root = place[:-len("/tools/rules/" + runner)], values = _place(ctx, values_file)),
        is_executable = True,
    )
    all_files = ctx.runfiles(files = [ctx.file.config, values_file] + ctx.files._programs + files)
    all_files = all_files.merge(ctx.attr.sshsync[DefaultInfo].default_runfiles)
    all_files = all_files.merge(ctx.runfiles(files = [ctx.executable.sshsync]))
    if runfiles:
        all_files = all_files.merge(runfiles)
    return [DefaultInfo(executable = launcher, runfiles = all_files)]

def _programs(name):
    return {"_programs": attr.label(default = Label(_PACKAGE + name))}

def _queue(ctx):
    if not ctx.attr.steps and not ctx.attr.cascade:
        fail("give `steps` or `cascade`: what is to be synchronized?")
    arguments = []
    for step in ctx.attr.steps:
        arguments += ["--sync", step]
    for root in ctx.attr.cascade:
        arguments += ["--cascade", root]
    if ctx.attr.exclude_repos:
        arguments += ["--exclude-repo", ",".join(ctx.attr.exclude_repos)]
    return arguments

def _config_test_impl(ctx):
    logging = ctx.file.logging_config
    return _start(ctx, "check_config.py", {
        "logging_config": _place(ctx, logging) if logging else "",
        "logging_config_shown": _shown(logging) if logging else "",
        "warnings_as_errors": ctx.attr.warnings_as_errors,
    }, [logging] if logging else [])

sshsync_config_test = rule(
    implementation = _config_test_impl,
    test = True,
    doc = "Lints a configuration as `sshsync check` does; every problem is named as `file:line: what is wrong: what to do`.",
    attrs = dict(
        _COMMON,
        logging_config = attr.label(allow_single_file = True, doc = "A logging.conf to lint, too."),
        warnings_as_errors = attr.bool(doc = "Fail where there is a warning."),
        **_programs("check_config")
    ),
)

def _plan_values(ctx):
    return {"golden_shown": ctx.attr.golden_path, "golden": "", "queue": _queue(ctx)}

def _plan_test_impl(ctx):
    return _start(ctx, "plan_golden.py", dict(_plan_values(ctx), golden = _place(ctx, ctx.file.golden)), [ctx.file.golden])

_plan_test = rule(
    implementation = _plan_test_impl,
    test = True,
    attrs = dict(
        _COMMON,
        golden = attr.label(mandatory = True, allow_single_file = True),
        golden_path = attr.string(mandatory = True),
        **dict(_QUEUE, **_programs("plan_golden"))
    ),
)

def _plan_update_impl(ctx):
    return _start(ctx, "plan_golden.py", _plan_values(ctx), [])

_plan_update = rule(
    implementation = _plan_update_impl,
    executable = True,
    attrs = dict(
        _COMMON,
        golden_path = attr.string(mandatory = True),
        **dict(_QUEUE, **_programs("plan_golden"))
    ),
)

def sshsync_plan_test(name, config, golden, steps = [], cascade = [], exclude_repos = [], sshsync = None, **kwargs):
    """Compares the repositories of a queue in their order, and the commands that each would run, with a file.

    `bazel run //package:NAME.update` writes the file, which need not be there for that.

    Args:
      name: of the test; NAME.update is the program that writes `golden`.
      config: the configuration.
      golden: a file of this package that holds what is expected.
      steps: one value of --sync each.
      cascade: values of --cascade, behind the steps.
      exclude_repos: repositories to leave out.
      sshsync: the program to test with.
      **kwargs: what every test rule takes.
    """
    if ":" in golden or "/" in golden and golden.startswith("/"):
        fail("golden is a file of this package, not a label: " + golden)
    shared = {
        "cascade": cascade,
        "config": config,
        "exclude_repos": exclude_repos,
        "golden_path": (native.package_name() + "/" if native.package_name() else "") + golden,
        "steps": steps,
    }
    if sshsync:
        shared["sshsync"] = sshsync
    _plan_test(name = name, golden = golden, **dict(shared, **kwargs))
    _plan_update(
        name = name + ".update",
        # Of the tests' attributes those that a program has, too; a wildcard need not build it.
        tags = kwargs.get("tags", []) + ["manual"],
        visibility = kwargs.get("visibility"),
        testonly = True,
        **shared
    )

def _below(ctx, files, folder):
    """{path below a folder of the target's package: place of the file}."""
    below = ctx.label.package + "/" if ctx.label.package else ""
    if ctx.label.workspace_root:
        below = "../" + ctx.label.workspace_root.split("/")[1] + "/" + below
    below += folder.rstrip("/") + "/" if folder else ""
    result = {}
    for file in files:
        if not file.short_path.startswith(below):
            fail("%s is not below the folder %s" % (file.short_path, below))
        result[file.short_path[len(below):]] = _place(ctx, file)
    return result

def _cascade_test_impl(ctx):
    check = ctx.executable.check
    return _start(ctx, "run_cascade.py", {
        "absent": ctx.attr.absent,
        "check": _place(ctx, check) if check else "",
        "exit_code": ctx.attr.exit_code,
        "files": _below(ctx, ctx.files.files, ctx.attr.folder),
        "old_files": _below(ctx, ctx.files.old_files, ctx.attr.old_folder),
        "options": ctx.attr.options,
        "overrides": ctx.attr.overrides,
        "present": ctx.attr.present,
        "queue": _queue(ctx),
        "root": ctx.attr.root,
    }, ctx.files.files + ctx.files.old_files + ([check] if check else []), ctx.attr.check[DefaultInfo].default_runfiles if check else None)

_cascade_test = rule(
    implementation = _cascade_test_impl,
    test = True,
    attrs = dict(
        _COMMON,
        absent = attr.string_list_dict(doc = "{repository: [paths]} that must not be there afterwards."),
        check = attr.label(executable = True, cfg = "target", doc = "A program to run afterwards; see docs/bazel.md for its environment."),
        exit_code = attr.int(doc = "How the run must end."),
        files = attr.label_list(mandatory = True, allow_files = True, doc = "What the root holds."),
        folder = attr.string(doc = "The folder of this package that is the root's; paths of `files` are taken below it."),
        old_files = attr.label_list(allow_files = True, doc = "What every child holds beforehand."),
        old_folder = attr.string(doc = "The folder of this package that the children hold."),
        options = attr.string_list(doc = "Further options of the run: --delete, --exclude ..."),
        overrides = attr.string_list_dict(doc = "{section: [`key = value`]} that replace keys of the configuration for this test."),
        present = attr.string_list_dict(doc = "{repository: [paths]} that must be there afterwards, with the root's content."),
        root = attr.string(doc = "The repository to fill, where the configuration has several roots."),
        **dict(_QUEUE, **_programs("run_cascade"))
    ),
)

def sshsync_cascade_test(name, tags = [], size = "medium", **kwargs):
    """Runs a queue of a configuration for real: an sshd on loopback for each repository, the root filled from a folder, the laws checked.

    Args:
      name: of the test.
      tags: further ones; sshd started by root does not work in Bazel's sandbox, so `local` and `no-sandbox` are always there.
      size: of the test.
      **kwargs: `config`, `files` and `folder`, `steps` or `cascade`, and what else docs/bazel.md lists.
    """
    _cascade_test(name = name, size = size, tags = tags + ["local", "no-sandbox"], **kwargs)
