"""Fuzz targets: one file with LLVMFuzzerTestOneInput, and the two ways to run it."""

def fuzz_target(name, srcs, deps, corpus, data, max_len, dictionary = None, mutants = 20000):
    """libFuzzer's search, and a replay of what it starts from.

    Args:
      name: NAME is the search: `bazel test --config=fuzz //place:NAME`, or tools/fuzz.sh; it needs clang and runs only when it is asked for.
        NAME_replay_test is an ordinary test: the corpus and `mutants` deterministic changes of it.
      srcs: the target.
      deps: what it tests.
      corpus: folders of inputs, as paths from the root of the tree.
      data: the targets that hold them.
      max_len: of an input, in bytes.
      dictionary: a file of tokens, as a label.
      mutants: how many changed inputs the replay tries.
    """
    words = ["-max_len=%d" % max_len, "-max_total_time=30", "-timeout=10"]
    if dictionary:
        words.append("-dict=$(location %s)" % dictionary)
        data = data + [dictionary]
    native.cc_test(
        name = name,
        srcs = srcs,
        args = words + corpus,
        data = data,
        linkopts = ["-fsanitize=fuzzer"],
        tags = ["manual"],
        deps = deps,
    )
    native.cc_test(
        name = name + "_replay_test",
        size = "small",
        srcs = srcs,
        args = ["%d" % mutants, "%d" % max_len] + corpus,
        data = data,
        deps = deps + ["//sshsync/testing:fuzz_replay"],
    )
