#include "tools/cli/flags/flags.h"

#include <array>
#include <cstddef>

namespace sshsync::cli {
namespace {

constexpr size_t kAnyNumber = static_cast<size_t>(-1);

constexpr std::array kVerbs = {
    Verb{.id = VerbId::kSync,
         .name = "",
         .synopsis = "--sync REPO[,REPO...] [--sync ...]",
         .brief = "synchronize repositories with their parents, step by step",
         .doc = "Every repository named is brought in line with its parent. The repositories of one --sync are done in "
                "parallel; what a later "
                "--sync names is published when the steps before it have ended. Only what differs by digest is copied, "
                "received and verified "
                "beside the old file, and put in place by a rename."},
    Verb{.id = VerbId::kPlan,
         .name = "plan",
         .synopsis = "plan --sync REPO[,REPO...] [--sync ...]",
         .brief = "show what a synchronization would do, and why",
         .doc = "Connects, lists and compares like a synchronization, changes nothing, and prints for every file that "
                "differs what would be "
                "done and why. --dry-run does the same with fewer words."},
    Verb{.id = VerbId::kVerify,
         .name = "verify",
         .words = Words::kRepositories,
         .fewest = 1,
         .most = kAnyNumber,
         .synopsis = "verify REPO...",
         .brief = "compare repositories with their parents by digest, change nothing",
         .doc = "Reads and digests both sides. The exit status is 0 where everything is equal and 10 where something "
                "differs."},
    Verb{.id = VerbId::kCheck,
         .name = "check",
         .synopsis = "check",
         .brief = "look for mistakes in the configuration, without connecting to anything",
         .doc = "Reads the configuration and logging.conf, and reports every problem of both in one go: file, line, "
                "what is wrong and what to "
                "do. Marks the places of templates where a second program reads a file name again."},
    Verb{.id = VerbId::kProbe,
         .name = "probe",
         .words = Words::kRepositories,
         .fewest = 1,
         .most = kAnyNumber,
         .synopsis = "probe REPO...",
         .brief = "connect to the hosts of repositories and report what they can do",
         .doc = "Logs in and tries every command of the repositories, in a scratch folder of its own, and shows which "
                "preset each was taken from "
                "and which did not give the known answer. With -v also the commands themselves, as a section to copy. "
                "Nothing in a repository "
                "is changed."},
    Verb{.id = VerbId::kCommands,
         .name = "commands",
         .words = Words::kRepositories,
         .most = kAnyNumber,
         .synopsis = "commands REPO...|--sync ...",
         .brief = "show the commands that a repository's configuration gives, as they would be run",
         .doc = "Prints each template in force and the shell text that it becomes: values are variables in front of "
                "it, and the template's "
                "own variables are quoted. For a repository that is named, the commands that sshsync runs by itself "
                "come behind them, as keys `action.NAME` "
                "to copy into a section and change. With --sync or --cascade it does so for every repository of that "
                "queue, step by step, and first "
                "for the parents that are only read."},
    Verb{.id = VerbId::kGraph,
         .name = "graph",
         .synopsis = "graph [--format text|names|dot|json|svg]",
         .brief = "draw the repositories and their parents as a tree",
         .doc = "Needs no connection. dot is the language of Graphviz; svg is a picture that browsers show."},
    Verb{.id = VerbId::kResume,
         .name = "resume",
         .words = Words::kRun,
         .most = 1,
         .synopsis = "resume [RUN]",
         .brief = "continue the last unfinished run",
         .doc = "Repeats the steps and options of the last run that failed, was killed or stopped, or those of RUN, "
                "with the configuration as it "
                "is now; options given now win. Nothing that was verified is sent again. A run needs no continuation "
                "once a later one ended well "
                "for all its repositories. Without a record of runs the original command, typed again, does the same."},
    Verb{.id = VerbId::kStatus,
         .name = "status",
         .words = Words::kRepositories,
         .most = kAnyNumber,
         .synopsis = "status [REPO...] [--max-age TIME]",
         .brief = "when repositories last equalled their parents, what lags and why",
         .doc = "Tells what the record of runs says of the repositories, or of all; nothing is contacted. With "
                "--max-age the exit status is 10 "
                "where one of them equalled its parent longer ago than that."},
    Verb{.id = VerbId::kLog,
         .name = "log",
         .words = Words::kRun,
         .most = 1,
         .synopsis = "log [RUN]",
         .brief = "the runs; or one run's repositories and files",
         .doc = "The last 20 runs, or with -v all that are remembered. RUN is an id, or the beginning of one."},
    Verb{.id = VerbId::kReport,
         .name = "report",
         .words = Words::kRun,
         .most = 1,
         .synopsis = "report [RUN] --html FILE",
         .brief = "one run as a page for a browser: what moved, what failed and why",
         .doc =
             "Draws the last run, or RUN, from the record of runs: the cascade, a timeline, what failed with the "
             "remote output, and how the run "
             "compares with those before. The page is one file without scripts, and looks at nothing outside itself."},
    Verb{
        .id = VerbId::kRestore,
        .name = "restore",
        .words = Words::kRunAndRepository,
        .fewest = 2,
        .most = 2,
        .synopsis = "restore RUN REPO",
        .brief = "bring back what a run replaced and deleted in a repository",
        .doc =
            "Copies the files of .sshsync/trash/RUN on the host of REPO back to their places, whole, by renames; RUN "
            "is an id, or the beginning of one. "
            "The trash stays as it is, what the run added stays, and what a restored file replaces goes into the trash "
            "of this run where REPO keeps "
            "one. The next synchronization brings the parent's files again: mend the parent first, or leave REPO out."},
    Verb{.id = VerbId::kInit,
         .name = "init",
         .synopsis = "init [--repo NAME=PLACE...|--from FILE]",
         .brief = "write a configuration: from answers, options, or an original one",
         .doc = "Asks for repositories, hosts, accounts and folders, or takes them from --repo or --from, writes the "
                "configuration that --config names "
                "(default /etc/sshsync/sshsync.conf), connects to the hosts and reports what they can do, and says "
                "which keys are needed. A file that "
                "exists is never touched; keys are explained, not made. The exit status is that of the probe. With "
                "--dry-run nothing is written or "
                "contacted."},
};

constexpr VerbSet kAll = ~VerbSet{0};
constexpr VerbSet kRuns = SetOf(VerbId::kSync) | SetOf(VerbId::kResume);
constexpr VerbSet kQueued = SetOf(VerbId::kSync) | SetOf(VerbId::kPlan);
constexpr VerbSet kNamesQueue = kQueued | SetOf(VerbId::kCommands);
constexpr VerbSet kWrites = kRuns | SetOf(VerbId::kRestore);
constexpr VerbSet kCompares = kRuns | kQueued | SetOf(VerbId::kVerify);
constexpr VerbSet kReports = kCompares | SetOf(VerbId::kRestore);
constexpr VerbSet kConnects = kReports | SetOf(VerbId::kProbe);
constexpr VerbSet kRecalls = SetOf(VerbId::kStatus) | SetOf(VerbId::kLog);

constexpr absl::string_view kWhat = "What to do";
constexpr absl::string_view kWhere = "Places";
constexpr absl::string_view kHow = "Limits";
constexpr absl::string_view kShow = "Output";

constexpr std::array kFlags = {
    Flag{.id = FlagId::kSync,
         .letter = 's',
         .name = "sync",
         .placeholder = "REPO[,REPO...]",
         .value = Value::kRepositories,
         .verbs = kNamesQueue,
         .group = kWhat,
         .brief = "one step: repositories to synchronize in parallel",
         .doc = "Given several times, the steps are done in that order. @GROUP stands for the repositories of a group, "
                "node[1-20] for numbered ones.",
         .repeatable = true},
    Flag{.id = FlagId::kCascade,
         .name = "cascade",
         .placeholder = "REPO",
         .value = Value::kRepository,
         .verbs = kNamesQueue,
         .group = kWhat,
         .brief = "REPO and everything below it, level by level",
         .doc = "Adds, behind the steps of --sync, one for REPO, one for its children, one for theirs, and so on. A "
                "root is no step: its "
                "children come first.",
         .repeatable = true},
    Flag{.id = FlagId::kExcludeRepo,
         .letter = 'x',
         .name = "exclude-repo",
         .placeholder = "REPO[,REPO...]",
         .value = Value::kRepositories,
         .verbs = kNamesQueue,
         .group = kWhat,
         .brief = "leave these repositories out",
         .doc = "They are taken out of every step, however they got there.",
         .repeatable = true},
    Flag{.id = FlagId::kDryRun,
         .letter = 'n',
         .name = "dry-run",
         .verbs = kQueued | SetOf(VerbId::kInit),
         .group = kWhat,
         .brief = "change nothing, show what would be done",
         .doc = "Hosts are contacted, files are listed and compared; nothing is written on them."},
    Flag{.id = FlagId::kItemize,
         .letter = 'i',
         .name = "itemize-changes",
         .verbs = kReports,
         .group = kShow,
         .brief = "one line per file that was changed",
         .doc = "In the letters of rsync: >f+++++++++ is a new file, >fc........ one with other content, *deleting a "
                "deletion."},
    Flag{
        .id = FlagId::kFailFast,
        .name = "fail-fast",
        .verbs = kRuns,
        .group = kWhat,
        .brief = "stop at the first failure",
        .doc =
            "Without it a host that fails does not stop the others. Useful for a first step of one host, as a canary."},
    Flag{.id = FlagId::kDelete,
         .name = "delete",
         .verbs = kQueued | SetOf(VerbId::kResume),
         .group = kWhat,
         .brief = "delete files that the parent does not have",
         .doc = "Regular files only, after everything else is published, and never more than max_delete allows (10% of "
                "the repository's files)."},
    Flag{.id = FlagId::kMaxDelete,
         .name = "max-delete",
         .placeholder = "N[%]",
         .value = Value::kLimit,
         .verbs = kQueued | SetOf(VerbId::kResume),
         .group = kWhat,
         .brief = "refuse to delete more than that",
         .doc = "Nothing is deleted then, the copies are made, and the exit status is 8. A percentage is of the "
                "repository's selected files."},
    Flag{.id = FlagId::kInclude,
         .name = "include",
         .placeholder = "PATTERN",
         .value = Value::kPattern,
         .verbs = kCompares,
         .group = kWhat,
         .brief = "select files that match",
         .doc = "rsync's pattern rules, and {{REGEX}} for what a regular expression matches. Patterns given here stand "
                "before those of the configuration; the first that matches decides.",
         .repeatable = true},
    Flag{.id = FlagId::kExclude,
         .name = "exclude",
         .placeholder = "PATTERN",
         .value = Value::kPattern,
         .verbs = kCompares,
         .group = kWhat,
         .brief = "leave out files that match",
         .doc = "The same. What is left out is neither copied nor deleted; a folder that is left out hides everything "
                "in it.",
         .repeatable = true},
    Flag{.id = FlagId::kConfig,
         .letter = 'c',
         .name = "config",
         .placeholder = "FILE",
         .value = Value::kFile,
         .verbs = kAll,
         .group = kWhere,
         .brief = "the configuration",
         .doc = "Without it the variable SSHSYNC_CONFIG is asked, then /etc/sshsync/sshsync.conf is read."},
    Flag{.id = FlagId::kLoggingConfig,
         .name = "logging-config",
         .placeholder = "FILE",
         .value = Value::kFile,
         .verbs = kConnects | SetOf(VerbId::kCheck),
         .group = kWhere,
         .brief = "where the log goes, in the format of Python's logging.config",
         .doc = "Default /etc/sshsync/logging.conf. Where that does not exist, warnings and errors go to stderr."},
    Flag{.id = FlagId::kPidFile,
         .name = "pid-file",
         .placeholder = "FILE",
         .value = Value::kFile,
         .verbs = kWrites,
         .group = kWhere,
         .brief = "lock file that also holds the process id",
         .doc = "Default /var/run/sshsync.pid for root, sshsync.pid in the state folder for others. It is never "
                "removed: the lock on it "
                "counts, not its presence."},
    Flag{.id = FlagId::kStateDir,
         .name = "state-dir",
         .placeholder = "FOLDER",
         .value = Value::kFolder,
         .verbs = kReports | SetOf(VerbId::kStatus) | SetOf(VerbId::kLog) | SetOf(VerbId::kReport),
         .group = kWhere,
         .brief = "folder of the record of all runs",
         .doc = "Default /var/lib/sshsync for root, $XDG_STATE_HOME/sshsync (~/.local/state/sshsync) for others."},
    Flag{.id = FlagId::kJobs,
         .letter = 'j',
         .name = "jobs",
         .placeholder = "N",
         .value = Value::kCount,
         .verbs = kCompares,
         .group = kHow,
         .brief = "repositories worked on at once",
         .doc = "Default 16, or the configuration's."},
    Flag{.id = FlagId::kBwlimit,
         .name = "bwlimit",
         .placeholder = "RATE",
         .value = Value::kRate,
         .verbs = kRuns,
         .group = kHow,
         .brief = "bytes per second of each hop",
         .doc = "Over all its streams: `2M`, a timetable as in `08:00,512k 19:00,off`, or `off`, in place of the "
                "configuration's `bwlimit`."},
    Flag{
        .id = FlagId::kTimeout,
        .name = "timeout",
        .placeholder = "SECONDS",
        .value = Value::kSeconds,
        .verbs = kReports,
        .group = kHow,
        .brief = "longest time without any progress",
        .doc = "After that long without a byte a command is ended and counts as failed. 90, 5m and 1h are understood."},
    Flag{.id = FlagId::kWait,
         .name = "wait",
         .placeholder = "SECONDS",
         .value = Value::kSeconds,
         .verbs = kReports,
         .group = kHow,
         .brief = "how long to keep trying a host that does not answer",
         .doc = "Counts before its first answer only."},
    Flag{.id = FlagId::kRetries,
         .name = "retries",
         .placeholder = "N",
         .value = Value::kCount,
         .verbs = kWrites,
         .group = kHow,
         .brief = "further tries of a file whose transfer failed",
         .doc = "With growing pauses between them. Then the file fails by name, and the others go on."},
    Flag{.id = FlagId::kStopAt,
         .name = "stop-at",
         .placeholder = "HH:MM",
         .value = Value::kTime,
         .verbs = kRuns,
         .group = kHow,
         .brief = "end the run at that local time",
         .doc = "The next such time after the start. Then no file is begun, transfers are ended, what is verified is "
                "still put in place, and the "
                "exit status is 9; sshsync resume goes on."},
    Flag{.id = FlagId::kLockWait,
         .name = "lock-wait",
         .placeholder = "SECONDS",
         .value = Value::kSeconds,
         .verbs = kWrites,
         .group = kHow,
         .brief = "wait that long for another run to end",
         .doc = "Without it a second run ends at once with exit status 7."},
    Flag{.id = FlagId::kJson,
         .name = "json",
         .verbs = kReports | kRecalls,
         .group = kShow,
         .brief = "one JSON document on stdout at the end",
         .doc = "Holds every repository and every file that was touched or failed. Names that are not UTF-8 come as "
                "path_b64 too."},
    Flag{.id = FlagId::kEvents,
         .name = "events",
         .placeholder = "FILE",
         .value = Value::kFile,
         .verbs = kReports,
         .group = kShow,
         .brief = "JSON lines while it happens; - is stdout",
         .doc = "Lines are appended to FILE, one object each. `--events -` does not go together with --json."},
    Flag{.id = FlagId::kFormat,
         .name = "format",
         .placeholder = "text|names|dot|json|svg",
         .value = Value::kChoice,
         .verbs = SetOf(VerbId::kGraph),
         .group = kShow,
         .brief = "what graph prints",
         .doc = "Default text. names is one repository a line, parents first."},
    Flag{.id = FlagId::kProgress,
         .name = "progress",
         .placeholder = "auto|always|never",
         .value = Value::kChoice,
         .verbs = kReports,
         .group = kShow,
         .brief = "a live view of every hop",
         .doc = "auto, the default, shows it where stderr is a terminal. NO_COLOR is honoured."},
    Flag{.id = FlagId::kVerbose,
         .letter = 'v',
         .name = "verbose",
         .verbs = kAll,
         .group = kShow,
         .brief = "say what is going on",
         .doc = "Without it a run that ends well prints nothing. Twice: everything that the log may hold.",
         .repeatable = true},
    Flag{.id = FlagId::kQuiet,
         .letter = 'q',
         .name = "quiet",
         .verbs = kAll,
         .group = kShow,
         .brief = "errors only",
         .doc = "Leaves out warnings and the summary."},
    Flag{.id = FlagId::kLogFile,
         .name = "log-file",
         .placeholder = "FILE",
         .value = Value::kFile,
         .verbs = kConnects,
         .group = kShow,
         .brief = "append the log to FILE",
         .doc = "Instead of what a logging.conf says."},
    Flag{.id = FlagId::kLogLevel,
         .name = "log-level",
         .placeholder = "debug|info|warning|error|critical",
         .value = Value::kChoice,
         .verbs = kConnects,
         .group = kShow,
         .brief = "the lowest level that is logged",
         .doc = "Instead of what a logging.conf says."},
    Flag{.id = FlagId::kMaxAge,
         .name = "max-age",
         .placeholder = "TIME",
         .value = Value::kSeconds,
         .verbs = SetOf(VerbId::kStatus),
         .group = kShow,
         .brief = "exit with 10 where a repository is older than that",
         .doc = "How long ago a repository may have equalled its parent: 36h, 2d. One that never did is older than any "
                "age."},
    Flag{.id = FlagId::kStrict,
         .name = "strict",
         .verbs = SetOf(VerbId::kCheck),
         .group = kShow,
         .brief = "warnings are errors",
         .doc = "The exit status is 3 where there is a warning, too."},
    Flag{.id = FlagId::kHtml,
         .name = "html",
         .placeholder = "FILE",
         .value = Value::kFile,
         .verbs = SetOf(VerbId::kReport),
         .group = kShow,
         .brief = "the page to write; - is stdout",
         .doc = "FILE is replaced as a whole, so that who looks at it sees the old page or the new one."},
    Flag{.id = FlagId::kFrom,
         .name = "from",
         .placeholder = "FILE",
         .value = Value::kFile,
         .verbs = SetOf(VerbId::kInit),
         .group = kWhat,
         .brief = "migrate an original configuration",
         .doc = "Escapes for the second shell that the original had are undone, passwords are left out, and every "
                "change is explained. FILE stays as it is."},
    Flag{.id = FlagId::kRepo,
         .name = "repo",
         .placeholder = "NAME=[USER@]HOST[:PORT]:PATH[,PARENT]",
         .value = Value::kPlace,
         .verbs = SetOf(VerbId::kInit),
         .group = kWhat,
         .brief = "a repository for the new configuration",
         .doc = "PARENT is the one it gets its files from; the first has none. NAME=PATH is a folder of this machine; "
                "NAME[1-20] stands for twenty, "
                "with ${NODE} in HOST or PATH.",
         .repeatable = true},
    Flag{.id = FlagId::kOffline,
         .name = "offline",
         .verbs = SetOf(VerbId::kInit),
         .group = kWhat,
         .brief = "connect to nothing",
         .doc = "The configuration is written without a look at the hosts; sshsync probe tries them later."},
    Flag{.id = FlagId::kHelp,
         .letter = 'h',
         .name = "help",
         .verbs = kAll,
         .group = kShow,
         .brief = "-h: in short; --help: with examples",
         .doc = "Needs no configuration. After a verb only what goes with that verb is shown."},
    Flag{.id = FlagId::kVersion,
         .name = "version",
         .verbs = kAll,
         .group = kShow,
         .brief = "the version",
         .doc = "Needs no configuration."},
};

template <class Rows>
constexpr bool InOrder(const Rows& rows) {
  for (size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<size_t>(rows[i].id) != i) return false;
  }
  return true;
}
static_assert(InOrder(kVerbs) && kVerbs.size() == static_cast<size_t>(VerbId::kInit) + 1, "one row per verb, in order");
static_assert(InOrder(kFlags) && kFlags.size() == static_cast<size_t>(FlagId::kVersion) + 1,
              "one row per flag, in order");

}  // namespace

absl::Span<const Verb> AllVerbs() { return kVerbs; }
absl::Span<const Flag> AllFlags() { return kFlags; }

const Verb& RowOf(VerbId id) { return kVerbs[static_cast<size_t>(id)]; }
const Flag& RowOf(FlagId id) { return kFlags[static_cast<size_t>(id)]; }

}  // namespace sshsync::cli
