"""All that this repository needs from outside, for its own WORKSPACE and for those that load its rules.

    local_repository(name = "sshsync", path = "...")
    load("@sshsync//tools/workspace:dependencies.bzl", "sshsync_dependencies")
    sshsync_dependencies()

Where the program is installed already, its path is all that the rules need: docs/bazel.md has both.
"""

load(":python_tag.bzl", "python_tag")
load(":system_library.bzl", "system_library")

def sshsync_dependencies():
    """The libraries of the distribution under the names that this repository knows, and its Python toolchain."""
    system_library(
        name = "absl",
        headers = ["absl"],
        modules = [
            "absl_any_invocable",
            "absl_flat_hash_map",
            "absl_flat_hash_set",
            "absl_str_format",
            "absl_strings",
            "absl_status",
            "absl_statusor",
            "absl_time",
        ],
        package = "libabsl-dev",
    )
    system_library(
        name = "re2",
        headers = ["re2"],
        modules = ["re2"],
        package = "libre2-dev",
    )
    system_library(
        name = "openssl",
        headers = ["openssl"],
        modules = ["libcrypto"],
        package = "libssl-dev",
    )
    system_library(
        name = "googletest",
        headers = [
            "gmock",
            "gtest",
        ],
        modules = [
            "gmock_main",
            "gtest",
        ],
        package = "libgtest-dev libgmock-dev",
    )
    system_library(
        name = "benchmark",
        headers = ["benchmark"],
        links = [
            "-lbenchmark_main",
            "-lbenchmark",
            "-lpthread",
        ],
        package = "libbenchmark-dev",
    )
    system_library(
        name = "sqlitecpp",
        headers = [
            "SQLiteCpp",
            "sqlite3.h",
        ],
        links = [
            "-lSQLiteCpp",
            "-lsqlite3",
        ],
        package = "libsqlitecpp-dev libsqlite3-dev",
    )
    system_library(
        name = "cli11",
        headers = ["CLI"],
        package = "libcli11-dev",
    )
    system_library(
        name = "json",
        headers = ["nlohmann"],
        package = "nlohmann-json3-dev",
    )
    system_library(
        name = "pybind11",
        headers = ["pybind11"],
        modules = ["python3"],
        package = "pybind11-dev python3-dev",
    )

    # A program with the interpreter inside: a test has that.
    system_library(
        name = "python_embed",
        headers = ["pybind11"],
        modules = ["python3-embed"],
        package = "pybind11-dev python3-dev",
    )
    python_tag(name = "python_tag")
    native.register_toolchains("@sshsync//tools/workspace:python_toolchain")
